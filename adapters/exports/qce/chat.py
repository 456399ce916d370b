"""The chat that an export is of, and the people met in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from adapters.exports.format import ExportFile, Options
from adapters.exports.proposal import proposed_group, stem
from archive.keys import name_key
from archive.records import AnyRecord, Group, Member

_NOBODY = ("", "0", "未知", "unknown", "undefined", "null")
_ROLES = {"群主": "owner", "管理员": "admin", "owner": "owner", "admin": "admin"}
_in_name = re.compile(r"(?:^|[_-])(?P<kind>group|friend|private)[_-](?P<id>\d{5,12})(?:[_-]|$)")
_number = re.compile(r"[1-9]\d{3,14}", re.ASCII)
_uid = re.compile(r"[\w-]{3,64}", re.ASCII)
_MILLISECONDS = 10**11
_LATEST = 1 << 53


class Chat:
    """Knows the group, and gives members once, before the first message that needs them."""

    def __init__(self, info: Any, file: ExportFile, options: Options) -> None:
        self.file = file
        self.zone = options.time_zone
        self.group = _group(info if isinstance(info, dict) else {}, file, options)
        self.private = self.group.kind == "private"
        self._numbers: dict[str, str] = {}
        """uid → QQ number, as far as senders have told."""
        self._known: dict[str, tuple[str | None, ...]] = {}

    def key_of(self, uin: Any, uid: Any = None, name: str | None = None) -> str | None:
        """Return a person's key: by QQ number, else by uid, else by name."""
        number, code = words(uin).strip(), words(uid).strip()
        if not _number.fullmatch(number):
            number = code if _number.fullmatch(code) else self._numbers.get(code, "")
        if number:
            if code not in ("", number):
                self._numbers.setdefault(code, number)
            return f"qq:{number}"
        if code not in _NOBODY and _uid.fullmatch(code):
            return f"qq:{code}"
        return name_key(self.group.key, name) if name else None

    def sender(self, row: dict[str, Any]) -> tuple[str | None, str | None, Iterator[AnyRecord]]:
        """Return key, shown name and a new Member of who sent a row."""
        found = row.get("sender")
        told: dict[str, Any] = found if isinstance(found, dict) else {}
        raw = row.get("rawMessage")
        raw = raw if isinstance(raw, dict) else {}
        nickname = _name(told.get("nickname")) or _name(raw.get("sendNickName"))
        card = _name(told.get("groupCard")) or _name(raw.get("sendMemberName"))
        # the name that is shown may be what only the exporting person calls them
        shown = card or nickname or _name(told.get("name"))
        uin = told.get("uin") or raw.get("senderUin")
        key = self.key_of(uin, told.get("uid") or raw.get("senderUid"), shown)
        return key, shown, self._member(key, nickname or shown, card, _name(told.get("title")))

    def _member(
        self, key: str | None, name: str | None, card: str | None, title: str | None
    ) -> Iterator[AnyRecord]:
        if key and self._known.get(key) != (name, card, title):
            self._known[key] = (name, card, title)
            role = _ROLES.get(title, title) if title else None
            yield Member(key, name, group_key=self.group.key, group_name=card, role=role)

    def seconds(self, *written: Any) -> int | None:
        """Return Unix seconds of the first that is a time: milliseconds, seconds or ISO 8601."""
        for value in written:
            found = _seconds(value, self.zone)
            if found:
                return found
        return None


def words(value: Any) -> str:
    """Return a text as it is, a number in digits, and nothing for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def number(value: Any) -> int | None:
    """Read a whole number that is not negative, told as one or in digits."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = words(value).strip()
    found = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else None
    return found if found is not None and found < 1 << 63 else None


def _seconds(value: Any, zone: tzinfo) -> int | None:
    found = number(value)
    if found is not None:
        return None if found >= _LATEST else found // 1000 if found >= _MILLISECONDS else found
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        at = datetime.fromisoformat(value.strip().replace("/", "-"))
        return int((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp())
    except (ValueError, OverflowError):
        return None


def _name(value: Any) -> str | None:
    name = words(value).strip()
    return name or None


def _group(info: dict[str, Any], file: ExportFile, options: Options) -> Group:
    title = words(info.get("name")).strip() or stem(file)
    named = _in_name.search(stem(file)) or _in_name.search(file.label.rpartition("/")[0])
    kind, number_in_name = (named["kind"], named["id"]) if named else ("group", "")
    told = words(info.get("type")) or kind
    private = told in ("private", "friend", "temp", "c2c")
    ids = [words(info.get(field)).strip() for field in ("peerUin", "groupCode", "peerUid")]
    if (kind != "group") == private:
        ids.append(number_in_name)
    found = next((one for one in ids if _number.fullmatch(one)), None)
    if found is None:
        return proposed_group("qq", title, options, "private" if private else "group")
    if private:
        # a person's number may be a group's as well
        return Group(f"qq:private-{found}", title, "private")
    return Group(f"qq:{found}", title)
