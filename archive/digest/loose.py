"""Finds files and links that people took up, within threads about something else."""

from __future__ import annotations

from math import log

from archive.digest.alike import shingles
from archive.digest.choosing import Candidate
from archive.digest.said import Heard, Said
from archive.digest.threads import Thread
from archive.digest.weighing import Weight, answered
from archive.links import links_in

_TAKEN_UP = 3
"""Answers and reactions from which a file or link is worth a line of its own."""


def loose_files(threads: list[Thread], heard: Heard) -> list[Candidate]:
    """Return the files and links with answers or reactions of their own."""
    found = []
    for thread in threads:
        answers = answered(thread, heard)
        for one in thread.messages:
            number = answers.get(one.id, 0) + heard.reactions.get(one.id, 0)
            if number >= _TAKEN_UP and (one.id in heard.files or links_in(one.text)):
                found.append(_candidate(one, answers.get(one.id, 0), heard))
    return found


def _candidate(one: Said, answers: int, heard: Heard) -> Candidate:
    reactions = heard.reactions.get(one.id, 0)
    weight = Weight(0, 0, answers, reactions, len(one.text), len(links_in(one.text)))
    return Candidate(
        kind="file" if one.id in heard.files else "link",
        lead=one,
        quoted=[one],
        score=weight.score + 0.8 * log(1 + answers),
        weight=weight,
        notes=[],
        core={one.id},
        covers={one.id},
        alike=shingles(one.text or heard.files.get(one.id, "")),
        label=heard.files.get(one.id, ""),
        own=True,
    )
