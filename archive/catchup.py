"""Catch-up 我错过了什么: what was said since a person last spoke, and what is for them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence

import msgspec

from archive.access import Reader, operator
from archive.consent import member_keys
from archive.copies import Copies, once
from archive.digest.choosing import to_item
from archive.digest.keeping import essence_of, join
from archive.digest.making import choose
from archive.digest.mentions import mentioning
from archive.digest.noise import adverts
from archive.digest.reasons import CHINESE, Language
from archive.digest.said import Heard, Place, Said, hear, places_of
from archive.digest.threads import gather
from archive.ids import HIGHEST, LOWEST, first_id, seconds_of
from archive.query.chips import filter_text
from archive.questions.detecting import is_command
from archive.search import search

TOPICS = 5
MOST_READ = 10_000
"""Messages looked at, the newest."""
UNKNOWN = 86_400
"""Seconds told of to who has not said anything yet."""

_FILES = 200
"""Files among which those are found that came in several groups."""
_LISTED = 10
"""Answers, mentions, files of each."""
_OWN_LOOKED_AT = 30
_EASE = 0.6
"""How much less a topic needs than in a digest."""


class Topic(msgspec.Struct, frozen=True):
    """Something that was spoken of; `keys` begins with the message to open first."""

    title: str
    keys: tuple[str, ...]
    why: str
    group_key: str
    also_in: tuple[str, ...] = ()
    """Messages that say the same in other groups."""


class CatchUp(msgspec.Struct, frozen=True):
    """What a person missed; all but topics are keys, the newest first."""

    since: int
    """Unix seconds of the first message looked at, or of where the span begins."""
    messages: int
    people: int
    topics: tuple[Topic, ...]
    answers: tuple[str, ...]
    """To messages of theirs."""
    mentions: tuple[str, ...]
    essence: tuple[str, ...]
    files: tuple[str, ...]


def catch_up(
    db: sqlite3.Connection,
    reader: Reader,
    member_key: str,
    group_keys: Sequence[str],
    *,
    now: int,
    since: int | None = None,
    count: int | None = None,
    language: Language = CHINESE,
) -> CatchUp:
    """Tell what was said in some groups since a moment, of the newest `count` messages, or since
    this person last said something there; never more than the newest 10,000.

    NotFound for a group that is not there or hidden.
    """
    places = places_of(db, reader, group_keys)
    keys = member_keys(db, member_key)
    mine = _ids(db, keys)
    if count is not None:
        first = dict.fromkeys(places, LOWEST)
    elif since is not None:
        first = dict.fromkeys(places, first_id(since))
    else:
        first = {group: _after_own(db, keys, place.key, now) for group, place in places.items()}
    heard = hear(db, places, first, HIGHEST, min(count or MOST_READ, MOST_READ))
    begins = _begins(heard, first, now)
    kept, before = essence_of(db, places, heard, begins, now + 1)
    selling = adverts(heard.said)
    threads = gather(heard, selling)
    every = join(heard, before)
    chosen = choose(every, threads, kept, [], TOPICS, _EASE)
    items = [to_item(one, every, language) for one in chosen]
    others = [one for one in heard.said if one.sender not in mine]
    return CatchUp(
        since=begins,
        messages=len(heard.said),
        people=len({one.sender for one in heard.said if one.sender is not None}),
        topics=tuple(Topic(i.title, i.keys, i.why, i.group_key, i.also_in) for i in items),
        answers=_newest(heard, _answering(db, others, places, mine)),
        mentions=_newest(heard, mentioning(db, others, places, mine, keys)),
        essence=tuple(every.key(one.messages[0]) for one in reversed(kept))[:_LISTED],
        files=_newest(heard, _each_once(db, reader, heard.files.keys() - selling)),
    )


def groups_of_member(db: sqlite3.Connection, member_key: str) -> frozenset[str]:
    """Return the keys of the groups a person is known to be in."""
    rows = db.execute(
        "SELECT DISTINCT g.key FROM memberships s JOIN groups g ON g.id = s.group_id"
        " JOIN members p ON p.id = s.member_id WHERE p.key IN (SELECT value FROM json_each(?))"
        " AND s.role IS NOT 'left'",
        (json.dumps(member_keys(db, member_key)),),
    )
    return frozenset(key for (key,) in rows)


def _ids(db: sqlite3.Connection, keys: list[str]) -> frozenset[int | None]:
    rows = db.execute(
        "SELECT id FROM members WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(keys),)
    )
    return frozenset(i for (i,) in rows)


def _after_own(db: sqlite3.Connection, keys: list[str], group_key: str, now: int) -> int:
    """Return the id after the newest thing a person said in a group, commands aside."""
    place = filter_text("in", group_key)
    newest = 0
    for key in keys[:3]:
        query = f"{filter_text('from', key)} {place}"
        for hit in search(db, query, operator(), limit=_OWN_LOOKED_AT, now=now).hits:
            if not is_command(hit.message.text):
                newest = max(newest, hit.message.id)
                break
    return newest + 1 if newest else first_id(now - UNKNOWN)


def _begins(heard: Heard, first: dict[int, int], now: int) -> int:
    asked = min(first.values(), default=LOWEST)
    if asked > LOWEST and len(heard.said) < MOST_READ:
        return seconds_of(asked)
    return heard.said[0].at if heard.said else now


def _answering(
    db: sqlite3.Connection,
    said: list[Said],
    places: dict[int, Place],
    mine: frozenset[int | None],
) -> set[int]:
    """Return the ids of what answers a message of one's own, whenever that was said."""
    replies = [one for one in said if one.reply_to is not None]
    rows = db.execute(
        "WITH names(value) AS (SELECT value FROM json_each(?1)),"
        " places(value) AS (SELECT value FROM json_each(?2)),"
        " mine(value) AS (SELECT value FROM json_each(?3))"
        " SELECT group_id, platform_id FROM messages WHERE group_id IN places"
        " AND platform_id IN names AND sender_id IN mine"
        " UNION SELECT a.group_id, a.other FROM aliases a JOIN messages m ON m.id = a.target"
        " WHERE a.kind = 'message' AND a.group_id IN places AND a.other IN names"
        " AND m.sender_id IN mine",
        (
            json.dumps(sorted({one.reply_to or "" for one in replies})),
            json.dumps(list(places)),
            json.dumps([i for i in mine if i is not None]),
        ),
    )
    own = set(rows.fetchall())
    return {one.id for one in replies if (one.group, one.reply_to) in own}


def _each_once(db: sqlite3.Connection, reader: Reader, ids: Collection[int]) -> set[int]:
    """Leave out what a later message in another group brought as well."""
    newest = sorted(ids, reverse=True)[:_FILES]
    return set(once(Copies(db, reader), newest, _LISTED))


def _newest(heard: Heard, ids: set[int]) -> tuple[str, ...]:
    newest = sorted(ids, reverse=True)[:_LISTED]
    return tuple(heard.key(heard.by_id[i]) for i in newest)
