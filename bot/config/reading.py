"""Reads the configuration: one TOML file and the environment, every option known and checked."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from bot.config.bridge import BridgeConfig, check_bridges
from bot.config.digest import DigestConfig, RemindersConfig, TogetherConfig
from bot.config.ingest import IngestConfig
from bot.config.section import ConfigError, Section
from bot.config.sections import (
    BackupConfig,
    CaptureConfig,
    Config,
    GroupConfig,
    MailConfig,
    MediaConfig,
    WebConfig,
)

DEFAULT_FILE = Path("config.toml")
PREFIX = "CHENDIAN_"
"""Of environment variables: `CHENDIAN_ACCOUNTS__MAIN_TG__TOKEN` is `accounts.main-tg`'s `token`."""

_EXAMPLE = "see config.example.toml"
_UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`(?: - at `(.*)`)?$", re.S)

_SECTIONS: dict[str, type[Section]] = {
    "$": Config,
    "$.web": WebConfig,
    "$.capture": CaptureConfig,
    "$.media": MediaConfig,
    "$.digest": DigestConfig,
    "$.digest.together[...]": TogetherConfig,
    "$.reminders": RemindersConfig,
    "$.mail": MailConfig,
    "$.backup": BackupConfig,
    "$.groups[...]": GroupConfig,
    "$.bridge[...]": BridgeConfig,
    "$.ingest[...]": IngestConfig,
}


def load_config(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Config:
    """Read the named file, $CHENDIAN_CONFIG or `config.toml` here, and what the environment says.

    Without a file there are the defaults. Raises ConfigError.
    """
    named = path or (
        Path(environment["CHENDIAN_CONFIG"]) if environment.get("CHENDIAN_CONFIG") else None
    )
    chosen = named or DEFAULT_FILE
    raw: dict[str, Any] = {}
    if named is not None or chosen.exists():
        raw = _read(chosen)
    config = _converted(raw, str(chosen))
    if _overlay(raw, environment):
        config = _converted(raw, "the environment", strict=False)
    check_zone(config.timezone)
    _check_together(config.digest)
    check_bridges(config.bridge)
    return config


def _check_together(digest: DigestConfig) -> None:
    """Refuse a digest of several groups that nobody could tell from another, or let be sent."""
    names = [one.name for one in digest.together]
    for one in digest.together:
        what = f"[[digest.together]] {one.name}"
        if names.count(one.name) > 1:
            raise ConfigError(f"{what}: there are two of that name.", "give each its own")
        keys = () if one.groups == "all" else (*one.groups, *one.send_to)
        platforms = {key.partition(":")[0] for key in keys}
        if digest.send == "approval" and not one.admins and len(platforms) != 1:
            raise ConfigError(
                f"{what}: nobody is admin of all its groups.", "name who decides: admins = [...]"
            )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"there is no {path}.", "copy config.example.toml") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({error}).", _EXAMPLE) from None


def _converted(raw: dict[str, Any], source: str, strict: bool = True) -> Config:
    try:
        return msgspec.convert(raw, Config, strict=strict)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{source}: {_named(str(error))}", _EXAMPLE) from None


def _named(error: str) -> str:
    """Name the option that an unknown one was probably meant to be."""
    unknown = _UNKNOWN.match(error)
    if unknown is None:
        return f"{error}."
    section = _SECTIONS.get(re.sub(r"\[\d+\]", "[...]", unknown[2] or "$"), Config)
    return unknown_option(unknown[1], section.__struct_fields__, (unknown[2] or "$")[2:])


def unknown_option(name: str, known: Iterable[str], section: str = "") -> str:
    """Say that there is no such option, and which one is nearest."""
    near = difflib.get_close_matches(name, list(known), 1, 0.5)
    place = f" in [{section}]" if section else ""
    return f"there is no option {name}{place}" + (f"; did you mean {near[0]}?" if near else ".")


def _overlay(raw: dict[str, Any], environment: Mapping[str, str]) -> bool:
    """Write what the environment says into the file's values; tell whether it says anything."""
    said = False
    for name, value in environment.items():
        if not name.startswith(PREFIX) or name == "CHENDIAN_CONFIG":
            continue
        *sections, option = name.removeprefix(PREFIX).lower().split("__")
        table, known = raw, Config.__struct_fields__
        if (sections or [option])[0] not in known:
            wrong = unknown_option((sections or [option])[0], known)
            raise ConfigError(f"{name}: {wrong}", "unset it")
        for section in sections:
            table = table.setdefault(_spelt(section, table), {})
            if not isinstance(table, dict):
                raise ConfigError(f"{name}: {section} is no section.", _EXAMPLE)
        table[_spelt(option, table, "_")] = (
            tomllib.loads(f"x = {value}")["x"] if value.startswith("[") else value
        )
        said = True
    return said


def _spelt(name: str, table: Mapping[str, Any], joint: str = "-") -> str:
    """Return a name as the file has it: variables know neither case nor signs."""
    plain = re.sub(r"[^a-z0-9]", "_", name)
    for other in table:
        if re.sub(r"[^a-z0-9]", "_", other.lower()) == plain:
            return other
    return name.replace("_", joint)


def check_zone(name: str) -> str:
    """Return the name of a time zone that exists. Raises ConfigError."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(
            f"there is no time zone {name}.", "use a name like Asia/Shanghai"
        ) from None
    return name
