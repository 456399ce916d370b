"""What a message carries that is no file: places, contacts, polls, games, invoices, stories."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.telegram.people import key_of, name_of
from adapters.telegram.values import count, dictionaries, dictionary, integer, storable, string
from archive.records import Poll

FIELDS = frozenset((
    "venue", "location", "contact", "poll", "dice", "game", "invoice", "story", "checklist",
    "giveaway", "giveaway_winners",
))  # fmt: skip
"""Every field of a message that this module reads."""


class Card(msgspec.Struct, frozen=True):
    """What such a message is; `kind` is None where it is something else."""

    kind: str | None = None
    detail: dict[str, Any] = {}
    poll: Poll | None = None
    text: str = ""
    """What is shown in place of words."""


def read_card(message: dict[str, Any]) -> Card:
    """Return what a message shows besides words and files."""
    for field, read in _READERS.items():
        if field in message:
            return read(dictionary(message[field]))
    return Card()


def read_poll(told: dict[str, Any]) -> Poll:
    """Return a poll with the votes counted so far."""
    return Poll(
        question=string(told.get("question")) or "",
        options=tuple(
            (string(option.get("text")) or "", count(option.get("voter_count")) or 0)
            for option in dictionaries(told.get("options"))
        ),
        voters=count(told.get("total_voter_count")),
        closed=told.get("is_closed") is True,
    )


def _place(location: dict[str, Any]) -> dict[str, Any]:
    known = ("latitude", "longitude")
    return {name: location[name] for name in known if type(location.get(name)) in (int, float)}


def _location(told: dict[str, Any]) -> Card:
    detail: dict[str, Any] = {"location": _place(told)}
    if (period := count(told.get("live_period"))) is not None:
        detail["live_seconds"] = period
    return Card("location", detail)


def _venue(told: dict[str, Any]) -> Card:
    detail: dict[str, Any] = {"location": _place(dictionary(told.get("location")))}
    for field, name in (("title", "place"), ("address", "address")):
        if value := string(told.get(field)):
            detail[name] = value
    return Card("location", detail)


def _contact(told: dict[str, Any]) -> Card:
    names = ("first_name", "last_name", "phone_number")
    detail: dict[str, Any] = {"contact": {name: string(told.get(name)) or "" for name in names}}
    if vcard := string(told.get("vcard")):
        detail["vcard_text"] = vcard
    return Card("contact", detail)


def _poll(told: dict[str, Any]) -> Card:
    return Card("poll", poll=read_poll(told))


def _dice(told: dict[str, Any]) -> Card:
    emoji = string(told.get("emoji")) or "🎲"
    return Card("game", {"dice": {"emoji": emoji, "value": integer(told.get("value"))}}, text=emoji)


def _game(told: dict[str, Any]) -> Card:
    names = (("title", "game_title"), ("description", "game_description"))
    return Card("game", {name: told[field] for field, name in names if string(told.get(field))})


def _invoice(told: dict[str, Any]) -> Card:
    named = {"total_amount": "amount"}
    return Card("card", {"invoice": {named.get(k, k): storable(v) for k, v in told.items()}})


def _story(told: dict[str, Any]) -> Card:
    chat = told.get("chat")
    story = {"chat": key_of(chat), "name": name_of(chat), "id": integer(told.get("id"))}
    return Card("card", {"story": story})


def _checklist(told: dict[str, Any]) -> Card:
    answers = [
        {"id": integer(task.get("id")), "text": string(task.get("text")) or ""}
        for task in dictionaries(told.get("tasks"))
    ]
    todo: dict[str, Any] = {"title": string(told.get("title")) or "", "answers": answers}
    for field, name in (
        ("others_can_add_tasks", "others_can_append"),
        ("others_can_mark_tasks_as_done", "others_can_complete"),
    ):
        todo[name] = told.get(field) is True
    return Card("card", {"todo": todo})


def _giveaway(told: dict[str, Any]) -> Card:
    return Card("card", {"giveaway": _without_people(told)})


def _winners(told: dict[str, Any]) -> Card:
    return Card("card", {"giveaway_results": _without_people(told)})


def _without_people(told: dict[str, Any]) -> dict[str, Any]:
    """Keep the conditions, and of people only how many there are."""
    people = ("winners", "chats", "chat")
    return {field: storable(value) for field, value in told.items() if field not in people}


# A venue comes with its location, a game with its picture: the first field decides.
_READERS = {
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "dice": _dice,
    "game": _game,
    "invoice": _invoice,
    "story": _story,
    "checklist": _checklist,
    "giveaway": _giveaway,
    "giveaway_winners": _winners,
}
