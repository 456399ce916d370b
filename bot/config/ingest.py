"""[ingest.NAME]."""

from __future__ import annotations

from typing import Annotated

import msgspec

from bot.config.section import Section

SHORTEST_SECRET = 16
"""Characters."""

IngestName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
"""A part of an address."""


class IngestConfig(Section, frozen=True):
    """[ingest.NAME]: a bridge that pushes what it hears, signed."""

    secret: str = ""
    groups: tuple[str, ...] = ()
    history: bool = False
    largest_mb: Annotated[int, msgspec.Meta(ge=1, le=256)] = 16
    per_minute: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 600

    @property
    def is_usable(self) -> bool:
        """Tell whether the secret is one that nobody guesses."""
        return len(self.secret) >= SHORTEST_SECRET
