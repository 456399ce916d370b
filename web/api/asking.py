"""What every answer of the API is made from: who reads, the cursor, the JSON and its ETag."""

from __future__ import annotations

import re
import sqlite3
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from hashlib import blake2b
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from archive.errors import BadQuery
from web.access import visitor_of
from web.api.shaping import Shaping
from web.page import Site

T = TypeVar("T")

MAX_LIMIT = 100
"""Items of one answer."""
_LARGEST = 2**62

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="items of one answer at most")]
Cursor = Annotated[
    str | None, Query(max_length=500, description="`next` of the answer before, as it is")
]
InGroup = Annotated[str | None, Query(description="only of the group with this key")]
OfGroup = Annotated[str, Query(description="the key of a group")]


class Asked:
    """One request to the API: the archive, the reader, and how views become answers."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.site: Site = request.app.state.site
        self.reader = visitor_of(request, self.site).reader
        self.shape = Shaping(self.site.secret, self.site.base_url, self.reader)

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """Open one moment of the archive."""
        return self.site.archive.reading()

    def answer(self, value: Any) -> Response:
        """Answer with JSON, or with 304 where the asker says it has this very answer."""
        body = encoded(value)
        tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        headers = {"ETag": tag, "Vary": "Authorization, Cookie"}
        known = self.request.headers.get("if-none-match", "")
        if known.strip() == "*" or tag in re.findall(r'"[^"]*"', known):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")


def encoded(value: Any) -> bytes:
    """Write a value as JSON; what neither UTF-8 nor JSON can hold is replaced."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_printable(msgspec.to_builtins(value)))


def _printable(value: Any) -> Any:
    """Replace lone surrogates."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_printable(key): _printable(part) for key, part in value.items()}
    return [_printable(part) for part in value] if isinstance(value, list | tuple) else value


def cursor_of(name: str, *place: int | str | None) -> str | None:
    """Return a cursor of the list with this name; None where there is nowhere to go on."""
    if None in place:
        return None
    said = encoded([name, *place])
    return urlsafe_b64encode(said).decode().rstrip("=")


def place_in(cursor: str | None, name: str, kind: type[T]) -> T | None:
    """Return where a cursor of the list with this name goes on, a tuple of the kind that is named.
    Raises BadQuery for any other."""
    if cursor is None:
        return None
    try:
        said = msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        found, place = said[0], said[1:]
        told = msgspec.convert(place, kind)
        small = all(isinstance(one, str) or abs(one) <= _LARGEST for one in place)
    # what is not in ASCII, no base 64, no JSON, no list, or a list of something else
    except (ValueError, TypeError, LookupError):
        raise _no_cursor() from None
    if found != name or not small:
        raise _no_cursor()
    return told


def number_in(cursor: str | None, name: str) -> int | None:
    """Return the one number of a cursor. Raises BadQuery."""
    place = place_in(cursor, name, tuple[int])
    return place[0] if place else None


def word_in(cursor: str | None, name: str) -> str | None:
    """Return the one word of a cursor. Raises BadQuery."""
    place = place_in(cursor, name, tuple[str])
    return place[0] if place else None


def _no_cursor() -> BadQuery:
    return BadQuery("this is no cursor of this list.", "ask without one, then go on with `next`")


def portion(
    items: Sequence[T], limit: int, name: str, place: Callable[[T], int | str]
) -> tuple[Sequence[T], str | None]:
    """Cut a list of which one more than `limit` was asked for; return it and its cursor."""
    if len(items) <= limit:
        return items, None
    return items[:limit], cursor_of(name, place(items[limit - 1]))
