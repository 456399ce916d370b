"""Calls that the published Python stub has not, or reads too strictly.

Gateways written in JavaScript send a text cut in the middle of an emoji as bytes that are not
UTF-8; the stub then loses the whole message. Words are therefore read as bytes here.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TypeVar

import betterproto

M = TypeVar("M", bound=betterproto.Message)


@dataclass(eq=False, repr=False)
class ById(betterproto.Message):
    """Any request that names one thing."""

    id: str = betterproto.string_field(1)


@dataclass(eq=False, repr=False)
class OfMember(betterproto.Message):
    """A request that names a room and somebody in it."""

    id: str = betterproto.string_field(1)
    member_id: str = betterproto.string_field(2)


@dataclass(eq=False, repr=False)
class Moment(betterproto.Message):
    """A time, as newer gateways give it."""

    seconds: int = betterproto.int64_field(1)


@dataclass(eq=False, repr=False)
class MessagePayload(betterproto.Message):
    """A message; `type` is of the puppet's numbers, `timestamp` in milliseconds."""

    id: bytes = betterproto.bytes_field(1)
    filename: bytes = betterproto.bytes_field(2)
    text: bytes = betterproto.bytes_field(3)
    timestamp: int = betterproto.uint64_field(4)
    type: int = betterproto.int32_field(5)
    from_id: bytes = betterproto.bytes_field(6)
    room_id: bytes = betterproto.bytes_field(7)
    to_id: bytes = betterproto.bytes_field(8)
    mention_ids: list[bytes] = betterproto.bytes_field(9)  # noqa: RUF009
    received: Moment = betterproto.message_field(10)  # noqa: RUF009


@dataclass(eq=False, repr=False)
class ContactPayload(betterproto.Message):
    """A person, as far as we want to know them."""

    name: bytes = betterproto.bytes_field(4)


@dataclass(eq=False, repr=False)
class RoomPayload(betterproto.Message):
    """A room, its owner and admins where the gateway knows them."""

    topic: bytes = betterproto.bytes_field(2)
    owner: bytes = betterproto.bytes_field(4)
    admins: list[bytes] = betterproto.bytes_field(5)  # noqa: RUF009


@dataclass(eq=False, repr=False)
class MemberPayload(betterproto.Message):
    """What a room calls a person."""

    alias: bytes = betterproto.bytes_field(2)
    name: bytes = betterproto.bytes_field(5)


@dataclass(eq=False, repr=False)
class Location(betterproto.Message):
    """A place on the map, in degrees."""

    address: bytes = betterproto.bytes_field(2)
    latitude: float = betterproto.double_field(3)
    longitude: float = betterproto.double_field(4)
    name: bytes = betterproto.bytes_field(5)


@dataclass(eq=False, repr=False)
class MessageLocation(betterproto.Message):
    """The answer of MessageLocation."""

    location: Location = betterproto.message_field(1)  # noqa: RUF009


@dataclass(eq=False, repr=False)
class Chunk(betterproto.Message):
    """A piece of a file in the answer of Download."""

    chunk: bytes = betterproto.bytes_field(1)


class WireStub(betterproto.ServiceStub):
    """The calls, by their names on the wire."""

    async def ask(self, method: str, request: betterproto.Message, answer: type[M]) -> M:
        """Call a method that answers once."""
        return await self._unary_unary(f"/wechaty.Puppet/{method}", request, answer)

    def download(self, uuid: str) -> AsyncGenerator[Chunk, None]:
        """Stream what the gateway put aside under this name."""
        return self._unary_stream("/wechaty.Puppet/Download", ById(id=uuid), Chunk)


def words(said: bytes) -> str:
    """Decode a text; half a surrogate pair stays what it is, other bytes become U+FFFD."""
    try:
        return said.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return said.decode("utf-8", "replace")
