"""What an adapter offers and what it is given; nothing here knows a platform.

AdapterError
 ├── LoginExpired   the token or session is no longer accepted: a person must act
 ├── NotReachable   the platform does not answer, or not in its own language: try again later
 ├── TooFast        the platform asks for a pause of `seconds`
 ├── Forbidden      this group or person does not let the bot do that: never try again
 ├── TooLate        what is answered is too old, or was answered too often; it may be said unasked
 ├── Unavailable    the bytes of a file cannot be had; `what` is the reason that is kept
 └── Unproven       what came back does not prove who somebody is
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Literal, Protocol

import msgspec
from starlette.routing import BaseRoute

from adapters.brought import Brought as Brought
from adapters.brought import Enclosed as Enclosed
from adapters.carrying import Carrying as Carrying
from adapters.carrying import Doubt as Doubt
from adapters.pace import Answers as Answers
from adapters.pace import Pace as Pace
from archive.records import AnyRecord

Ability = Literal[
    "held", "history", "essence", "media", "files", "roles", "menu", "direct", "sign_in"
]
"""held: the platform keeps what is said while nobody listens, for a day · history: backfills what
it missed · essence: marks natively · media: fetches files · files: sends them · roles: tells who is
admin · menu: registers the commands · direct: writes to a person alone · sign_in: lets people prove
on the platform's own site who they are."""


class AdapterError(Exception):
    """`what` happened, and what to do about it (`hint`); never a token, never message text."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what} {hint}".strip())
        self.what = what
        self.hint = hint


class LoginExpired(AdapterError):
    """The platform no longer accepts the account."""


class NotReachable(AdapterError):
    """The platform does not answer, or answers something that is not its protocol."""


class TooFast(AdapterError):
    """The platform asks for a pause."""

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(what, f"wait {seconds:g} s")
        self.seconds = seconds


class Forbidden(AdapterError):
    """The bot may not do this here."""


class TooLate(AdapterError):
    """The platform takes no more answers to that message."""


class Unavailable(AdapterError):
    """A file is gone, too large or refused."""


class Unproven(AdapterError):
    """What a browser brought back from the platform does not prove who somebody is."""


class Envelope(msgspec.Struct, frozen=True):
    """What the door must know of an event before anything of it is stored; cheap to make."""

    key: str
    """The same for the same event whoever delivers it and however often:
    `telegram:-100123:5:0:message`; an edit has another key than the message."""
    kind: str
    """`message`, `edit`, `recall`, `reaction`, `essence`, `member`, `group` or `other`."""
    group_key: str | None = None
    """None: no group can be read in it; it goes to quarantine unless `private`."""
    private: bool = False
    """A conversation with the bot alone: its commands are answered, it is never archived."""
    message_id: str | None = None
    sender_key: str | None = None
    sender_name: str | None = None
    sender_role: str | None = None
    """`owner`, `admin` or `member` where the event itself says it."""
    sender_is_bot: bool = False
    """Any bot, this one included; a bot's commands are not obeyed."""
    own: bool = False
    """Said by the bot's own account."""
    quoted: tuple[str, ...] = ()
    """Member keys of people whose words the event carries besides the sender's."""
    reply_to: str | None = None
    """Platform id of the message answered."""
    quote_text: str | None = None
    """What is answered, where the platform gives no id."""
    quote_sender: str | None = None
    text: str = ""
    """The words of a message or edit, for commands and `[不存]`."""
    sent_at: int | None = None
    """Unix seconds."""
    replaces: str | None = None
    """Former key of the group, when the event says that it has moved."""
    brought: Brought | None = None
    """Of a private message; in a group only where a command comes in one piece with its file."""


class Outgoing(msgspec.Struct, frozen=True):
    """One message to send, already within the platform's length."""

    text: str
    group_key: str | None = None
    member_key: str | None = None
    """For a direct message; with `group_key`, whom an answer in the group is for."""
    reply_to: str | None = None
    """Platform id of the message answered."""
    number: int = 0
    """The same when it is tried again, and no other message's; 0: it has none."""
    enclosed: Enclosed | None = None
    """Only to an adapter with the ability `files`."""
    edits: str | None = None
    """Platform id of what the account said before, which this takes the place of."""
    takes_back: str | None = None
    """Platform id of what the account said before and is to be gone."""
    doubt: Doubt | None = None
    """It may have been sent before: what is found is not sent again. Only where `carries.looks`;
    raises a plain AdapterError where the platform does not show it after all."""


class Sent(msgspec.Struct, frozen=True):
    """What the platform says of a message it took."""

    message_id: str | None = None
    other_ids: tuple[str, ...] = ()
    """More ids it is known by, in answers to it."""


class Finding(msgspec.Struct, frozen=True):
    """One line of `chendian check`."""

    good: bool
    what: str
    hint: str = ""
    """What to do, where it is not good."""


class MenuLine(msgspec.Struct, frozen=True):
    """One command for a platform's own menu."""

    name: str
    """Latin letters, without the slash."""
    chinese: str
    """What it does, in Chinese."""
    english: str


class Asked(msgspec.Struct, frozen=True):
    """What a browser is sent to the platform with; each is new for each try, and secret."""

    back: str
    """The site's address that the platform sends the browser back to."""
    state: str
    """Comes back as it was sent; at most 24 letters, digits, `_` and `-`."""
    nonce: str
    verifier: str
    """43 letters, digits, `_` and `-` that none but the site, this browser and the platform see."""


class Proven(msgspec.Struct, frozen=True):
    """Somebody who proved who they are."""

    member_key: str
    name: str
    """How they are called there; may be empty."""
    proof: str
    """The same for the same answer of the platform, which counts once."""


class SignIn(Protocol):
    """Lets people prove on the platform's own site who they are; nothing of it runs on ours."""

    label: str
    """What people call the platform, for the button."""
    fragment: str
    """The name under which the answer comes behind a `#`, as JSON in URL-safe base64; empty where
    it comes in the query."""

    async def address(self, asked: Asked) -> str:
        """Return where to send a browser. Raises NotReachable."""

    async def proven(self, answer: Mapping[str, str], asked: Asked) -> Proven:
        """Check what the browser brought back. Raises Unproven, NotReachable and others."""

    def duty(self, back: str) -> str:
        """Say what the operator must allow at the platform for this address to come back to."""


class Door(Protocol):
    """What an adapter is given to hand over what it hears."""

    async def take(self, events: Sequence[bytes], *, offset: str | None = None) -> None:
        """Return once the raw events and the offset are durable, in one transaction; only then may
        they be acknowledged. Raises ArchiveError when nothing was kept: the same events must be
        offered again after a pause."""

    async def offset(self) -> str | None:
        """Return the last offset kept for this account."""

    async def groups(self) -> list[str]:
        """Return the keys of this platform's groups that are archived now."""

    async def newest(self, group_key: str) -> list[tuple[str, int]]:
        """Return the newest 50 archived messages of a group as (platform id, Unix time), newest
        first; where a backfill may stop."""

    async def complete(self, group_key: str, since: int, until: int) -> None:
        """Note that everything said in this span (Unix seconds) has been handed over."""

    def connected(self) -> None:
        """Say that events flow from now on."""

    def heard(self) -> None:
        """Say that the peer is alive though nothing was said (a heartbeat, an empty poll)."""

    def lost(self, why: str, *, held: bool = False) -> None:
        """Say that the connection is gone; `held` when the platform keeps what is said."""

    def alarm(self, what: str, hint: str = "") -> None:
        """Tell the operator, once, of what only a person can mend."""


class Adapter(Protocol):
    """One account on one platform. `envelope` and `records` are pure and know no network."""

    platform: str
    """First part of its keys: `telegram`, `qq`, `wechat`."""
    abilities: frozenset[Ability]
    pace: Pace
    carries: Carrying

    @property
    def sign_in(self) -> SignIn | None:
        """How people prove who they are; None without the ability `sign_in`."""

    @property
    def names(self) -> tuple[str, ...]:
        """What the bot is called where people address it with @; empty until it is known."""

    def envelope(self, raw: bytes) -> Envelope:
        """Read the envelope of a raw event. Raises AdapterError for what is no event at all."""

    def records(self, raw: bytes) -> list[AnyRecord]:
        """Project a raw event; the same bytes always give the same records. Unknown kinds give a
        message of kind `unknown` with all that was said in `detail`; anything it raises is kept
        beside the event, which can be projected again."""

    async def listen(self, door: Door) -> None:
        """Hand over events until cancelled; reconnects by itself with growing pauses."""

    async def send(self, message: Outgoing) -> Sent:
        """Send one message. Raises NotReachable where it certainly was not sent, a plain
        AdapterError where it may have been, or one of the others."""

    async def check(self) -> list[Finding]:
        """Look whether the account can do its work; never raises for what is wrong with it."""

    async def close(self) -> None:
        """Let go of connections."""

    def routes(self) -> list[BaseRoute]:
        """Return what must be mounted on the site for the platform to call; often nothing."""

    def fetch(self, source: str) -> AsyncIterator[bytes]:
        """Stream the bytes of `Attachment.source`. Raises AdapterError. Ability `media`."""

    async def role_of(self, group_key: str, member_key: str) -> str | None:
        """Return `owner`, `admin`, `member`, or None for who is not in the group; asked of the
        platform at this moment. Ability `roles`."""

    async def mark_essence(self, group_key: str, message_id: str, marked: bool) -> None:
        """Mark or unmark natively (群精华, pin). Ability `essence`."""

    async def offer_menu(self, lines: Sequence[MenuLine]) -> None:
        """Register the commands with the platform. Ability `menu`."""
