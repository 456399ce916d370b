"""What platforms post to the site: whole, in time, and no larger than it can be."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

SECONDS = 20.0
"""For a body to come in whole; anybody can begin one."""


async def body_of(request: Request, largest: int) -> bytes | Response:
    """Return the body, or what to answer where there is none: 413 where it is larger than so many
    bytes, 408 where it does not come."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > largest:
        return Response(status_code=413)
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(SECONDS):
            async for piece in request.stream():
                size += len(piece)
                if size > largest:
                    return Response(status_code=413)
                pieces.append(piece)
    except TimeoutError:
        return Response(status_code=408, headers={"Connection": "close"})
    except ClientDisconnect:
        return Response(status_code=400)  # to nobody
    return b"".join(pieces)


def later() -> Response:
    """Ask for the same again."""
    return Response(status_code=503, headers={"Retry-After": "5"})
