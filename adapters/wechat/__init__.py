"""WeChat groups, through a Wechaty gateway that the operator runs; WeChat itself offers no door."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from adapters.contract import Adapter, AdapterError, Carrying, Pace

# WeChat forbids automation: slower than any person is the least that can be done
PACE = Pace(longest=1800, each_second=1, each_minute=10)
# what a gateway takes in one call is 4 MiB, and a file in it is a third larger
CARRIES = Carrying(label="微信", recalls=115, largest={"file": 2_900_000})
INSTALL = 'pip install "chendian[wechat]"'
_endpoint = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9._-]+)):(?P<port>\d+)")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the configuration says of a WeChat account."""

    endpoint: str
    """`host:port` of the gateway."""
    token: str
    """What the gateway was started with."""

    def __repr__(self) -> str:
        return f"Options(endpoint={self.endpoint!r})"


def make(options: dict[str, Any], name: str) -> Adapter:
    """Make the adapter of one account. Raises AdapterError naming the option or the package."""
    try:
        read = msgspec.convert(options, Options)
    except msgspec.ValidationError as error:
        raise AdapterError(f"{error}.", "a WeChat account has endpoint and token") from None
    host, port = _place(read.endpoint)
    if not read.token.isascii() or not re.fullmatch(r"[!-~]{1,200}", read.token):
        raise AdapterError("token is not one.", "take the one that the gateway was started with")
    try:
        from adapters.wechat.adapter import WeChat
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("betterproto", "grpclib", "wechaty_grpc"):
            raise
        raise AdapterError("the WeChat packages are not installed.", INSTALL) from None
    return WeChat(host, port, read.token, name)


def _place(endpoint: str) -> tuple[str, int]:
    found = _endpoint.fullmatch(endpoint.strip())
    port = int(found["port"][:6]) if found else 0
    if found is None or not 0 < port < 65536:
        raise AdapterError("endpoint is not host:port.", 'write for example "127.0.0.1:8788"')
    return found["six"] or found["host"], port
