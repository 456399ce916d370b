"""Logging in by another site: what must come back, and what a browser holds meanwhile."""

from __future__ import annotations

import hmac
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Protocol, TypeVar
from urllib.parse import quote

import msgspec

LIFE = 600
"""Seconds from setting out to having come in."""
_LONGEST = 3000
_NAME = 64


class Unproven(Exception):
    """What came back does not prove who somebody is."""


class Attempt(msgspec.Struct, frozen=True):
    """One browser on its way to another site and back."""

    secret: str
    """43 letters, digits, `_` and `-`; proves there that the same site asks."""
    ends_at: int

    @property
    def state(self) -> str:
        """Return what must come back as it was sent: 24 letters, digits, `_` and `-`."""
        return _derived("state", self.secret)

    @property
    def nonce(self) -> str:
        """Return what a token must be made for."""
        return _derived("nonce", self.secret)


class Person(msgspec.Struct, frozen=True):
    """Somebody who proved who they are."""

    member_key: str
    name: str
    proof: str
    """The same for the same answer, which counts once."""


class Ticket(msgspec.Struct, frozen=True):
    """What a browser holds that has come back, until its button is pressed."""

    person: Person
    state: str
    ends_at: int


class Way(Protocol):
    """Another site where people prove who they are."""

    @property
    def label(self) -> str:
        """What people call it."""

    @property
    def fragment(self) -> str:
        """The name of the answer behind the `#`; empty where it comes in the query."""

    async def address(self, back: str, attempt: Attempt) -> str:
        """Return where to send a browser. Raises web.membership.Silent."""

    async def person(self, answer: Mapping[str, str], back: str, attempt: Attempt) -> Person:
        """Check what came back. Raises Unproven, web.membership.Silent."""


Held = TypeVar("Held", Attempt, Ticket)


def back_to(base_url: str, name: str) -> str:
    """Return the address that another site sends a browser back to."""
    return f"{base_url.rstrip('/')}{path_to(name)}/back"


def path_to(name: str) -> str:
    """Return the path that sets out to another site."""
    return f"/login/with/{quote(name)}"


def new_attempt() -> Attempt:
    """Set out, now."""
    return Attempt(secrets.token_urlsafe(32), int(time.time()) + LIFE)


def ticket_for(person: Person, attempt: Attempt) -> Ticket:
    """Return what is held of somebody who came back; it ends when the attempt does."""
    name = "".join(c for c in " ".join(person.name.split()) if c.isprintable())[:_NAME]
    return Ticket(Person(person.member_key, name, person.proof), attempt.state, attempt.ends_at)


def sealed(secret: bytes, way: str, held: Attempt | Ticket) -> str:
    """Write what a browser holds for one way in, signed."""
    text = urlsafe_b64encode(msgspec.json.encode(held)).rstrip(b"=").decode()
    return f"{text}.{_signature(secret, way, type(held), text)}"


def opened(secret: bytes, way: str, cookie: str, kind: type[Held]) -> Held:
    """Read what a browser holds. Raises Unproven where it is not ours, for another way or over."""
    text, _, signature = cookie.partition(".")
    right = _signature(secret, way, kind, text)
    if len(cookie) > _LONGEST or not hmac.compare_digest(right.encode(), signature.encode()):
        raise Unproven
    held = msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=kind)
    if held.ends_at <= time.time():
        raise Unproven
    return held


def _signature(secret: bytes, way: str, kind: type[Attempt] | type[Ticket], text: str) -> str:
    said = f"{kind.__name__}\0{way}\0{text}"
    return hmac.new(secret, said.encode(errors="replace"), sha256).hexdigest()


def _derived(what: str, secret: str) -> str:
    return urlsafe_b64encode(sha256(f"{what} {secret}".encode()).digest()[:18]).decode()
