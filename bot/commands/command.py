"""What a command is: what was asked, what is answered, and who may ask it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from adapters.contract import Brought
from archive.access import Reader, public
from archive.database import Archive
from archive.forget import Forgotten
from archive.people import DEFAULT_ZONE
from bot.config import BridgeConfig, DigestConfig

CODE = "\0"
"""Stands in an answer's text for a short code; nothing from people has it (`lines.one_line`)."""

LONGEST = 1_000
"""Characters of an answer in a group; a longer one goes to the person alone."""
_LINES = 6

Who = Literal["all", "member", "admin", "author"]
"""all: anyone · member: who is in the group · admin: its owner and admins · author: who wrote the
message, and admins."""
Shelf = Literal["find", "keep", "mine", "run"]
"""Under which heading `/help` lists a command."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One command as a person gave it."""

    account: str
    platform: str
    key: str
    """The event's own key: the same command delivered again is not obeyed again."""
    name: str
    """As `parse` gives it: `search`, `搜`."""
    words: str = ""
    """What stands after the name."""
    at: int
    """Unix seconds."""
    group_key: str | None = None
    place: str | None = None
    """The archive's key of the group it is about; the router sets it, also in private."""
    private: bool = False
    sender_key: str | None = None
    """The group's own key for an anonymous admin."""
    sender_name: str | None = None
    role: str | None = None
    """`owner`, `admin`, `member` or None; the router replaces what the event says by what holds."""
    is_bot: bool = False
    message_key: str | None = None
    message_id: str | None = None
    """Platform id of the command itself."""
    reply_key: str | None = None
    """Archive key of the message that is meant: the one answered, or the short code's."""
    quote_text: str | None = None
    """Words of the message answered, where the platform gives no id."""
    quote_sender: str | None = None
    """Key or name of who said them."""
    brought: Brought | None = None
    """What is to be imported, where the command `takes_file`: with the command, with what it
    answers, or in private the last thing sent."""

    @property
    def chinese(self) -> bool:
        """Tell whether the name was written in Chinese; the answer is in the same language."""
        return not self.name.isascii()

    @property
    def by(self) -> str:
        """Return who asks, for the audit."""
        return self.sender_key or self.group_key or self.account

    @property
    def is_admin(self) -> bool:
        """Tell whether the group obeys this person."""
        return self.role in ADMINS

    def say(self, chinese: str, english: str) -> str:
        """Return the one of two equal texts that is in the language asked in."""
        return chinese if self.chinese else english


ADMINS = ("owner", "admin")


class Intake(msgspec.Struct, frozen=True):
    """An export file that is to be imported once the answer is committed, and whom to tell."""

    account: str
    group_key: str
    sha256: str | None
    """Of a file of the archive's; None: `source` says where the adapter fetches it."""
    name: str
    """As its sender called it; never a path."""
    by: str
    reply_to: str | None
    chinese: bool
    key: str
    """Of the command: it is told once how it went."""
    source: str | None = None
    private: bool = False
    """It was asked for in private, and is told there."""


class Answer(msgspec.Struct, frozen=True):
    """What is said in return, and what must follow once it is committed."""

    text: str
    """At most five lines and a link; `CODE` stands for each of `cited` in turn."""
    cited: tuple[str, ...] = ()
    """Keys of messages whose short codes the text shows."""
    direct: bool = False
    """To the person alone, though asked in a group."""
    secret: bool = False
    """Lets the person in somewhere: not kept once it was said."""
    refused: bool = False
    """The person may not do that; the audit says so."""
    native: tuple[str, bool] | None = None
    """(platform id, marked) of a message of `Asked.place`: the platform's own mark follows."""
    forgotten: Forgotten | None = None
    """What was erased; its raw events and files go as well."""
    leaving: str | None = None
    """Key of a member who opted out: all that was kept of them is to be forgotten."""
    intake: Intake | None = None
    """A file that is imported beside everything else."""
    consent_changed: bool = False
    """The door must look at consent, pauses and opt-outs again before the next event."""

    @property
    def long(self) -> bool:
        """Tell whether this is too much for a group."""
        return len(self.text) > LONGEST or self.text.count("\n") >= _LINES


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What commands know of the place they run in."""

    base_url: str = ""
    """Without it answers have short codes but no links."""
    title: str = "沉淀"
    operator: str = ""
    """Who runs the archive and how to reach them, for notices."""
    keep_raw_days: int = 30
    time_zone: str = DEFAULT_ZONE
    admins: Mapping[str, frozenset[str]] = {}
    """Admins by group key, for groups whose platform does not say who they are."""
    welcome: Mapping[str, str] = {}
    """A group's own words to its newcomers, by group key."""
    digest: DigestConfig = DigestConfig()
    bridges: tuple[BridgeConfig, ...] = ()
    reader: Reader = public()
    """Who is asking; the router sets it."""
    own_names: tuple[str, ...] = ()
    """What the account asked is called, its id among it where it has no other."""
    admin_of: frozenset[str] = frozenset()
    """In private: keys of the groups whose admin is asking, where a command wants roles."""


Run = Callable[[sqlite3.Connection, Asked, Setting], Answer | None]
Reads = Callable[[Archive, Asked, Setting], Answer | None]
Erases = Callable[[sqlite3.Connection, Asked, Setting], tuple[str, ...]]


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One command: its names, who may give it, and what it does."""

    names: tuple[str, ...]
    """English first, then the Chinese ones, the first of each is the one shown."""
    who: Who
    run: Run
    """Called with a reading connection, or within the write transaction if it `writes`."""
    chinese: str
    english: str
    """What it does, one line."""
    takes: tuple[str, str] = ("", "")
    """What stands after the name, in Chinese and English."""
    shelf: Shelf = "find"
    needs_consent: bool = True
    """Silent in groups that are not archived."""
    writes: bool = False
    reads: Reads | None = None
    """Answers before `run` what changes nothing and takes long; None: `run` is to answer."""
    erases: Erases | None = None
    """Finds, before `run`, the platform ids of messages of `Asked.place` whose raw events go first,
    so that a kill in between leaves nothing raw behind."""
    about_message: bool = False
    """Takes a message: a reply, or its short code."""
    optional_message: bool = False
    """Does without one as well."""
    wants_role: bool = False
    """Its answer depends on the role, though anyone may ask."""
    knows_groups: bool = False
    """In private its reader is in the groups the person is in, though anyone may ask."""
    takes_file: bool = False
    """Takes what the message brings, or in private what was sent before."""
    in_group: bool = False
    """Makes no sense in a private conversation."""
    alone: bool = False
    """Makes no sense in a group."""
    urgent: bool = False
    """Must get through whatever else is asked: counted by itself."""

    def name(self, chinese: bool) -> str:
        """Return the name shown in a language."""
        return next(name for name in self.names if name.isascii() is not chinese)


def usage(command: Command, chinese: bool) -> str:
    """Write how a command is given: `/精华（回复）`."""
    about = ("（回复）" if chinese else " (reply)") if command.about_message else ""
    takes = command.takes[0 if chinese else 1]
    gap = " " if takes and not (about and chinese) else ""
    return f"/{command.name(chinese)}{about}{gap}{takes}"
