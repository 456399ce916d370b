"""The configuration: what each table may say, and the reading of it."""

from bot.config.bridge import BridgeConfig, BridgeMode
from bot.config.digest import DigestConfig, Language, RemindersConfig, TogetherConfig
from bot.config.ingest import SHORTEST_SECRET, IngestConfig
from bot.config.reading import DEFAULT_FILE, PREFIX, check_zone, load_config, unknown_option
from bot.config.section import ConfigError
from bot.config.sections import (
    BackupConfig,
    CaptureConfig,
    Config,
    GroupConfig,
    MailConfig,
    MediaConfig,
    WebConfig,
)

__all__ = (
    "DEFAULT_FILE", "PREFIX", "SHORTEST_SECRET", "BackupConfig", "BridgeConfig",
    "BridgeMode", "CaptureConfig", "Config",
    "ConfigError", "DigestConfig", "GroupConfig", "IngestConfig", "Language", "MailConfig",
    "MediaConfig", "RemindersConfig", "TogetherConfig", "WebConfig", "check_zone", "load_config",
    "unknown_option",
)  # fmt: skip
