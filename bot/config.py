"""The configuration: one TOML file and the environment, every option known and checked."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

DEFAULT_FILE = Path("config.toml")
PREFIX = "CHENDIAN_"
"""Of environment variables: `CHENDIAN_ACCOUNTS__MAIN_TG__TOKEN` is `accounts.main-tg`'s `token`."""

_EXAMPLE = "see config.example.toml"
_UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`(?: - at `(.*)`)?$", re.S)


class ConfigError(Exception):
    """The configuration is wrong: `what` names the option, `hint` how to mend it."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what} {hint}".strip())
        self.what = what
        self.hint = hint


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file."""


class WebConfig(_Section, frozen=True):
    """[web]: how the site is served."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8765
    base_url: str = ""
    proxies: tuple[str, ...] = ()


class CaptureConfig(_Section, frozen=True):
    """[capture]: what live capture keeps, and for how long."""

    operator: str = ""
    keep_raw_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 30


class MediaConfig(_Section, frozen=True):
    """[media]: which files of live messages are fetched."""

    fetch: bool = True
    largest_mb: Annotated[int, msgspec.Meta(ge=0)] = 100
    kinds: tuple[
        Literal["photo", "video", "voice", "audio", "file", "sticker", "animation"], ...
    ] = ("photo", "video", "voice", "audio", "file", "sticker", "animation")
    tries: Annotated[int, msgspec.Meta(ge=1, le=50)] = 8


Clock = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""A time of day in the group's time zone: `20:00`."""
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


Language = Literal["zh-Hans", "en"]

SHORTEST_SECRET = 16
"""Characters."""


class TogetherConfig(_Section, frozen=True):
    """[[digest.together]]: one weekly digest of several groups."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[^:\s][^:\x00-\x1f]{0,39}$")]
    groups: tuple[str, ...] | Literal["all"]
    send_to: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    language: Language | None = None


class DigestConfig(_Section, frozen=True):
    """[digest]: when the round-up is drafted, and who lets it be sent."""

    enabled: bool = False
    day: Weekday = "sunday"
    time: Clock = "20:00"
    daily: bool = False
    daily_time: Clock = "21:30"
    send: Literal["approval", "unapproved"] = "approval"
    groups: tuple[str, ...] = ()
    language: Language = "zh-Hans"
    together: tuple[TogetherConfig, ...] = ()


class RemindersConfig(_Section, frozen=True):
    """[reminders]: what admins, and those who are asked something, are told by themselves."""

    candidates: bool = False
    candidates_time: Clock = "21:00"
    assigned: bool = False
    assigned_time: Clock = "10:00"
    open_questions: bool = False
    open_questions_day: Weekday = "monday"
    open_questions_time: Clock = "10:00"


class MailConfig(_Section, frozen=True):
    """[mail]: digests by mail."""

    host: str = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 587
    user: str = ""
    password: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    starttls: bool = True


class BackupConfig(_Section, frozen=True):
    """[backup]: backups by the clock."""

    every: Annotated[str, msgspec.Meta(pattern=r"^(off|[1-9]\d{0,2}[hdw])$")] = "off"
    keep: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 7
    folder: str = "backups"


class GroupConfig(_Section, frozen=True):
    """[groups."platform:id"]: what is decided for a group outside the chat."""

    archive: bool | None = None
    visibility: Literal["private", "members", "public"] | None = None
    admins: tuple[str, ...] = ()
    welcome: str = ""
    greet: bool = False
    offer: bool | None = None
    digest: bool | None = None
    digest_language: Language | None = None


IngestName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
"""A part of an address."""


class IngestConfig(_Section, frozen=True):
    """[ingest.NAME]: a bridge that pushes what it hears, signed."""

    secret: str = ""
    groups: tuple[str, ...] = ()
    history: bool = False
    largest_mb: Annotated[int, msgspec.Meta(ge=1, le=256)] = 16
    per_minute: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 600

    @property
    def is_usable(self) -> bool:
        """Tell whether the secret is one that nobody guesses."""
        return len(self.secret) >= SHORTEST_SECRET


class Config(_Section, frozen=True):
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
    accounts: dict[str, dict[str, Any]] = {}
    """By any name; `platform` says whose other options they are (`bot.accounts` checks them)."""
    groups: dict[str, GroupConfig] = {}
    ingest: dict[IngestName, IngestConfig] = {}

    @property
    def welcome(self) -> dict[str, str]:
        """Return what newcomers are told, by group key."""
        return {key: group.welcome for key, group in self.groups.items() if group.welcome}


_SECTIONS: dict[str, type[_Section]] = {
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
