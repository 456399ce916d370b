"""Into how many messages a copy has to be cut on another platform."""

from __future__ import annotations

from adapters.contract import Carrying, Pace
from archive.bridge_reading import FILES as FILES

_HEAD = 250
"""Units left for the name and what is answered."""
_MOST_FILES = 20


def units(text: str, pace: Pace) -> int:
    """Return how long a text is on a platform."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 if pace.utf16 else len(text)


def parts_of(text: str, files: int, pace: Pace, carries: Carrying) -> list[int]:
    """Return the numbers of the parts in which a message may have to be said, in order."""
    long = units(text, pace) + _HEAD
    # a text is cut at a pause, perhaps in the middle of what would fit
    words = 1 if long <= pace.longest else 1 + 2 * long // pace.longest
    first = 1 if goes_with_words(text, pace, carries) else 0
    return [*range(words), *(FILES + n for n in range(first, min(files, _MOST_FILES)))]


def goes_with_words(text: str, pace: Pace, carries: Carrying) -> bool:
    """Tell whether the first file and the words are one message."""
    return units(text, pace) + _HEAD <= min(carries.captions, pace.longest)
