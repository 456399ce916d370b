"""What an archive made of a message, for another archive."""

from __future__ import annotations

from typing import Annotated

import msgspec


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an archive that had a message made of it, so that another one has the very same."""

    digest: Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
    flags: Annotated[int, msgspec.Meta(ge=0, le=15)] = 0
    facet: str = ""
    """The tokens that came with the message: has-…, is-…"""
    more: str | None = None
    tags: tuple[str, ...] = ()
    """Those its text says."""
    former: tuple[tuple[str, int | None], ...] = ()
    """Former texts, and when each was written."""
