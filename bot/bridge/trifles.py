"""Which edits are too small to speak of where the words said cannot be changed."""

from __future__ import annotations

from difflib import SequenceMatcher

from archive.matching import comparable

_ALIKE = 0.9
_COMPARED = 2_000
"""Characters."""


def is_trifle(former: str, now: str) -> bool:
    """Tell whether two texts say the same but for white space, case or a slip of the hand."""
    one, other = comparable(former)[:_COMPARED], comparable(now)[:_COMPARED]
    if one == other:
        return True
    # a number that was wrong is no slip
    if [c for c in one if c.isdigit()] != [c for c in other if c.isdigit()]:
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE
