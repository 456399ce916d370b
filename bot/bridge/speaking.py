"""Says copies: written when they are begun, noted when they were said, looked for after a kill."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence

import msgspec

from adapters.contract import Adapter, AdapterError, Enclosed, Forbidden, Outgoing, Sent
from archive import bridged, outbox
from archive.bridge_told import DIGEST, LATE, drop_late, source_of
from archive.bridged import EDIT, GONE, PURPOSE, Copy
from archive.database import Archive
from archive.outbox import Draft, Parcel
from archive.views import MessageView
from bot.bridge.composing import Composer, Dropped, NotYet, TooOld
from bot.bridge.following import beside
from bot.bridge.lateness import told
from bot.live.copies import Begun
from bot.live.doubts import doubt_since

_AGAIN = 1
"""Seconds before a file on its way is looked for again."""


class Copies:
    """What the outbox asks about what it says for the bridge."""

    def __init__(self, archive: Archive, composer: Composer) -> None:
        self._archive = archive
        self._composer = composer

    def begin(self, db: sqlite3.Connection, parcels: Sequence[Parcel], adapter: Adapter) -> Begun:
        """Begin to say these, in a write transaction, up to one that answers what may be among
        them, or whose file is on its way."""
        begun: list[tuple[Parcel, Outgoing]] = []
        copies = bridged.of_parcels(db, (parcel.id for parcel in parcels))
        originals = self._composer.originals(db, (copy.message_id for copy, _ in copies.values()))
        for number, parcel in enumerate(parcels):
            copy, answers = copies.get(parcel.id, (None, True))
            # what may have been said is looked for one by one: each makes the next one known
            alone = parcel.doubt is not None or parcels[0].doubt is not None
            if number and (alone or answers):
                return Begun(begun, number)
            try:
                one = self._begin(db, parcel, copy, originals)
            except NotYet:
                outbox.later(db, parcel.id, int(time.time()) + _AGAIN, "a file is on its way")
                return Begun(begun, number, held_up=True)
            if one is not None:
                begun.append((one, self._outgoing(db, one)))
        return Begun(begun, len(parcels))

    def _begin(
        self, db: sqlite3.Connection, parcel: Parcel, copy: Copy | None,
        originals: dict[int, MessageView],
    ) -> Parcel | None:  # fmt: skip
        try:
            draft = self._written(db, parcel, copy, originals)
        except TooOld as late:
            _note_late(db, parcel, copy, late)
            return None
        except Dropped as dropped:
            outbox.drop(db, parcel.id, str(dropped))
            return None
        begun = outbox.begin_saying(db, parcel.id, draft)
        return parcel._replace(draft=draft) if begun else None

    def _written(
        self, db: sqlite3.Connection, parcel: Parcel, copy: Copy | None,
        originals: dict[int, MessageView],
    ) -> Draft:  # fmt: skip
        """Return a parcel's draft as it is to be said now. Raises Dropped, NotYet."""
        draft = parcel.draft
        if draft.takes_back is not None:
            return draft
        if draft.purpose == DIGEST:
            source = source_of(draft.unique)
            if self._composer.links.between(source, draft.group_key or "", "digest") is None:
                raise Dropped("the bridge is closed there")
            return draft
        if draft.purpose == LATE:
            return msgspec.structs.replace(draft, text=told(db, parcel, self._composer))
        if draft.purpose != PURPOSE:
            about = draft.edits or draft.reply_to or ""
            copy = bridged.of_copy(db, draft.group_key or "", about)
            originals = self._composer.originals(db, [copy.message_id]) if copy else {}
        if copy is None:
            raise Dropped("what it showed was forgotten")
        view = originals.get(copy.message_id)
        draft = self._composer.compose(db, draft, copy, view, int(time.time()))
        if draft.purpose == PURPOSE:
            bridged.saying(db, copy.id, draft.text)
        return draft

    def _outgoing(self, db: sqlite3.Connection, parcel: Parcel) -> Outgoing:
        draft = parcel.draft
        enclosed = None
        if draft.file is not None:
            kind, _, name = (draft.file_name or "file/file").partition("/")
            enclosed = Enclosed(self._archive.media.path(draft.file), name, kind)
        doubt = None
        if parcel.doubt is not None and draft.takes_back is None and draft.edits is None:
            doubt = doubt_since(db, draft, parcel.doubt)
        return Outgoing(
            draft.text, draft.group_key, None, draft.reply_to, parcel.id, enclosed,
            draft.edits, draft.takes_back, doubt,
        )  # fmt: skip

    def said(self, db: sqlite3.Connection, parcel: Parcel, sent: Sent) -> None:
        """Note that the platform took one; if its original was erased meanwhile, it goes again."""
        draft = parcel.draft
        if draft.purpose != PURPOSE or draft.takes_back is not None:
            return
        there = bridged.said(db, parcel.id, sent.message_id, sent.other_ids)
        if not there and sent.message_id is not None and draft.group_key is not None:
            outbox.put(
                db, bridged.undoing(draft.account, draft.group_key, sent.message_id, parcel.id)
            )

    def gave_up(self, db: sqlite3.Connection, parcel: Parcel, error: AdapterError) -> None:
        """Say beside a copy what could not be done to it."""
        draft = parcel.draft
        if not isinstance(error, Forbidden) or draft.group_key is None:
            return
        if draft.takes_back is not None:
            copy = bridged.of_copy(db, draft.group_key, draft.takes_back)
            if copy is not None and copy.mode == "all" and copy.part == 0:
                note = beside(draft.account, draft.group_key, draft.takes_back, GONE)
                outbox.put(db, note)
        elif draft.edits is not None:
            note = beside(draft.account, draft.group_key, draft.edits, EDIT, f"told:{parcel.id}")
            outbox.put(db, note)


def _note_late(db: sqlite3.Connection, parcel: Parcel, copy: Copy | None, late: TooOld) -> None:
    if copy is None or parcel.doubt is not None:
        # it may have been said
        outbox.drop(db, parcel.id, "it is too old by now")
        return
    drop_late(db, parcel.id, parcel.draft.account, str(late), copy.target, copy.mode)
