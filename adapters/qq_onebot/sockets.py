"""WebSockets in both directions: opened by us, or by the gateway on the site's port."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from adapters.contract import LoginExpired, NotReachable
from adapters.qq_onebot.link import Closed

MOST_BYTES = 64 << 20
"""Bytes of one frame; a page of history with unfolded records has several million."""
_OPEN_SECONDS = 3.0
_REFUSED = (401, 403)


class Opened:
    """A WebSocket that we opened."""

    def __init__(self, connection: ClientConnection, url: str) -> None:
        self._connection = connection
        self._url = url

    async def send(self, text: str) -> None:
        """Send one text frame. Raises Closed."""
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise Closed(str(error)) from None

    async def receive(self) -> bytes:
        """Return the next frame as it came. Raises Closed."""
        try:
            return await self._connection.recv(decode=False)
        except ConnectionClosed as error:
            raise Closed(str(error)) from None

    async def close(self, why: str = "") -> None:
        """End the connection."""
        with suppress(OSError):
            await self._connection.close(reason=why[:100])

    @property
    def is_local(self) -> bool:
        """Whether the gateway is on this machine."""
        return _is_loopback(urlsplit(self._url).hostname or "")


async def open_socket(url: str, access_token: str) -> Opened:
    """Connect to a gateway. Raises LoginExpired, NotReachable."""
    headers = {"Authorization": f"Bearer {access_token}"} if access_token else {}
    try:
        connection = await connect(
            url,
            additional_headers=headers,
            user_agent_header="chendian",
            max_size=MOST_BYTES,
            open_timeout=_OPEN_SECONDS,
            close_timeout=2,
            compression=None,
            proxy=None,
        )
    except InvalidStatus as error:
        if error.response.status_code in _REFUSED:
            raise LoginExpired(
                "the gateway refuses the access_token.", "set the one it was given"
            ) from None
        raise NotReachable(
            f"the gateway answers {error.response.status_code} instead of a WebSocket.",
            "check the port: it must be a WebSocket server",
        ) from None
    except InvalidHandshake:
        raise NotReachable(
            "what answers there is no WebSocket.", "check the port of the WebSocket server"
        ) from None
    except (OSError, TimeoutError) as error:
        why = getattr(error, "strerror", None) or "no answer"
        raise NotReachable(f"the gateway does not answer ({why}).", "is it running?") from None
    return Opened(connection, url)


class Accepted:
    """A WebSocket that the gateway opened on the site's port."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._sending = asyncio.Lock()
        self.ended = asyncio.Event()
        """Set once nobody listens to it any more."""

    async def send(self, text: str) -> None:
        """Send one text frame. Raises Closed."""
        try:
            async with self._sending:
                await self._websocket.send_text(text)
        except (RuntimeError, WebSocketDisconnect, OSError) as error:
            raise Closed(type(error).__name__) from None

    async def receive(self) -> bytes:
        """Return the next frame as it came. Raises Closed."""
        try:
            message = await self._websocket.receive()
        except RuntimeError as error:
            raise Closed(type(error).__name__) from None
        if message["type"] != "websocket.receive":
            raise Closed(f"closed with {message.get('code', 1006)}")
        text = message.get("text")
        if text is not None:
            return str(text).encode("utf-8", "surrogatepass")
        return bytes(message.get("bytes") or b"")

    async def close(self, why: str = "") -> None:
        """End the connection."""
        self.ended.set()
        if self._websocket.application_state is WebSocketState.CONNECTED:
            with suppress(RuntimeError, OSError, WebSocketDisconnect):
                await self._websocket.close(1001, why[:100])

    @property
    def is_local(self) -> bool:
        """Whether the gateway is on this machine; behind a proxy nobody knows."""
        client = self._websocket.client
        behind_proxy = "x-forwarded-for" in self._websocket.headers
        return client is not None and not behind_proxy and _is_loopback(client.host)


Arrival = Callable[[Accepted, str], Awaitable[str | None]]
"""Takes a connection and its account's number; returns why it is not wanted."""


def receptionist(access_token: str, arrive: Arrival) -> Callable[[WebSocket], Awaitable[None]]:
    """Make the endpoint to which gateways connect; without the token nobody gets in."""

    async def endpoint(websocket: WebSocket) -> None:
        headers = websocket.headers
        if not is_token(access_token, headers, websocket.query_params.get("access_token")):
            await _deny(websocket, 401, "wrong access_token")
            return
        self_id = headers.get("x-self-id", "")
        if headers.get("x-client-role", "Universal").lower() != "universal":
            await _deny(websocket, 400, "one connection for both: X-Client-Role: Universal")
            return
        if not self_id.isdecimal():
            await _deny(websocket, 400, "X-Self-ID is missing")
            return
        socket = Accepted(websocket)
        await websocket.accept()
        refusal = await arrive(socket, self_id)
        if refusal is not None:
            await socket.close(refusal)
            return
        await socket.ended.wait()

    return endpoint


def is_token(expected: str, headers: Headers, in_query: str | None) -> bool:
    """Compare what a caller brings with the secret, in constant time."""
    brought = in_query or ""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if scheme.lower() in ("bearer", "token"):
        brought = rest.strip()
    return bool(expected) and hmac.compare_digest(brought.encode(), expected.encode())


async def _deny(websocket: WebSocket, status: int, why: str) -> None:
    if "websocket.http.response" in websocket.scope.get("extensions", {}):
        await websocket.send_denial_response(PlainTextResponse(why, status))
    else:
        await websocket.close(1008, why)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
