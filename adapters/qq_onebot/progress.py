"""What is known of each group from before this process: it travels as the account's offset."""

from __future__ import annotations

import msgspec


class Progress(msgspec.Struct):
    """Kept by the door in the same transaction as the events it follows from."""

    covered: dict[str, int] = {}
    """Group key → server time (Unix seconds) up to which nothing is missing but known gaps."""
    withdrawn: dict[str, int] = {}
    """Group that was archived once → when that had ended."""
    pauses: dict[str, list[tuple[int, int]]] = {}
    """Group key → spans between two times of being archived: nothing of them is ever fetched."""
    essence: dict[str, dict[str, int]] = {}
    """Group key → id of a marked message → when it was marked (0 if unknown)."""

    def text(self) -> str:
        """Return it as the offset to keep."""
        return msgspec.json.encode(self).decode()

    def copy(self) -> Progress:
        """Return another one that can be changed before the door has it."""
        return progress_of(self.text())

    def withdraw(self, archived: frozenset[str], at: int) -> None:
        """Forget groups that are no longer archived: what they say from now on is not missing."""
        for group in set(self.covered) - archived:
            del self.covered[group]
            self.essence.pop(group, None)
            self.withdrawn[group] = at

    def begin(self, group: str, at: int) -> None:
        """Note a group in which nothing said before this time is to be fetched."""
        self.covered[group] = at
        if group in self.withdrawn:
            self.pauses.setdefault(group, []).append((self.withdrawn.pop(group), at))

    def is_paused(self, group: str, at: int) -> bool:
        """Tell whether a group was not archived at a time between two when it was."""
        return any(since <= at <= until for since, until in self.pauses.get(group, ()))


def progress_of(offset: str | None) -> Progress:
    """Read an offset; a new one for none and for one that cannot be read."""
    try:
        return msgspec.json.decode(offset or "{}", type=Progress)
    except msgspec.MsgspecError:
        return Progress()
