"""Mails editions: the text is written when it is sent, from what may still be told."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from archive import mails
from archive.access import member
from archive.editions import get_edition, place_of
from archive.mails import Letter
from bot.jobs.job import Place
from bot.jobs.posting import digest_of, titles_of
from bot.live.logs import said
from bot.mail import MailError, send_mail
from bot.together import groups_told

log = logging.getLogger(__name__)


async def deliver(
    place: Place, write: Callable[[Callable[[sqlite3.Connection], Any]], Awaitable[Any]],
    letter: Letter, now: int,
) -> None:  # fmt: skip
    """Send one mail and note what became of it; a kill in between sends it once more."""
    subject, text = await asyncio.to_thread(_written, place, letter.edition_id)
    if not text:
        await write(lambda db: mails.give_up(db, letter, "nothing of it may be told any more"))
        return
    try:
        await asyncio.to_thread(send_mail, place.config.mail, letter.address, subject, text)
    except MailError as error:
        why, note = error.why, mails.give_up
        log.error("mail not sent %s", said(edition=letter.edition_id, why=why))
        if error.for_good:
            await write(lambda db: note(db, letter, why))
        else:
            await write(lambda db: mails.later(db, letter, now, why))
    else:
        await write(lambda db: mails.sent(db, letter))


def _written(place: Place, edition_id: int) -> tuple[str, str]:
    """Return the subject and text of a mail, empty where nothing is left to tell."""
    from web.digest_forms import as_mail, subject

    with place.archive.reading() as db:
        told = groups_told(db, place.config.digest, place_of(db, edition_id))
        if not told:
            return "", ""
        view = get_edition(db, member(frozenset(told)), edition_id)
        digest = digest_of(db, view, told)
        titles = titles_of(db, digest)
    if not digest.items:
        return "", ""
    base_url = place.config.web.base_url.rstrip("/")
    return subject(digest, titles), as_mail(digest, titles, base_url)
