"""What a Wechaty gateway can be asked: one connection, plain values back, our own errors."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, TypeVar

import betterproto
from grpclib.client import Channel
from grpclib.const import Status
from grpclib.exceptions import GRPCError, ProtocolError, StreamTerminatedError
from h2.exceptions import H2Error
from wechaty_grpc.wechaty import PuppetStub  # type: ignore[import-untyped, unused-ignore]

from adapters.contract import AdapterError, LoginExpired, NotReachable
from adapters.wechat.wire import (
    ById,
    ContactPayload,
    M,
    MemberPayload,
    MessageLocation,
    MessagePayload,
    OfMember,
    RoomPayload,
    WireStub,
    words,
)

T = TypeVar("T")
ROOM = 3
"""The number of rooms among the payloads that the gateway keeps a copy of."""
_BASE64 = 1
"""The number of files that stand in a file box as they are."""
_BROKEN = (OSError, StreamTerminatedError, ProtocolError, H2Error, AssertionError)
_AGAIN = (Status.UNAVAILABLE, Status.DEADLINE_EXCEEDED, Status.CANCELLED)
# What protobuf raises for bytes that are not the message expected.
_GARBLED = (ValueError, TypeError, IndexError, KeyError, EOFError)


_LEVELS = 64
"""Brackets in a payload, which is flat, beyond which it is not read."""


class Late(NotReachable):
    """The gateway was asked and did not answer in time: it may have done what it was asked."""


class Held(AdapterError):
    """Another program has the gateway's only event stream."""


class Refused(AdapterError):
    """The gateway answered with an error; `why` is its first line, never to be shown."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(what)
        self.why = why


class Gateway:
    """The calls of one gateway; it connects when first asked and again after a loss."""

    def __init__(self, host: str, port: int, token: str, *, answers_in: float = 10) -> None:
        self.place = f"{host}:{port}"
        self._host, self._port, self._token = host, port, token
        self._seconds = answers_in
        self._channel: Channel | None = None

    def close(self) -> None:
        """Let the connection go, and with it the event stream."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    async def version(self, seconds: float | None = None) -> str:
        """Return the gateway's version; the cheapest question there is."""
        return str((await self._ask(self._stub.version(), seconds)).version)

    async def begin(self) -> None:
        """Have the gateway start its puppet; nothing happens where it runs already."""
        await self._ask(self._stub.start(), 20)

    async def events(self) -> AsyncGenerator[tuple[int, dict[str, Any]], None]:
        """Yield (type number, payload) as they happen. Raises Held, LoginExpired, NotReachable."""
        async with self._errors(), aclosing(self._stub.event()) as stream:
            async for event in stream:
                yield int(event.type), _object(event.payload)

    async def message(self, message_id: str) -> dict[str, Any]:
        """Return a message's payload; its type is of the puppet's numbers, not of the protocol's
        enumeration, for gateways pass theirs on as they are."""
        told = await self._told("MessagePayload", ById(id=message_id), MessagePayload)
        return _said(
            id=words(told.id) or message_id,
            type=told.type,
            text=words(told.text),
            timestamp=told.timestamp or told.received.seconds,
            filename=words(told.filename),
            from_id=words(told.from_id),
            room_id=words(told.room_id),
            to_id=words(told.to_id),
            mention_ids=list(map(words, told.mention_ids)),
        )

    async def contact(self, contact_id: str) -> dict[str, Any]:
        """Return a person's name; what only the account's owner calls them stays out."""
        told = await self._told("ContactPayload", ById(id=contact_id), ContactPayload)
        return _said(name=words(told.name))

    async def room(self, room_id: str) -> dict[str, Any]:
        """Return a room's topic, and its owner and admins where the gateway knows them."""
        told = await self._told("RoomPayload", ById(id=room_id), RoomPayload)
        return _said(
            topic=words(told.topic),
            owner=words(told.owner),
            admins=list(map(words, told.admins)),
        )

    async def member(self, room_id: str, contact_id: str) -> dict[str, Any]:
        """Return what a room calls a person."""
        request = OfMember(id=room_id, member_id=contact_id)
        told = await self._told("RoomMemberPayload", request, MemberPayload)
        return _said(name=words(told.name), alias=words(told.alias))

    async def members(self, room_id: str) -> list[str]:
        """Return the ids of who is in a room."""
        return list((await self._ask(self._stub.room_member_list(id=room_id))).member_ids)

    async def rooms(self) -> list[str]:
        """Return the ids of the account's rooms."""
        return list((await self._ask(self._stub.room_list())).ids)

    async def forget_room(self, room_id: str) -> None:
        """Have the gateway drop its copy of a room, which has changed."""
        await self._ask(self._stub.dirty_payload(type=ROOM, id=room_id))

    async def link(self, message_id: str) -> dict[str, Any]:
        """Return title, url and description of a link."""
        return _object((await self._ask(self._stub.message_url(id=message_id))).url_link)

    async def mini_program(self, message_id: str) -> dict[str, Any]:
        """Return title, description, appid and pagePath of a mini program."""
        told = await self._ask(self._stub.message_mini_program(id=message_id))
        return _object(told.mini_program)

    async def location(self, message_id: str) -> dict[str, Any]:
        """Return name, address, latitude and longitude of a place."""
        told = await self._told("MessageLocation", ById(id=message_id), MessageLocation)
        place = told.location
        return _said(
            name=words(place.name),
            address=words(place.address),
            latitude=place.latitude,
            longitude=place.longitude,
        )

    async def card(self, message_id: str) -> dict[str, Any]:
        """Return id and name of the person whom a contact card shows."""
        contact_id = str((await self._ask(self._stub.message_contact(id=message_id))).id)
        found = {"id": contact_id} if contact_id else {}
        with suppress(Refused):
            found |= await self.contact(contact_id) if contact_id else {}
        return found

    async def send_text(self, conversation_id: str, text: str, mentions: list[str]) -> str | None:
        """Send a text to a room or person; return its id where the gateway tells it."""
        does = self._stub.message_send_text(
            conversation_id=conversation_id, text=text, mentonal_ids=mentions
        )
        return (await self._ask(does, 30)).id or None

    async def send_file(self, conversation_id: str, name: str, data: str) -> str | None:
        """Send a file, given as base64; return its id where the gateway tells it."""
        box = json.dumps({"type": _BASE64, "name": name, "base64": data})
        does = self._stub.message_send_file(conversation_id=conversation_id, filebox=box)
        return (await self._ask(does, 60)).id or None

    async def recall(self, message_id: str) -> bool:
        """Take back what the account said; False where WeChat does not let it."""
        return bool((await self._ask(self._stub.message_recall(id=message_id), 30)).success)

    async def file(self, message_id: str) -> dict[str, Any]:
        """Return the file box of a message: type, name, and base64, uuid or url."""
        return _object((await self._ask(self._stub.message_file(id=message_id), 60)).filebox)

    async def image(self, message_id: str, size: int) -> dict[str, Any]:
        """Return the file box of a picture; size 3 is as sent, 2 is large, 1 is a thumbnail."""
        does = self._stub.message_image(id=message_id, type=size)
        return _object((await self._ask(does, 60)).filebox)

    async def download(self, uuid: str) -> AsyncGenerator[bytes, None]:
        """Stream what the gateway put aside under this name."""
        async with self._errors(), aclosing(self._wire.download(uuid)) as stream:
            async for part in stream:
                yield part.chunk

    async def streamed(self, message_id: str, size: int | None) -> AsyncGenerator[bytes, None]:
        """Stream a message's file, or its picture in a size, fetched by the gateway itself; one
        that it has not got never ends, so the caller sets a limit."""
        does = (
            self._stub.message_file_stream(id=message_id)
            if size is None
            else self._stub.message_image_stream(id=message_id, type=size)
        )
        async with self._errors(), aclosing(does) as stream:
            async for part in stream:
                yield part.file_box_chunk.data

    @property
    def _stub(self) -> Any:
        return PuppetStub(self._connection())

    @property
    def _wire(self) -> WireStub:
        return WireStub(self._connection())

    async def _told(self, method: str, request: betterproto.Message, answer: type[M]) -> M:
        return await self._ask(self._wire.ask(method, request, answer))

    def _connection(self) -> Channel:
        if self._channel is None:
            self._channel = Channel(self._host, self._port)
            # the gateway takes the token from this header when the connection is plain text
            self._channel._authority = self._token
        return self._channel

    async def _ask(self, does: Awaitable[T], seconds: float | None = None) -> T:
        async with self._errors(), asyncio.timeout(seconds or self._seconds):
            return await does

    @asynccontextmanager
    async def _errors(self) -> AsyncIterator[None]:
        # `from None` everywhere: the gateway's own words hold the token, paths and texts
        try:
            yield
        except GRPCError as error:
            raise self._refusal(error) from None
        except TimeoutError:
            raise self._away("does not answer in time", Late) from None
        except _BROKEN:
            raise self._away("is not reachable") from None
        except _GARBLED:
            raise Refused("the WeChat gateway gave an answer that is none.", "") from None

    def _away(self, how: str, kind: type[NotReachable] = NotReachable) -> NotReachable:
        return kind(f"the WeChat gateway at {self.place} {how}.", "see that it runs, without TLS")

    def _refusal(self, error: GRPCError) -> AdapterError:
        if error.status is Status.UNAUTHENTICATED:
            return LoginExpired(
                "the WeChat gateway does not accept the token.",
                "set token to what the gateway was started with",
            )
        if error.status is Status.ALREADY_EXISTS:
            return Held(
                "another program listens to the WeChat gateway, which serves only one.",
                "stop that one, or run a gateway of its own for it",
            )
        if error.status in _AGAIN:
            return self._away("does not answer")
        why = (error.message or "").partition("\n")[0][:300].lower()
        return Refused(f"the WeChat gateway refused ({error.status.name.lower()}).", why)


def _said(**fields: Any) -> dict[str, Any]:
    """Leave out what was not said."""
    return {name: value for name, value in fields.items() if value not in ("", [], 0)}


def _object(text: str) -> dict[str, Any]:
    """Read a JSON object; anything else, or one of many levels, is kept as text under `raw`."""
    found: Any = None
    if text.count("{") + text.count("[") <= _LEVELS:
        with suppress(ValueError):
            found = json.loads(text or "{}")
    return found if isinstance(found, dict) else {"raw": text[:65536]}
