"""Stored files: raster pictures are shown, everything else is handed over to be saved."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from archive.errors import NotFound
from archive.media import find_media
from web.page import Visit
from web.routes import Routes
from web.sniff import Looks, looks_of
from web.thumbnails import MAKERS, ready, thumbnail
from web.voice import DECODERS, PLAYERS, as_wav

routes = Routes()
T = TypeVar("T")

_PART = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")

_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'none'; sandbox"


@routes.page("/media/{sha256}")
@routes.page("/media/{sha256}/{name:path}")
async def media(request: Request, sha256: str, name: str = "") -> Response:
    """Send a file if a message this reader may see carries it; `name` is never believed."""
    visit = Visit(request)
    path, called, looks = await run_in_threadpool(_found, visit, sha256)
    if "small" in request.query_params:
        return await _small(visit, sha256, looks)
    if looks.mime in DECODERS and "play" in request.query_params:
        asked = request.headers.get("range", "")
        return await _waited(PLAYERS, _played, path, called, asked)
    if looks.is_bomb and request.headers.get("sec-fetch-dest") == "image":
        return Response(status_code=406)
    return FileResponse(path, headers=_headers(looks, called), media_type=_type(looks))


def _found(visit: Visit, sha256: str) -> tuple[Path, str, Looks]:
    with visit.archive.reading() as db:
        found = find_media(db, visit.reader, sha256)
    path = visit.archive.media.path(found.sha256)
    looks = looks_of(path)
    if looks is None:
        raise NotFound("the file is not there.")
    return path, found.name, looks


async def _small(visit: Visit, sha256: str, looks: Looks) -> Response:
    """Send a picture's thumbnail."""
    if not looks.is_picture:
        raise NotFound("there is no such picture.")
    store = visit.archive.media
    small = await run_in_threadpool(ready, store, sha256)
    if small is None:
        small = await _waited(MAKERS, thumbnail, store, sha256)
    if not small:
        return Response(status_code=415)
    headers = _headers(Looks("image/webp", 1, 1), f"{sha256[:12]}.webp")
    return Response(small, headers=headers, media_type="image/webp")


async def _waited(threads: Executor, does: Callable[..., T], *given: object) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, does, *given)


def _played(path: Path, name: str, asked: str) -> Response:
    """Send voice as browsers play it, or the part that is asked for: some play nothing else."""
    sound = as_wav(path)
    if sound is None:
        return Response(status_code=415)
    headers = _headers(Looks("audio/wav"), f"{name}.wav") | {"Accept-Ranges": "bytes"}
    part = _PART.fullmatch(asked)
    if part is None:
        return Response(sound, headers=headers, media_type="audio/wav")
    first, last = int(part[1]), min(int(part[2] or len(sound)), len(sound) - 1)
    if first > last:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{len(sound)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(sound)}"
    return Response(sound[first : last + 1], 206, headers, "audio/wav")


def _type(looks: Looks) -> str:
    return looks.mime if looks.is_picture or "/" in looks.mime else "application/octet-stream"


def _headers(looks: Looks, name: str) -> dict[str, str]:
    shown = "inline" if looks.is_picture else "attachment"
    plain = quote(_file_name(name), safe="")
    return {
        "Content-Disposition": f"{shown}; filename*=UTF-8''{plain}",
        "Content-Security-Policy": _POLICY,
        "Cache-Control": "private, no-store",
    }


def _file_name(name: str) -> str:
    """Return a name to save under, without what steers a path or the direction of writing."""
    bad = set('/\\:*?"<>|\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069')
    kept = "".join("_" if c in bad or not c.isprintable() else c for c in name[-120:])
    return kept.strip(" .") or "file"
