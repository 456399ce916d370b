"""Files behind links that expire: fetched, renewed by the gateway, or given up with a reason."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from onebot_door import GROUP, account, connected, until

from adapters.contract import AdapterError, NotReachable, Unavailable
from adapters.download import is_public
from adapters.qq_onebot.adapter import OneBot

Page = tuple[int, str, bytes]
"""Status, further header lines, body."""


class Pages:
    """A web server with a few pages; notes who asked for what."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[str] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            path = request.split(" ")[1]
            self.asked.append(path)
            status, headers, body = self.pages.get(path, (404, "", b""))
            length = "" if "Content-Length" in headers else f"Content-Length: {len(body)}\r\n"
            head = f"HTTP/1.1 {status} X\r\n{headers}{length}Connection: close\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def web() -> AsyncIterator[Pages]:
    pages = Pages()
    server = await asyncio.start_server(pages.serve, "127.0.0.1", 0)
    pages.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield pages
    server.close()


async def bytes_of(adapter: OneBot, source: str) -> bytes:
    return b"".join([piece async for piece in adapter.fetch(source)])


async def source_of(peer: Any, door: Any, **data: Any) -> str:
    """Let somebody send an image; return the source of its attachment."""
    before = len(door.messages())
    kind = data.pop("kind", "image")
    peer.say(GROUP, 20003, [{"type": kind, "data": data}])
    await until(lambda: len(door.messages()) > before)
    source = door.messages()[-1].attachments[0].source
    assert isinstance(source, str)
    return source


def test_a_picture_is_fetched_by_its_link() -> None:
    async def run() -> None:
        async with web() as pages, connected(allow_private=True) as (peer, door, adapter):
            body = bytes(range(256)) * 1000
            pages.pages["/a?rkey=1"] = (200, "Content-Type: image/jpeg\r\n", body)
            pages.pages["/r"] = (302, "Location: /a?rkey=1\r\n", b"")
            for path in ("/a?rkey=1", "/r"):
                source = await source_of(peer, door, file="A.jpg", url=pages.url + path)
                assert await bytes_of(adapter, source) == body

    asyncio.run(run())


def test_an_expired_link_is_renewed_through_the_gateway() -> None:
    """TRUST 14: 403 and 404 ask the gateway for the file; so does a page instead of a picture."""

    async def run() -> None:
        async with web() as pages, connected(allow_private=True) as (peer, door, adapter):
            pages.pages["/old"] = (403, "", b"expired")
            pages.pages["/html"] = (200, "Content-Type: text/html\r\n", b"<html>")
            pages.pages["/new"] = (200, "Content-Type: image/png\r\n", b"png")
            peer.actions.files["A.jpg"] = {"url": f"{pages.url}/new"}
            for path in ("/old", "/gone", "/html"):
                source = await source_of(peer, door, file="A.jpg", url=pages.url + path)
                assert await bytes_of(adapter, source) == b"png"
            peer.actions.files["A.jpg"] = {"base64": base64.b64encode(b"x" * 200_000).decode()}
            assert await bytes_of(adapter, source) == b"x" * 200_000

    asyncio.run(run())


def test_a_file_of_the_group_is_asked_for_by_its_id() -> None:
    async def run() -> None:
        async with web() as pages, connected(allow_private=True) as (peer, door, adapter):
            pages.pages["/f"] = (200, "", b"pdf")
            peer.actions.files["/f-1"] = {"url": f"{pages.url}/f"}
            source = await source_of(peer, door, kind="file", file="报告.pdf", file_id="/f-1")
            assert await bytes_of(adapter, source) == b"pdf"
            action, told = peer.actions.calls[-1]
            assert (action, told["group_id"]) == ("get_group_file_url", GROUP)

    asyncio.run(run())


def test_a_gateway_on_this_machine_may_name_a_path(tmp_path: Path) -> None:
    async def run() -> None:
        async with connected() as (peer, door, adapter):
            voice = tmp_path / "语音.amr"
            voice.write_bytes(b"amr" * 50_000)
            for named in (str(voice), voice.as_uri()):
                peer.actions.files["v.amr"] = {"file": named}
                source = await source_of(peer, door, kind="record", file="v.amr")
                assert await bytes_of(adapter, source) == voice.read_bytes()
            for named in (str(tmp_path), "../x", str(tmp_path / "none"), "a\0b"):
                peer.actions.files["v.amr"] = {"file": named}
                with pytest.raises(Unavailable):
                    await bytes_of(adapter, source)

    asyncio.run(run())


def test_a_path_that_somebody_sent_is_never_read(tmp_path: Path) -> None:
    async def run() -> None:
        secret = tmp_path / "secret"
        secret.write_text("秘密")
        async with connected(local_files=False) as (peer, door, adapter):
            for named in (str(secret), secret.as_uri()):
                source = await source_of(peer, door, kind="file", file=named, url=named)
                with pytest.raises(Unavailable):
                    await bytes_of(adapter, source)
            peer.actions.files["v.amr"] = {"file": str(secret)}
            source = await source_of(peer, door, kind="record", file="v.amr")
            with pytest.raises(Unavailable):
                await bytes_of(adapter, source)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("page", "error", "reason"),
    [
        ((404, "", b""), Unavailable, "not found"),
        ((403, "", b""), Unavailable, "expired"),
        ((418, "", b""), Unavailable, "refused"),
        ((503, "", b""), NotReachable, "503"),
        ((200, "Content-Type: text/html\r\n", b"<html>"), Unavailable, "wrong type"),
        ((200, "Content-Length: 99\r\n", b"short"), Unavailable, "cut off"),
        ((200, "Content-Encoding: gzip\r\n", b"x"), Unavailable, "packed"),
        ((302, "Location: /x\r\n", b""), Unavailable, "too many redirects"),
        ((302, "Location: file:///etc/passwd\r\n", b""), Unavailable, "no address"),
    ],
)
def test_what_cannot_be_had_says_why(page: Page, error: type[AdapterError], reason: str) -> None:
    """TRUST 14: the reason is kept beside the placeholder."""

    async def run() -> None:
        async with web() as pages:
            pages.pages["/x"] = page
            adapter = account(url="ws://127.0.0.1:9", allow_private=True)
            with pytest.raises(error) as failed:
                await bytes_of(adapter, f'{{"url":"{pages.url}/x","asked":"image"}}')
            assert reason in failed.value.what

    asyncio.run(run())


def test_no_connection_is_made_to_an_address_that_is_not_public() -> None:
    """TRUST 23, for links in messages: asserted by a server that must not be asked."""

    async def run() -> None:
        async with web() as pages:
            port = pages.url.rpartition(":")[2]
            adapter = account(url="ws://127.0.0.1:9")
            hosts = ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433",
                     "0x7f000001", "0177.0.0.1", "127.1", "0.0.0.0", "169.254.169.254",
                     "a@127.0.0.1", "[64:ff9b::7f00:1]", "224.0.0.1", "10.0.0.1")  # fmt: skip
            for host in hosts:
                for at in (f"http://{host}:{port}/", f"http://{host}/", f"https://{host}:8080/"):
                    with pytest.raises(AdapterError):
                        await bytes_of(adapter, f'{{"url":"{at}","asked":"image"}}')
            for odd in ("http://", "http://a b/", "http://8.8.8.8:22/", "http://[::1", "//x"):
                with pytest.raises(AdapterError):
                    await bytes_of(adapter, f'{{"url":"{odd}"}}')
            assert pages.asked == []

    asyncio.run(run())


@pytest.mark.parametrize(
    ("address", "public"),
    [("8.8.8.8", True), ("2001:4860:4860::8888", True), ("100.64.0.1", False), ("fe80::1", False),
     ("2002:7f00:1::", False), ("::ffff:8.8.8.8", False), ("240.0.0.1", False), ("x", False)],
)  # fmt: skip
def test_public_addresses_are_told_from_the_rest(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_source_nobody_wrote_is_refused() -> None:
    async def run() -> None:
        adapter = account(url="ws://127.0.0.1:9")
        for source in ("", "x", "{}", "[]", '{"url":5}', '{"file":"a"}'):
            with pytest.raises(AdapterError):
                await bytes_of(adapter, source)

    asyncio.run(run())
