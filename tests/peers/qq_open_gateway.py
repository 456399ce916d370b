"""The WebSocket gateway of QQ's open platform; what a client does wrong is remembered."""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from qq_open_events import NAME
from starlette.websockets import WebSocket, WebSocketDisconnect

if TYPE_CHECKING:
    from qq_open import QQPlatform

_SECONDS_TO_IDENTIFY = 5.0


class Session:
    """What one identified client is told, kept so that it can go on."""

    def __init__(self, intents: int) -> None:
        self.intents = intents
        self.frames: list[str] = []
        """Dispatches; the first has the sequence 1."""
        self.told = 0
        """The last sequence that was sent."""


class Gateway:
    """Serves one client at a time."""

    def __init__(self, platform: QQPlatform) -> None:
        self._platform = platform
        self.heartbeat = 0.2
        """Seconds."""
        self.answers_heartbeats = True
        self.remaining = 1000
        self.sessions: dict[str, Session] = {}
        self.identified = 0
        self.resumed: list[int] = []
        """Sequences from which clients went on."""
        self.beats: list[int | None] = []
        self.complaints: list[str] = []
        """What a client did that it must not."""
        self.forbidden_intents = 0
        self._socket: WebSocket | None = None
        self._session: Session | None = None

    @property
    def connected(self) -> bool:
        """Whether a client is identified now."""
        return self._session is not None

    async def serve(self, socket: WebSocket) -> None:
        """Live through one connection."""
        await socket.accept()
        await _say(socket, op=10, d={"heartbeat_interval": int(self.heartbeat * 1000)})
        try:
            async with asyncio.timeout(_SECONDS_TO_IDENTIFY):
                first = json.loads(await socket.receive_text())
            session = await self._admit(socket, first)
            if session is None:
                return
            self._socket, self._session = socket, session
            await self._hear(socket, session)
        except (WebSocketDisconnect, RuntimeError, TimeoutError):
            pass
        finally:
            if self._socket is socket:
                self._socket = self._session = None

    async def _admit(self, socket: WebSocket, told: dict[str, Any]) -> Session | None:
        op, body = told.get("op"), told.get("d") or {}
        if not self._platform.api.authorised(str(body.get("token", ""))):
            await socket.close(4004)
        elif op == 2:
            return await self._identify(socket, body)
        elif op == 6:
            return await self._resume(socket, body)
        else:
            self.complaints.append(f"began with op {op}")
            await socket.close(4001)
        return None

    async def _identify(self, socket: WebSocket, body: dict[str, Any]) -> Session | None:
        intents = body.get("intents")
        if type(intents) is not int or body.get("shard") != [0, 1]:
            self.complaints.append("identified wrongly")
            await socket.close(4002)
            return None
        if intents & self.forbidden_intents:
            await socket.close(4014)
            return None
        self.identified += 1
        identity, session = secrets.token_hex(8), Session(intents)
        self.sessions[identity] = session
        user = {"id": "6158788878435714165", "username": NAME, "bot": True}
        ready = {"version": 1, "session_id": identity, "user": user, "shard": [0, 1]}
        session.frames.append(json.dumps({"op": 0, "s": 1, "t": "READY", "d": ready}))
        await self._catch_up(socket, session, 0)
        return session

    async def _resume(self, socket: WebSocket, body: dict[str, Any]) -> Session | None:
        session = self.sessions.get(str(body.get("session_id")))
        sequence = body.get("seq")
        if session is None:
            await _say(socket, op=9, d=False)
            await socket.close(4006)
            return None
        if type(sequence) is not int or sequence > len(session.frames):
            await socket.close(4007)
            return None
        self.resumed.append(sequence)
        await self._catch_up(socket, session, sequence)
        await _say(socket, op=0, s=len(session.frames), t="RESUMED", d="")
        return session

    async def _catch_up(self, socket: WebSocket, session: Session, after: int) -> None:
        for frame in session.frames[after:]:
            await socket.send_text(frame)
        session.told = len(session.frames)

    async def _hear(self, socket: WebSocket, session: Session) -> None:
        """Take heartbeats; who is silent for three of them is cut off."""
        while True:
            try:
                async with asyncio.timeout(3 * self.heartbeat + 1):
                    told = json.loads(await socket.receive_text())
            except TimeoutError:
                self.complaints.append("no heartbeat")
                await socket.close(4009)
                return
            if told.get("op") != 1:
                self.complaints.append(f"sent op {told.get('op')}")
                await socket.close(4001)
                return
            self.beats.append(told.get("d"))
            if told.get("d") is not None and told["d"] > session.told:
                self.complaints.append("a heartbeat with a sequence nobody sent")
            if self.answers_heartbeats:
                await _say(socket, op=11)

    async def dispatch(self, kind: str, body: dict[str, Any], event_id: str) -> None:
        """Tell every session; who is not connected is told when they go on."""
        for session in self.sessions.values():
            number = len(session.frames) + 1
            frame = {"op": 0, "s": number, "t": kind, "id": event_id, "d": body}
            session.frames.append(json.dumps(frame, ensure_ascii=False))
            if session is self._session and self._socket is not None:
                session.told = number
                # who was killed a moment ago is told when they go on
                with suppress(WebSocketDisconnect):
                    await self._socket.send_text(session.frames[-1])

    async def frame(self, text: str) -> None:
        """Send any frame to who is connected."""
        if self._socket is not None:
            await self._socket.send_text(text)

    async def drop(self, code: int | None = None) -> None:
        """End the connection, without a closing frame where no code is given."""
        socket, self._socket, self._session = self._socket, None, None
        if socket is not None:
            await socket.close(code or 1011)

    def forget_sessions(self) -> None:
        """Know nobody any more who wants to go on."""
        self.sessions.clear()


async def _say(socket: WebSocket, **frame: Any) -> None:
    await socket.send_text(json.dumps(frame))
