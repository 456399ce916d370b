"""One raw event, read without trusting any of it; what its fields are called is said here."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any

import msgspec

from adapters.contract import AdapterError

PLATFORM = "wechat"
MESSAGE, JOIN, LEAVE, TOPIC, ANNOUNCE = (
    "message", "room-join", "room-leave", "room-topic", "room-announce",
)  # fmt: skip
_NAMES = {2: MESSAGE, 19: JOIN, 20: LEAVE, 21: TOPIC}
_LONGEST_ID = 256
_LATEST = 1 << 53
_LEVELS = 64


class Event(msgspec.Struct, frozen=True):
    """What a raw event says, each part of the kind it should be, or empty."""

    name: str
    """`message`, `room-join` …, or `type 99` for what we do not know."""
    payload: dict[str, Any]
    message: dict[str, Any] | None
    room: dict[str, Any]
    people: dict[str, dict[str, Any]]
    """By contact id: `name`, and `alias` in this room."""
    called: dict[str, tuple[str, ...]]
    """Contact ids of whom this room calls by the names that the message quotes."""
    extra: dict[str, Any]
    """What the gateway says besides: of a link, mini program, place or card."""
    self_id: str | None
    heard_at: int | None
    """Unix seconds at which it came in."""

    @property
    def room_id(self) -> str | None:
        """The room it happened in; None in a private conversation or when it is not known."""
        told = self.message if self.name == MESSAGE else self.payload
        told = told or {}
        return identity(told.get("room_id") or told.get("roomId"))

    @property
    def group_key(self) -> str | None:
        """`wechat:<room id>`."""
        return key_of(self.room_id)

    @property
    def sender_id(self) -> str | None:
        """Who said it; none where the room itself speaks."""
        found = identity((self.message or {}).get("from_id"))
        return None if found == self.room_id else found

    @property
    def message_id(self) -> str | None:
        """The gateway's id of the message."""
        return identity((self.message or {}).get("id") or self.payload.get("messageId"))

    @property
    def type(self) -> int:
        """The type number of a message."""
        return whole((self.message or {}).get("type")) or 0

    @property
    def sent_at(self) -> int | None:
        """Unix seconds of what happened."""
        return seconds((self.message or self.payload).get("timestamp"))

    def name_of(self, contact_id: str | None) -> str | None:
        """Return what the room calls a person, or their own name."""
        told = self.people.get(contact_id or "", {})
        return words(told.get("alias")) or words(told.get("name")) or None

    def role_of(self, contact_id: str | None) -> str | None:
        """Return `owner` or `admin` where the gateway tells it; silence means nothing."""
        if contact_id is None:
            return None
        if contact_id == identity(self.room.get("owner")):
            return "owner"
        admins = self.room.get("admins")
        return "admin" if isinstance(admins, list) and contact_id in admins else None

    def mark(self) -> str:
        """Return a short hash of the payload: the same event has the same."""
        when = None if "timestamp" in self.payload else self.heard_at
        return short_hash([self.name, self.payload, when])


def read(raw: bytes) -> Event:
    """Read a raw event. Raises AdapterError for what is none."""
    try:
        told = _decoded(raw)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("event"), dict) or _deep(told):
        raise AdapterError("this is no WeChat event.")
    number = whole(told["event"].get("type")) or 0
    payload = _object(told["event"].get("payload"))
    name = _NAMES.get(number, f"type {number}")
    if number not in _NAMES and "newAnnounce" in payload:
        # gateways do not agree on its number
        name = ANNOUNCE
    people = _object(told.get("contacts"))
    called = _object(told.get("called"))
    return Event(
        name,
        payload,
        told["message"] if isinstance(told.get("message"), dict) else None,
        _object(told.get("room")),
        {who: said for who, said in people.items() if isinstance(said, dict)},
        {who: identities(ids) for who, ids in called.items()},
        _object(told.get("extra")),
        identity(told.get("self")),
        seconds(told.get("at")),
    )


def written(told: dict[str, Any]) -> bytes:
    """Write a raw event as JSON."""
    try:
        return msgspec.json.encode(told)
    except (UnicodeEncodeError, RecursionError):
        # half a surrogate pair is said as an escape
        return json.dumps(told).encode()


def key_of(contact_id: str | None) -> str | None:
    """Make the key of a person or a room."""
    return f"{PLATFORM}:{contact_id}" if contact_id else None


def short_hash(value: Any) -> str:
    """Hash any JSON value to 16 hexadecimal digits."""
    text = json.dumps(value, sort_keys=True)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def words(value: Any) -> str:
    """Return a string as it is, anything else as none."""
    return value if isinstance(value, str) else ""


def identity(value: Any) -> str | None:
    """Return an id of sane length that can be written down as it is."""
    text = value.strip() if isinstance(value, str) else ""
    return text if 0 < len(text) <= _LONGEST_ID and _writable(text) else None


def _writable(text: str) -> bool:
    # neither half surrogate pairs nor NUL can be in a key
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def identities(value: Any) -> tuple[str, ...]:
    """Return the ids in a list."""
    found = map(identity, value) if isinstance(value, list) else ()
    return tuple(one for one in found if one)


def whole(value: Any) -> int | None:
    """Return a whole number that a database can hold, given as one or in digits."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdecimal() and len(value) < 17 else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= _LATEST:
        return None
    return value


def seconds(value: Any) -> int | None:
    """Read a Unix time: gateways give milliseconds, some puppets behind them seconds."""
    number = whole(value)
    if number is None or number == 0:
        return None
    return number // 1000 if abs(number) > 10**11 else number


def _decoded(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return json.loads(raw)


def _deep(told: Any) -> bool:
    """Tell whether JSON is nested deeper than anything a gateway says."""
    level = [told]
    for _ in range(_LEVELS):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
