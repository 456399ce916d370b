"""The tables of the configuration that have no file of their own, and the whole of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from bot.config.bridge import BridgeConfig
from bot.config.digest import DigestConfig, Language, RemindersConfig
from bot.config.ingest import IngestConfig, IngestName
from bot.config.section import Section


class WebConfig(Section, frozen=True):
    """[web]: how the site is served."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8765
    base_url: str = ""
    proxies: tuple[str, ...] = ()


class CaptureConfig(Section, frozen=True):
    """[capture]: what live capture keeps, and for how long."""

    operator: str = ""
    keep_raw_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 30


class MediaConfig(Section, frozen=True):
    """[media]: which files of live messages are fetched."""

    fetch: bool = True
    largest_mb: Annotated[int, msgspec.Meta(ge=0)] = 100
    kinds: tuple[
        Literal["photo", "video", "voice", "audio", "file", "sticker", "animation"], ...
    ] = ("photo", "video", "voice", "audio", "file", "sticker", "animation")
    tries: Annotated[int, msgspec.Meta(ge=1, le=50)] = 8


class MailConfig(Section, frozen=True):
    """[mail]: digests by mail."""

    host: str = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 587
    user: str = ""
    password: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    starttls: bool = True


class BackupConfig(Section, frozen=True):
    """[backup]: backups by the clock."""

    every: Annotated[str, msgspec.Meta(pattern=r"^(off|[1-9]\d{0,2}[hdw])$")] = "off"
    keep: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 7
    folder: str = "backups"


class GroupConfig(Section, frozen=True):
    """[groups."platform:id"]: what is decided for a group outside the chat."""

    archive: bool | None = None
    visibility: Literal["private", "members", "public"] | None = None
    admins: tuple[str, ...] = ()
    welcome: str = ""
    greet: bool = False
    offer: bool | None = None
    digest: bool | None = None
    digest_language: Language | None = None


class Config(Section, frozen=True):
    """Everything `config.toml` can say; config.example.toml explains each option."""

    data: str = "data"
    title: str = "沉淀"
    timezone: str = "Asia/Shanghai"
    language: Language = "zh-Hans"
    web: WebConfig = WebConfig()
    capture: CaptureConfig = CaptureConfig()
    media: MediaConfig = MediaConfig()
    digest: DigestConfig = DigestConfig()
    reminders: RemindersConfig = RemindersConfig()
    mail: MailConfig = MailConfig()
    backup: BackupConfig = BackupConfig()
    accounts: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    """By any name; `platform` says whose other options they are (`bot.accounts` checks them)."""
    groups: dict[str, GroupConfig] = msgspec.field(default_factory=dict)
    bridge: tuple[BridgeConfig, ...] = ()
    ingest: dict[IngestName, IngestConfig] = msgspec.field(default_factory=dict)

    @property
    def welcome(self) -> dict[str, str]:
        """Return what newcomers are told, by group key."""
        return {key: group.welcome for key, group in self.groups.items() if group.welcome}
