"""Chooses what is worth telling: candidates of all kinds, one for each thing, the best first."""

from __future__ import annotations

import re

import msgspec

from archive.digest.alike import FEWEST, Alike, Shingles, same, shingles
from archive.digest.items import Item
from archive.digest.reasons import CHINESE, Language, Note, why
from archive.digest.said import Heard, Said
from archive.digest.threads import Thread
from archive.digest.weighing import Weight, answered, weigh, worth
from archive.digest.wording import piece, quotation, title
from archive.links import links_in

LEAST, LEAST_UNLINKED, LEAST_OF_A_GROUP = 3.5, 3.0, 0.75
"""Score below which a thread is small talk; the second where the platform tells of no answers and
no reactions, the third is the part of it that does for a group without anything better."""
_QUOTED = 3
_SHORTEST = 10
"""Characters a message must have to be told."""
_BY_ITSELF = 40
"""Characters from which an answer says something without what it answers."""
_BEGINS = 15
"""Characters from which the first message says what a thread is about."""
_ASKS = re.compile(r"[?？]|怎么|请教|求助")
_FILE = 1.0
"""What a file counts beside what is said of it."""
_EACH = 30
"""Candidates compared with each other for each that is told; the rest with those chosen only."""
_DISCUSSED = 3
"""People who make a discussion."""


class Candidate(msgspec.Struct):
    """Something that could be told, and what it would be told by."""

    kind: str
    lead: Said
    """What its title is from."""
    quoted: list[Said]
    score: float
    weight: Weight
    notes: list[Note]
    """Said before the counts."""
    core: set[int]
    """Ids of the messages it is about."""
    covers: set[int]
    """Ids of all messages it stands for."""
    alike: Shingles
    label: str = ""
    """A title from elsewhere: an essence's, a file's name."""
    own: bool = False
    """Somebody chose its messages: it is not one with what else its thread is about."""
    repeated: int = 0
    """How often the same was found again."""
    also: list[Said] = []
    """Where it was."""

    def is_also(self, one: Candidate) -> None:
        """Note that another says the same."""
        self.repeated += 1
        self.also.append(one.lead)


def of_thread(thread: Thread, heard: Heard) -> Candidate | None:
    """Make a candidate of a thread; None where nothing in it could be quoted."""
    answers = answered(thread, heard)
    told = [m for m in thread.messages if len(m.text) >= _SHORTEST or m.id in heard.files]
    # thanks for something that is gone, or was said before, say nothing by themselves
    told = [m for m in told if len(m.text) >= _BY_ITSELF or not _is_left_over(m, heard)]
    if not told:
        return None
    value = {m.id: worth(m, answers.get(m.id, 0), heard.reactions.get(m.id, 0)) for m in told}
    best = max(told, key=lambda m: value[m.id])
    lead = _root(best, {m.id: m for m in told}, heard)
    if lead is best and best.id not in heard.answers:
        lead = _opening(told, best)
    others = sorted((m for m in told if m is not lead), key=lambda m: -value[m.id])
    quoted = sorted([lead, *others[: _QUOTED - 1]], key=lambda m: m.id)
    weight = weigh(thread, heard)
    return Candidate(
        kind=_kind(lead, weight, heard, answers.get(lead.id, 0)),
        lead=lead,
        quoted=quoted,
        score=weight.score + (_FILE if lead.id in heard.files else 0),
        weight=weight,
        notes=[],
        core={lead.id, best.id},
        covers={m.id for m in thread.messages},
        alike=shingles(best.text),
        label=heard.files.get(lead.id, ""),
    )


def asks(one: Said) -> bool:
    """Tell whether a message asks something."""
    return _ASKS.search(one.text) is not None


def _is_left_over(one: Said, heard: Heard) -> bool:
    """Tell whether a message answers one that is not here."""
    return one.reply_to is not None and one.id not in heard.answers


def _root(one: Said, told: dict[int, Said], heard: Heard) -> Said:
    """Follow answers up to what they all answer."""
    seen = {one.id}
    while (target := heard.answers.get(one.id)) in told and target not in seen:
        assert target is not None
        seen.add(target)
        one = told[target]
    return one


def _opening(told: list[Said], best: Said) -> Said:
    """Return what began it, where messages are not linked, if that says what it is about."""
    first = told[0]
    return first if len(first.text) >= _BEGINS or asks(first) else best


def _kind(lead: Said, weight: Weight, heard: Heard, answers: int) -> str:
    if lead.id in heard.files:
        return "file"
    if answers and weight.people < _DISCUSSED and asks(lead):
        return "question"
    if links_in(lead.text):
        return "link"
    return "discussion" if weight.people >= _DISCUSSED else "message"


def merge(candidates: list[Candidate]) -> list[Candidate]:
    """Return each thing once, the best first: what covers the same, or says the same, is one."""
    kept: list[Candidate] = []
    said = Alike()
    for one in sorted(candidates, key=lambda c: (-c.score, c.lead.id)):
        twin = next((k for k in kept if _tells(k, one)), None)
        if twin is None:
            number = said.first(one.alike)
            if number is None:
                said.add(one.alike)
                kept.append(one)
                continue
            twin = kept[number]
            twin.is_also(one)
        twin.covers |= one.covers
    return kept


def count_again(chosen: list[Candidate], lesser: list[Candidate]) -> None:
    """Count among what was not worth telling by itself what says the same as what is told."""
    for one in lesser:
        if len(one.alike) >= FEWEST:
            twin = next((c for c in chosen if c.covers.isdisjoint(one.core)
                         and same(c.alike, one.alike)), None)  # fmt: skip
            if twin is not None:
                twin.is_also(one)


def _tells(kept: Candidate, one: Candidate) -> bool:
    """Tell whether what is kept already tells the other as well."""
    if not one.own:
        return not kept.covers.isdisjoint(one.core)
    shown = {m.id for m in kept.quoted} if one.kind in ("file", "link") else set()
    return not one.core.isdisjoint(kept.core | shown)


def sift(
    candidates: list[Candidate], linked: set[int], ease: float
) -> tuple[list[Candidate], list[Candidate]]:
    """Part what is worth telling from small talk; `linked` are the groups that link messages."""
    found: tuple[list[Candidate], list[Candidate]] = ([], [])
    for one in sorted(candidates, key=lambda c: -c.score):
        least = ease * (LEAST if one.lead.group in linked else LEAST_UNLINKED)
        if one.score < least and not any(c.lead.group == one.lead.group for c in found[0]):
            # of a quiet group its best thing, if anybody took some trouble
            least *= LEAST_OF_A_GROUP if one.weight.length else 1
        found[one.score < least].append(one)
    return found


def part(telling: list[Candidate], most: int) -> tuple[list[Candidate], list[Candidate]]:
    """Part what may be among the best `most`, one a group at least, from all the rest; the best
    come first, and stay first in both."""
    groups: set[int] = set()
    found: tuple[list[Candidate], list[Candidate]] = ([], [])
    for place, one in enumerate(telling):
        found[place >= _EACH * most and one.lead.group in groups].append(one)
        groups.add(one.lead.group)
    return found


def pick(candidates: list[Candidate], most: int) -> list[Candidate]:
    """Return the best so many, of each group at least its best one while there is room."""
    first: dict[int, Candidate] = {}
    for one in candidates:
        first.setdefault(one.lead.group, one)
    chosen = list(first.values())[:most]
    for one in candidates:
        if len(chosen) < most and one not in chosen:
            chosen.append(one)
    return chosen


def to_item(one: Candidate, heard: Heard, language: Language = CHINESE) -> Item:
    """Write a candidate down."""
    said = piece(one.label, 60) or title(one.lead.text)
    lines = [
        quotation(m, heard, language)
        for m in one.quoted
        if m is not one.lead or piece(m.text, 400) != said
    ]
    return Item(
        kind=one.kind,
        title=said,
        text="\n".join(lines) or quotation(one.lead, heard, language),
        keys=tuple(dict.fromkeys(heard.key(m) for m in (one.lead, *one.quoted))),
        why=why(one.notes, one.weight, one.repeated, language),
        group_key=heard.places[one.lead.group].key,
        at=min(m.at for m in one.quoted),
        also_in=tuple(map(heard.key, _elsewhere(one))),
    )


def _elsewhere(one: Candidate) -> list[Said]:
    """Return the first message that says the same in each other group."""
    first: dict[int, Said] = {}
    for other in sorted(one.also, key=lambda m: m.id):
        first.setdefault(other.group, other)
    return [other for group, other in first.items() if group != one.lead.group]
