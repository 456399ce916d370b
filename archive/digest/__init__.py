"""The digest: what of a day or a week of groups is worth telling, each line from messages."""

from archive.digest.items import Digest, Item, Thanks
from archive.digest.making import MOST, make_digest
from archive.digest.periods import Period, day, day_of, week, week_of

__all__ = (
    "MOST",
    "Digest",
    "Item",
    "Period",
    "Thanks",
    "day",
    "day_of",
    "make_digest",
    "week",
    "week_of",
)
