"""What tg-archive's config.yaml tells beside its data: which group, where media lie, which zone."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import msgspec

from adapters.exports.format import ExportError, ExportFile, Options
from adapters.exports.proposal import proposed_group, stem
from archive.records import Group

_LARGEST = 65536
_LINE = re.compile(
    r"""^(group|media_dir|timezone):[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^#\n]*))""", re.MULTILINE
)
_NUMBER = re.compile(r"-[1-9]\d{4,17}", re.ASCII)
_UNSET = ("", "...", "your_group_name or your_group_username or your_group_id(a negative number)")


class Settings(msgspec.Struct, frozen=True):
    """The three lines that matter."""

    group: str = ""
    media_dir: str = "media"
    zone: ZoneInfo = ZoneInfo("UTC")
    """tg-archive writes UTC unless told otherwise."""


def settings_of(file: ExportFile) -> Settings:
    """Read the settings beside a database or a site, or above the site; no others are looked at."""
    found = file.beside("config.yaml") or file.beside("../config.yaml")
    try:
        written = found.head(_LARGEST).decode("utf-8", "replace") if found else ""
    except ExportError:
        written = ""
    told = {key: (a or b or c).strip() for key, a, b, c in _LINE.findall(written)}
    group = told.get("group", "")
    try:
        zone = ZoneInfo(told.get("timezone") or "UTC")
    except (ValueError, OSError, KeyError):
        zone = ZoneInfo("UTC")
    return Settings("" if group in _UNSET else group, told.get("media_dir") or "media", zone)


def group_of(settings: Settings, title: str, file: ExportFile, options: Options) -> Group:
    """Make the group: by the id in the settings, else by the name it has there or on the site."""
    if _NUMBER.fullmatch(settings.group):
        return Group(f"telegram:{settings.group}", title.lstrip("@") or None)
    name = (settings.group or title).lstrip("@").strip()
    return proposed_group("telegram", name or stem(file), options)
