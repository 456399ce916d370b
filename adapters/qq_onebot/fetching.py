"""Fetches files: by their link while its key lasts, else through the gateway."""

from __future__ import annotations

import asyncio
import binascii
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from adapters.contract import NotReachable, Unavailable
from adapters.download import download
from adapters.qq_onebot.files import Source, source_of
from adapters.qq_onebot.keys import number
from adapters.qq_onebot.link import Link, Refused

_PIECE = 1 << 16
_RENEWABLE = ("expired", "not found", "refused", "wrong type")


async def fetch(
    written: str, link: Link | None, *, allow_private: bool, local_files: bool
) -> AsyncIterator[bytes]:
    """Stream the bytes of an attachment's source. Raises AdapterError."""
    try:
        source = source_of(written)
    except msgspec.MsgspecError:
        raise Unavailable("not found") from None
    why = "not found"
    if source.url is not None:
        try:
            async for piece in download(
                source.url, any_type=source.asked == "file", allow_private=allow_private
            ):
                yield piece
            return
        except Unavailable as error:
            if link is None or error.what not in _RENEWABLE:
                raise
            why = error.what
    if link is None:
        raise NotReachable("the gateway is not connected.")
    answer = await _renewed(source, link)
    if answer is None:
        raise Unavailable(why)
    url, data, path = (_text(answer.get(name)) for name in ("url", "base64", "file"))
    if data:
        for start in range(0, len(data), _PIECE):
            yield _decoded(data[start : start + _PIECE])
        return
    if local_files and path and (local := _local(path)) is not None:
        async for piece in _read(local):
            yield piece
        return
    address = next((a for a in (url, path) if a and a.startswith(("http://", "https://"))), None)
    if address is None:
        raise Unavailable("not found")
    async for piece in download(
        address, any_type=source.asked == "file", allow_private=allow_private
    ):
        yield piece


async def _renewed(source: Source, link: Link) -> dict[str, Any] | None:
    """Ask the gateway for a file anew; the ways differ with what it is."""
    asked: list[tuple[str, dict[str, Any]]] = []
    if source.group_id and source.file_id:
        group = number(source.group_id)
        where = {"group_id": source.group_id if group is None else group, "file_id": source.file_id}
        if source.busid is not None:
            where["busid"] = source.busid
        asked.append(("get_group_file_url", where))
    name = source.file or source.file_id
    if name:
        named = {"file": name, "file_id": source.file_id or name}
        if source.asked == "image":
            asked.append(("get_image", {"file": name}))
        elif source.asked == "record":
            asked.append(("get_record", {**named, "out_format": "mp3"}))
        asked.append(("get_file", named))
    for action, parameters in asked:
        try:
            answer = await link.call(action, **parameters)
        except Refused:
            continue
        if isinstance(answer, dict) and any(answer.get(n) for n in ("url", "base64", "file")):
            return answer
    return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _decoded(piece: str) -> bytes:
    try:
        return b64decode(piece, validate=True)
    except (binascii.Error, ValueError):
        raise Unavailable("unreadable") from None


def _local(path: str) -> Path | None:
    """Return the file a gateway on this machine names; None for what is no plain file."""
    if path.startswith("file://"):
        path = unquote(urlsplit(path).path)
    try:
        found = Path(path)
        return found if found.is_absolute() and found.is_file() else None
    except (OSError, ValueError):
        return None


async def _read(path: Path) -> AsyncIterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, _PIECE):
                yield piece
    except OSError:
        raise Unavailable("not readable") from None
