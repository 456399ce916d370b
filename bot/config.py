"""The configuration: one TOML file, every option known and checked."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

DEFAULT_FILE = Path("config.toml")


class ConfigError(Exception):
    """The configuration is wrong: `what` names the option, `hint` how to mend it."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what} {hint}".strip())
        self.what = what
        self.hint = hint


class WebConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[web]: how the site is served."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8765
    base_url: str = ""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything `config.toml` can say; config.example.toml explains each option."""

    data: str = "data"
    title: str = "沉淀"
    time_zone: str = "Asia/Shanghai"
    web: WebConfig = WebConfig()


def load_config(path: Path | None = None) -> Config:
    """Read the named file, $CHENDIAN_CONFIG or `config.toml` here; defaults if there is none."""
    named = path or (
        Path(os.environ["CHENDIAN_CONFIG"]) if os.environ.get("CHENDIAN_CONFIG") else None
    )
    chosen = named or DEFAULT_FILE
    if named is None and not chosen.exists():
        return Config()
    try:
        raw = tomllib.loads(chosen.read_text("utf-8"))
        config = msgspec.convert(raw, Config)
    except FileNotFoundError:
        raise ConfigError(f"there is no {chosen}.", "copy config.example.toml") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"{chosen} cannot be read ({error}).", "see config.example.toml"
        ) from None
    except msgspec.ValidationError as error:
        raise ConfigError(f"{chosen}: {error}.", "see config.example.toml") from None
    check_zone(config.time_zone)
    return config


def check_zone(name: str) -> str:
    """Return the name of a time zone that exists. Raises ConfigError."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(
            f"there is no time zone {name}.", "use a name like Asia/Shanghai"
        ) from None
    return name
