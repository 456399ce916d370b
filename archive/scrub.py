"""Keeps the words of people who want none of theirs kept out of what others say.

Others quote, forward and pass on merged records; what is found of a person there is taken out by
their key or, where a source gives none, by their name in the group.
"""

from __future__ import annotations

import hmac
import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from archive import index, text
from archive.prepare import RECALLED, Prepared, more_of
from archive.records import Attachment, Message, Poll, Reaction
from archive.text import normalise
from archive.tombstones import secret_of

Whose = Callable[[str | None, str | None, str], bool]
"""Tells of (member key, name, words) whether they are to be taken out."""

_PARTS = ('"quote"', '"forward"', '"nested"', '"mention"')


def may_quote(detail: str | None) -> bool:
    """Tell quickly whether a detail can hold anybody else's words or key."""
    return detail is not None and any(part in detail for part in _PARTS)


def forwarded_from(detail: str | None) -> str | None:
    """Return the key of who said what a message passes on as a whole."""
    if detail is None or '"forward"' not in detail:
        return None
    forward = json.loads(detail).get("forward")
    return forward.get("key") if isinstance(forward, dict) else None


def cleaned(detail: str, theirs: Whose, quote: bool = False) -> str | None:
    """Return a message's detail without some people's words; `quote`: the quoted ones anyway."""
    said: dict[str, Any] = json.loads(detail)
    if not _clean(said, theirs, quote):
        return detail
    return json.dumps(said, ensure_ascii=False) if said else None


def _clean(said: dict[str, Any], theirs: Whose, quote: bool) -> bool:
    """Take some people's words out of a detail, or a part of a merged record."""
    changed = False
    part = said.get("quote")
    if isinstance(part, dict) and (quote or theirs(None, part.get("name"), part.get("text", ""))):
        del said["quote"]
        changed = True
    part = said.get("forward")
    if isinstance(part, dict) and theirs(part.get("key"), part.get("name"), ""):
        said["forward"] = {k: v for k, v in part.items() if k not in ("key", "name")}
        changed = True
    for span in said.get("spans", ()):
        # a list in a message of its own, an object in a merged record
        kind, place = (span["kind"], "value") if isinstance(span, dict) else (span[0], 3)
        whom = span.get("value") if isinstance(span, dict) else span[3]
        if kind == "mention" and whom and theirs(whom, None, ""):
            span[place] = None
            changed = True
    nested = said.get("nested")
    if isinstance(nested, list):
        left = [inner for inner in nested if not _is_theirs(inner, theirs)]
        changed |= len(left) < len(nested)
        for inner in left:
            changed |= _clean(inner, theirs, False)
        if left:
            said["nested"] = left
        else:
            del said["nested"]
    return changed


def _is_theirs(inner: dict[str, Any], theirs: Whose) -> bool:
    return theirs(inner.get("sender_key"), inner.get("sender_name"), inner.get("text", ""))


def searchable(detail: str | None, attachments: Sequence[Attachment]) -> str | None:
    """Return what is searchable of a message beside its text (`more`)."""
    said: dict[str, Any] = json.loads(detail) if detail else {}
    poll = said.pop("poll", None)
    nested = said.pop("nested", ())
    return more_of(
        Message(
            "",
            attachments=tuple(attachments),
            poll=msgspec.convert(poll, Poll, strict=False) if poll else None,
            nested=msgspec.convert(nested, tuple[Message, ...], strict=False),
            detail=said,
        )
    )


def remember_names(db: sqlite3.Connection, member_key: str) -> None:
    """Remember by which names a person is known in each group, as keyed hashes.

    A name that another person has in the same group is not theirs alone and is left out.
    """
    rows = db.execute(
        "SELECT n.group_id, n.folded FROM member_names n JOIN members p ON p.id = n.member_id"
        " WHERE (p.key = ?1 OR p.id = (SELECT target FROM aliases WHERE kind = 'member'"
        " AND group_id = 0 AND other = ?1)) AND NOT EXISTS (SELECT 1 FROM member_names o"
        " JOIN members q ON q.id = o.member_id WHERE o.group_id = n.group_id"
        " AND o.folded = n.folded AND q.id != p.id AND NOT q.name_only)",
        (member_key,),
    ).fetchall()
    secret = secret_of(db)
    db.executemany(
        "INSERT OR IGNORE INTO forgotten_names(group_id, match, member_key) VALUES(?, ?, ?)",
        [(group_id, _mark(secret, folded), member_key) for group_id, folded in rows],
    )


def _mark(secret: bytes, folded: str) -> str:
    return hmac.digest(secret, f"name\0{folded}".encode(), "sha256").hex()


class Shunned:
    """Whose words are not kept, as of one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        rows = db.execute(
            "SELECT member_key FROM opt_outs UNION SELECT a.other FROM opt_outs o"
            " JOIN members p ON p.key = o.member_key"
            " JOIN aliases a ON a.kind = 'member' AND a.target = p.id"
        )
        self.keys = frozenset(key for (key,) in rows)
        (named,) = db.execute("SELECT EXISTS(SELECT 1 FROM forgotten_names)").fetchone()
        self._any_names = bool(named)
        self._names: dict[int, dict[str, bool]] = {}
        self._hashed: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self.keys) or self._any_names

    def sent(self, group_id: int, message: Prepared) -> bool:
        """Tell whether a message is of somebody of whom nothing is kept, whoever passed it on."""
        if self.keys and forwarded_from(message.detail) in self.keys:
            return True
        key = message.sender_key
        if key is not None and not is_by_name(key):
            return key in self.keys
        return self._known(group_id, message.sender_name) is True

    def clean(self, group_id: int, message: Prepared, quote: bool) -> None:
        """Take the words of such people out of a message; `quote`: the quoted ones anyway."""
        if self.keys and message.reactions:
            reactions = (without_members(r, self.keys) for r in message.reactions)
            message.reactions = tuple(r for r in reactions if r.count > 0)
        if message.detail is None or not may_quote(message.detail):
            return
        left = cleaned(message.detail, self._theirs(group_id), quote)
        if left == message.detail:
            return
        message.detail = left
        message.more = searchable(left, message.attachments)
        if not message.flags & RECALLED:
            found = text.tokens(index.indexable(message.text, message.more))
            message.body, message.chars = found.body, found.chars

    def is_called(self, group_id: int, name: str) -> bool:
        """Tell whether a name in a group is one of a person who opted out."""
        return self._known(group_id, name) is True

    def _theirs(self, group_id: int) -> Whose:
        def theirs(key: str | None, name: str | None, words: str) -> bool:
            if key is not None and not is_by_name(key):
                return key in self.keys
            return self._known(group_id, name) is not None

        return theirs

    def _known(self, group_id: int, name: str | None) -> bool | None:
        """Look a name up: None, it may be kept; else whether its owner has opted out."""
        if not name or not self._any_names:
            return None
        if group_id not in self._names:
            rows = self._db.execute(
                "SELECT match, member_key FROM forgotten_names WHERE group_id = ?", (group_id,)
            )
            known: dict[str, bool] = {}
            for match, member_key in rows:
                known[match] = known.get(match, False) or member_key in self.keys
            self._names[group_id] = known
        if not self._names[group_id]:
            return None
        if name not in self._hashed:
            self._hashed[name] = _mark(secret_of(self._db), normalise(name).strip())
        return self._names[group_id].get(self._hashed[name])


def without_members(reaction: Reaction, gone: frozenset[str]) -> Reaction:
    """Return a reaction without some people's share in it."""
    left = tuple(who for who in reaction.members if who not in gone)
    fewer = len(reaction.members) - len(left)
    return msgspec.structs.replace(reaction, count=reaction.count - fewer, members=left)


def is_by_name(key: str) -> bool:
    """Tell whether a member key was made from a name."""
    return key.partition(":")[2].startswith("~")
