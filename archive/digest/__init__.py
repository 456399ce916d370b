"""The digest: what of a day or a week of groups is worth telling, each line from messages."""

from archive.digest.items import Digest, Item, Thanks
from archive.digest.making import MOST, is_large, make_digest
from archive.digest.periods import Period, day, day_of, week, week_of
from archive.digest.reasons import CHINESE, Language

__all__ = (
    "CHINESE",
    "MOST",
    "Digest",
    "Item",
    "Language",
    "Period",
    "Thanks",
    "day",
    "day_of",
    "is_large",
    "make_digest",
    "week",
    "week_of",
)
