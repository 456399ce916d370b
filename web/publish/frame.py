"""A page of which there are many: rendered once, then filled in."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape
from starlette.responses import Response

from web.markdown import twin_of
from web.page import Visit
from web.sending import printable

Marks = dict[str, Markup]
STEM = "stem"
"""The part of a frame that names its file, without folder and ending."""


class Frame:
    """What all pages of a kind have in common, and where the rest stands between."""

    def __init__(self, names: Iterable[str], render: Callable[[Marks], Response | str]) -> None:
        mark = secrets.token_hex(16)
        shell = render({name: Markup(f"[{mark}:{name}]") for name in names})
        text = shell if isinstance(shell, str) else bytes(shell.body).decode()
        self._pieces = re.split(rf"\[{mark}:(\w+)\]", text)

    def filled(self, parts: Mapping[str, str]) -> bytes:
        """Return a page with these parts, escaped where they are no markup."""
        pieces = (
            str(escape(parts[piece])) if place % 2 else piece
            for place, piece in enumerate(self._pieces)
        )
        return printable("".join(pieces)).encode()


def twin_beside(visit: Visit, template: str, values: Mapping[str, Any]) -> bytes:
    """Return a page as Markdown from what its frame is filled with."""
    common = {"t": visit.words, "talk": visit.talk, "to": visit.to}
    return twin_of(template, {**common, **values})
