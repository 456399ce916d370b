"""Downloads over HTTP from public addresses only, to the address that was checked."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx

from adapters.contract import NotReachable, Unavailable

_REDIRECTS = 5
_TIMEOUT = httpx.Timeout(15.0, read=30.0)
_PORTS = (80, 443, 8080)
_GONE = (404, 410)
_EXPIRED = (400, 401, 403)
_NO_FILE = ("text/html", "application/json", "application/problem+json")


async def download(url: str, *, any_type: bool, allow_private: bool) -> AsyncIterator[bytes]:
    """Stream what a link leads to; with `any_type` also what may be a page that says what is wrong.

    Raises Unavailable (its reason is kept) and NotReachable.
    """
    async with AsyncExitStack() as open_:
        # no environment: a proxy would resolve the name again, to wherever it likes
        client = httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False, follow_redirects=False)
        await open_.enter_async_context(client)
        response = await _final(client, url, allow_private)
        open_.push_async_callback(response.aclose)
        _judge(response, any_type)
        try:
            async for piece in response.aiter_raw():
                yield piece
        except httpx.RemoteProtocolError:
            raise Unavailable("cut off") from None
        except httpx.HTTPError:
            raise NotReachable("the download broke off.") from None


async def _final(client: httpx.AsyncClient, url: str, allow_private: bool) -> httpx.Response:
    for _ in range(_REDIRECTS + 1):
        request = await _request(client, url, allow_private)
        try:
            response = await client.send(request, stream=True)
        except httpx.TimeoutException:
            raise NotReachable("the download did not begin.") from None
        except (httpx.HTTPError, ValueError):
            raise NotReachable("the download failed.") from None
        if not response.has_redirect_location:
            return response
        await response.aclose()
        try:
            url = str(httpx.URL(url).join(response.headers["location"]))
        except (httpx.InvalidURL, ValueError):
            raise Unavailable("refused") from None
    raise Unavailable("too many redirects")


async def _request(client: httpx.AsyncClient, url: str, allow_private: bool) -> httpx.Request:
    """Make the request to the very address that was checked, under the name it was asked for."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise Unavailable("no address") from None
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo:
        raise Unavailable("no address")
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    if port not in _PORTS and not allow_private:
        raise Unavailable("not a public address")
    address = await _resolved(parsed.host, port, allow_private)
    headers = {"Host": parsed.netloc.decode("ascii"), "Accept-Encoding": "identity"}
    return client.build_request(
        "GET",
        parsed.copy_with(host=address),
        headers=headers,
        extensions={"sni_hostname": parsed.raw_host.decode("ascii")},
    )


async def _resolved(host: str, port: int, allow_private: bool) -> str:
    """Return the first address of a name; refused if any of them is not public."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotReachable("the name of the download is not found.") from None
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not allow_private and not all(is_public(address) for address in addresses):
        raise Unavailable("not a public address")
    return addresses[0]


def is_public(address: str) -> bool:
    """Tell whether an IP address is one anybody can reach; mapped and tunnelled ones are not."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and (
        parsed.ipv4_mapped or parsed.sixtofour or parsed.teredo or parsed in _NAT64
    ):
        return False
    return parsed.is_global and not parsed.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _judge(response: httpx.Response, any_type: bool) -> None:
    status = response.status_code
    if status in _GONE:
        raise Unavailable("not found")
    if status in _EXPIRED:
        raise Unavailable("expired")
    if status == 429 or status >= 500:
        raise NotReachable(f"the download was answered with {status}.")
    if status != 200:
        raise Unavailable("refused")
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not any_type and kind in _NO_FILE:
        raise Unavailable("wrong type")
    encoded = response.headers.get("content-encoding", "identity").lower()
    if encoded not in ("", "identity"):
        raise Unavailable("packed")
