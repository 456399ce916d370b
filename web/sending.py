"""How a body goes out: compressed where that is taken, and not again where the asker has it."""

from __future__ import annotations

import re
import zlib
from email.utils import formatdate, parsedate_to_datetime
from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response

# what no browser shows and UTF-8 cannot hold; NUL, lone surrogates
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_GZIP_FROM = 1000


def packed(body: bytes, level: int = 4) -> bytes:
    """Compress with gzip; no time stamp, so that the same body gives the same bytes."""
    stream = zlib.compressobj(level, zlib.DEFLATED, 31)
    return stream.compress(body) + stream.flush()


def html_response(request: Request, html: str, status: int = 200) -> Response:
    """Send HTML, compressed where the browser takes it, never kept by a cache."""
    if _UNPRINTABLE.search(html):
        html = _UNPRINTABLE.sub("\ufffd", html)
    body = html.encode()
    headers = {"Cache-Control": "private, no-store", "Vary": "Accept-Encoding, Accept-Language"}
    if takes_gzip(request) and len(body) > _GZIP_FROM:
        body = packed(body)
        headers["Content-Encoding"] = "gzip"
    return Response(body, status, headers, media_type="text/html")


def markdown_response(request: Request, body: bytes) -> Response:
    """Send a page's twin; search engines are to find the page."""
    headers = {"Vary": "Accept-Encoding, Accept-Language", "X-Robots-Tag": "noindex"}
    if takes_gzip(request) and len(body) > _GZIP_FROM:
        body = packed(body)
        headers["Content-Encoding"] = "gzip"
    return Response(body, 200, headers, media_type="text/markdown; charset=utf-8")


def takes_gzip(request: Request) -> bool:
    """Tell whether the browser takes gzip."""
    return re.search(r"\bgzip\b(?!;q=0\b)", request.headers.get("accept-encoding", "")) is not None


def answer_with(
    request: Request, body: bytes, mime: str, changed: int = 0, more: dict[str, str] | None = None
) -> Response:
    """Send a body that may be kept if it is asked for again each time; `changed` in Unix seconds,
    0 where nothing says when."""
    mark = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {
        "ETag": mark,
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding, Accept-Language, Cookie",
        **(more or {}),
    }
    if changed > 0:
        headers["Last-Modified"] = formatdate(changed, usegmt=True)
    if _has(request, mark, changed):
        return Response(status_code=304, headers=headers)
    if takes_gzip(request) and len(body) > _GZIP_FROM:
        body = packed(body)
        headers["Content-Encoding"] = "gzip"
    return Response(body, 200, headers, media_type=f"{mime}; charset=utf-8")


def _has(request: Request, mark: str, changed: int) -> bool:
    """Tell whether the asker has this very body; a mark that was named counts alone."""
    named = request.headers.get("if-none-match")
    if named is not None:
        return named.strip() == "*" or mark[2:] in re.findall(r'"[^"]*"', named)
    since = request.headers.get("if-modified-since")
    if since is None or changed <= 0:
        return False
    try:
        # something that was taken away leaves an earlier time: only the same one will do
        return int(parsedate_to_datetime(since).timestamp()) == changed
    except (TypeError, ValueError, OverflowError):
        return False
