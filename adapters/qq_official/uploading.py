"""Brings a file to QQ in parts, as QQ wants it before a message can carry it.

https://bot.q.qq.com/wiki/develop/api-v2/server-inter/message/rich-media.html
"""

from __future__ import annotations

import asyncio
from hashlib import md5, sha1
from pathlib import Path
from typing import Any

from adapters.contract import AdapterError, Enclosed, NotReachable
from adapters.qq_official.api import Api
from adapters.qq_official.event import dictionaries, dictionary, words

LARGEST = 200 << 20
"""Bytes; QQ takes no larger file."""
_HEAD = 10_002_432
"""Bytes at the beginning by which QQ knows a file it has already."""
_BLOCK = 5 << 20
_TYPES = {
    **dict.fromkeys((".png", ".jpg", ".jpeg"), 1),
    ".mp4": 2,
    ".silk": 3,
}
_ANY = 4


async def upload(api: Api, place: str, enclosed: Enclosed) -> str:
    """Bring a file to a group or person (`/v2/groups/…`); return what a message names it by.

    Raises AdapterError.
    """
    try:
        size = enclosed.path.stat().st_size
        if not 0 < size <= LARGEST:
            raise AdapterError("QQ takes no file of that size.", "at most 200 MiB")
        about = {"file_type": _type_of(enclosed), "file_name": enclosed.name[:200] or "file"}
        sums = await asyncio.to_thread(_sums, enclosed.path)
        told = await _ask(api, f"{place}/upload_prepare", about | sums | {"file_size": str(size)})
        upload_id = words(told.get("upload_id"))
        if not upload_id:
            raise NotReachable("QQ takes no file just now.")
        await _parts(api, place, upload_id, told, enclosed.path)
    except OSError:
        raise AdapterError("the file to send cannot be read.") from None
    merged = about | {"srv_send_msg": False, "upload_id": upload_id}
    found = words((await _ask(api, f"{place}/files", merged)).get("file_info"))
    if not found:
        raise NotReachable("QQ takes no file just now.")
    return found


async def _parts(api: Api, place: str, upload_id: str, told: dict[str, Any], path: Path) -> None:
    block = _number(told.get("block_size"), _BLOCK)
    parts = sorted(dictionaries(told.get("parts")), key=lambda part: _number(part.get("index"), 0))
    with path.open("rb") as file:
        for part in parts:
            data = await asyncio.to_thread(file.read, _number(part.get("block_size"), block))
            if not data:
                break
            await api.put(words(part.get("presigned_url")), data)
            done = {
                "upload_id": upload_id,
                "part_index": _number(part.get("index"), 0),
                "block_size": str(len(data)),
                "md5": md5(data, usedforsecurity=False).hexdigest(),
            }
            await _ask(api, f"{place}/upload_part_finish", done)


async def _ask(api: Api, path: str, body: dict[str, Any]) -> dict[str, Any]:
    return dictionary(await api.ask("POST", path, body))


def _type_of(enclosed: Enclosed) -> int:
    """Return QQ's number for what a file is shown as."""
    return _TYPES.get(Path(enclosed.name.lower()).suffix, _ANY)


def _sums(path: Path) -> dict[str, str]:
    whole, other, head = (make(usedforsecurity=False) for make in (md5, sha1, md5))
    left = _HEAD
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            whole.update(piece)
            other.update(piece)
            head.update(piece[:left])
            left = max(0, left - len(piece))
    return {"md5": whole.hexdigest(), "sha1": other.hexdigest(), "md5_10m": head.hexdigest()}


def _number(value: Any, otherwise: int) -> int:
    """Read a number that QQ tells as one or in digits."""
    try:
        found = int(value)
    except (TypeError, ValueError):
        return otherwise
    return found if 0 <= found <= LARGEST else otherwise
