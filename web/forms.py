"""What a form must prove before anything changes: it is ours, from this site and this visitor."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

T = TypeVar("T")

TOKEN = "token"
"""The name of the hidden field."""
LARGEST = 512 * 1024
"""Bytes of a form; an essence that is edited is the longest."""
_MOST_FIELDS = 500
_PLAIN = "application/x-www-form-urlencoded"


class Form(msgspec.Struct, frozen=True):
    """The fields of a form that proved where it comes from."""

    fields: tuple[tuple[str, str], ...]

    def get(self, name: str, default: str = "") -> str:
        """Return a field's first value, without blanks around it."""
        return next((value.strip() for field, value in self.fields if field == name), default)

    def all(self, name: str) -> list[str]:
        """Return every value of a field."""
        return [value for field, value in self.fields if field == name]

    def number(self, name: str) -> int:
        """Return a field as a number. Raises HTTPException 400 where it is none."""
        value = self.get(name)
        if not (value.isascii() and value.isdigit() and len(value) < 16):
            raise HTTPException(400)
        return int(value)

    def numbers(self, name: str) -> list[int]:
        """Return a field that holds a JSON list of row ids. Raises HTTPException 400."""
        return self._list(name, list[int])

    def texts(self, name: str) -> list[str]:
        """Return a field that holds a JSON list of texts. Raises HTTPException 400."""
        return self._list(name, list[str])

    def _list(self, name: str, kind: type[list[T]]) -> list[T]:
        try:
            return msgspec.json.decode(self.get(name) or "[]", type=kind)
        except msgspec.DecodeError:
            raise HTTPException(400) from None


def token_for(secret: bytes, session: str) -> str:
    """Return what a form of this visitor must carry."""
    return hmac.new(secret, b"form " + session.encode(), sha256).hexdigest()


async def posted(request: Request, secret: bytes, session: str) -> Form:
    """Read a form. Raises HTTPException: 403 where it is not this site's own or this visitor's,
    413 or 400 where it is too large or none."""
    if not session:
        raise HTTPException(403)
    form = await posted_by_anybody(request)
    if not hmac.compare_digest(form.get(TOKEN).encode(), token_for(secret, session).encode()):
        raise HTTPException(403)
    return form


async def posted_by_anybody(request: Request) -> Form:
    """Read a form of somebody without a session: that a page of this site sent it is all it proves.

    Raises HTTPException as `posted`.
    """
    if not _is_own(request):
        raise HTTPException(403)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _PLAIN:
        raise HTTPException(400)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise HTTPException(413)
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS,
            errors="replace",
        )  # fmt: skip
    except ValueError:
        raise HTTPException(400) from None
    return Form(tuple((name, value.replace("\r\n", "\n")) for name, value in pairs))


def _is_own(request: Request) -> bool:
    """Tell whether the browser says that a page of this very site sends the form."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    try:
        origin = urlsplit(request.headers.get("origin", ""))
    except ValueError:
        return False
    # before a reverse proxy the host is another one than behind it
    known = urlsplit(request.app.state.site.base_url)
    if not origin.netloc:
        return False
    return origin.netloc == request.headers.get("host") or (
        (origin.scheme, origin.netloc) == (known.scheme, known.netloc)
    )
