"""Says approved editions in their groups, and has them mailed: each once."""

from __future__ import annotations

import re
import sqlite3

import msgspec

from archive import editions, mails, outbox
from archive.access import member, operator
from archive.bridge_told import DIGEST
from archive.codes import code_of
from archive.digest import Digest
from archive.edition_erasing import begun_in, outbox_key
from archive.editions import TOGETHER, EditionView
from archive.groups import get_group
from archive.outbox import Draft
from bot.bridge import digests as bridged
from bot.bridge.links import Link
from bot.bridge.marks import head
from bot.jobs.job import Place
from bot.together import groups_sent_to, groups_told

_CODES = 80
"""Characters left for the short codes of a digest."""
_LONGEST = 1_000
"""Characters of a message where no adapter says how long one may be."""


def load_forms() -> None:
    """Load what writes digests, before a transaction needs it."""
    import web.digest_forms  # noqa: F401


def post(db: sqlite3.Connection, place: Place, edition_id: int, now: int) -> bool:
    """Put an approved edition into the outbox and note it as sent, in one transaction.

    What its group's members, or those of the groups told together, may not read any more by now is
    left out. False: nobody speaks there yet, or the group has withdrawn; then it is a draft again.
    """
    where = editions.place_of(db, edition_id)
    told = groups_told(db, place.config.digest, where)
    targets = groups_sent_to(db, place.config.digest, where)
    if not told or not targets:
        editions.hold(db, edition_id, "chendian")
        return False
    accounts = {key: name for key in targets if (name := place.account_for(db, key))}
    if not accounts:
        return False
    view = editions.get_edition(db, member(frozenset(told)), edition_id)
    if not editions.sent(db, edition_id, now):
        return False
    if not view.digest["items"]:
        return True  # all of it had to leave
    begun = begun_in(db, view.place, view.kind, view.period)
    for group_key, account in accounts.items():
        if group_key not in begun:  # the rest may be written anew after something was forgotten
            _put(db, place, view, told, group_key, account)
    for link in [] if view.place.startswith(TOGETHER) else bridged.ways(db, place, where):
        if link.target not in begun:
            _put_across(db, place, view, told, link)
    if place.config.mail.host:
        mails.put(db, edition_id, place.config.mail.to, now)
    return True


def _put(
    db: sqlite3.Connection, place: Place, view: EditionView, told: list[str], group_key: str,
    account: str,
) -> None:  # fmt: skip
    """Put an edition into the outbox for one group."""
    digest = digest_of(db, view, told)
    for number, text in enumerate(_texts(db, place, digest, account), 1):
        part = f"{group_key}:{number}" if view.place.startswith(TOGETHER) else number
        unique = outbox_key(view.place, view.kind, view.period, part)
        outbox.put(
            db, Draft(account, text, group_key=group_key, purpose=outbox.DIGEST, unique=unique)
        )


def _put_across(
    db: sqlite3.Connection, place: Place, view: EditionView, told: list[str], link: Link
) -> None:
    """Put an edition into the outbox for a group that shares digests with its own."""
    digest = bridged.narrowed(db, digest_of(db, view, told))
    if not digest.items:
        return
    mark = head(link.label, "")
    for number, text in enumerate(_texts(db, place, digest, link.account, 2 * len(mark)), 1):
        unique = outbox_key(view.place, view.kind, view.period, f"{link.target}:{number}")
        # every piece is known as brought, also by another program that hears only that one
        draft = Draft(
            link.account, mark + text.lstrip(), group_key=link.target, purpose=DIGEST, unique=unique
        )
        outbox.put(db, draft)


def _texts(
    db: sqlite3.Connection, place: Place, digest: Digest, account: str, spare: int = 0
) -> list[str]:
    """Write an edition in pieces that the account may send, with so many units to spare, and with
    short codes where there is no site."""
    from web.digest_forms import CODE, as_text, cited

    adapter = place.adapters.get(account)
    longest = adapter.pace.longest if adapter is not None else _LONGEST
    base_url = place.config.web.base_url.rstrip("/")
    pieces = as_text(digest, titles_of(db, digest), base_url, longest - _CODES - spare)
    codes = iter([] if base_url else [code_of(db, key) for key in cited(digest)])
    return [re.sub(CODE, lambda _: next(codes), piece) for piece in pieces]


def digest_of(db: sqlite3.Connection, view: EditionView, told: list[str]) -> Digest:
    """Return an edition's digest as of those groups of it that may still be told."""
    keys = dict.fromkeys(get_group(db, operator(), key).key for key in view.digest["groups"])
    groups = [key for key in keys if key in told]
    return msgspec.convert({**view.digest, "groups": groups}, Digest)


def titles_of(db: sqlite3.Connection, digest: Digest) -> dict[str, str]:
    """Return what the groups of a digest are called."""
    keys = {*digest.groups, *(item.group_key for item in digest.items)}
    return {key: get_group(db, operator(), key).title for key in keys}
