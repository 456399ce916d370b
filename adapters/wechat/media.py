"""Fetches the file of a message from the gateway."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from adapters.contract import AdapterError, NotReachable, Unavailable
from adapters.wechat.event import identity, whole, words
from adapters.wechat.gateway import Gateway, Refused

IMAGE = 6
"""The type number of a picture."""
SIZES = (3, 2)
"""Of a picture: as sent, large."""
STALLED = 30.0
"""Seconds without a byte after which a transfer is given up."""


async def fetch(gateway: Gateway, source: str) -> AsyncGenerator[bytes, None]:
    """Stream a file by `<type number>:<message id>`. Raises Unavailable, NotReachable."""
    number, _, message_id = source.partition(":")
    if not message_id:
        raise Unavailable("not found")
    box, size = await _box(gateway, message_id, whole(number) == IMAGE)
    expected, had = whole(box.get("size")) or 0, 0
    async with aclosing(_parts(gateway, box, message_id, size)) as parts:
        async for part in parts:
            had += len(part)
            yield part
    if had == 0 or (expected > 0 and had != expected):
        raise Unavailable("wrong length" if had else "unavailable")


async def _box(
    gateway: Gateway, message_id: str, is_image: bool
) -> tuple[dict[str, Any], int | None]:
    """Return the file box, and the size of the picture it is, where it is to be had only so."""
    try:
        return await gateway.file(message_id), None
    except Refused:
        pass
    for size in SIZES if is_image else ():
        try:
            return await gateway.image(message_id, size), size
        except Refused:
            continue
    raise Unavailable("unavailable")


async def _parts(
    gateway: Gateway, box: dict[str, Any], message_id: str, size: int | None
) -> AsyncGenerator[bytes, None]:
    if words(box.get("base64")):
        try:
            yield base64.b64decode(words(box["base64"]))
        except (binascii.Error, ValueError):
            raise Unavailable("unreadable") from None
        return
    uuid = identity(box.get("uuid"))
    # a link is left to the gateway too: it has the cookies, and we open no address of others
    stream = gateway.download(uuid) if uuid else gateway.streamed(message_id, size)
    async with aclosing(stream):
        while True:
            try:
                async with asyncio.timeout(STALLED):
                    part = await anext(stream)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise _stalled(uuid) from None
            except Refused:
                raise Unavailable("unavailable") from None
            if part:
                yield part


def _stalled(uuid: str | None) -> AdapterError:
    if uuid is None:
        return Unavailable("unavailable")
    return NotReachable("the WeChat gateway stopped in the middle of a file.")
