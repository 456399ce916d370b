"""What an operator has to know of at once: the bot was thrown out, or may no longer speak."""

from __future__ import annotations

from adapters.contract import Door
from adapters.qq_official.event import Event

_TOLD = {
    "GROUP_DEL_ROBOT": ("the bot was removed from a group.", "nothing of it is heard any more"),
    "GROUP_MSG_REJECT": (
        "a group lets the bot answer only.",
        "digests and reminders are not said there until an admin turns them on again in QQ",
    ),
}


def note(event: Event, door: Door) -> None:
    """Tell the operator where something has to be done about an event."""
    told = _TOLD.get(event.kind)
    if told is not None:
        door.alarm(f"{told[0][:-1]} ({event.group_key}).", told[1])
