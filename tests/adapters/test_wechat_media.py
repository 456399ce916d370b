"""Files come through the gateway, whatever their size and wherever it has them."""

from __future__ import annotations

import asyncio
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from gateway import Gateway, file_bytes, needed
from wechat_door import account, listening, until

from adapters.contract import NotReachable, Unavailable
from adapters.wechat import media
from archive.records import Attachment


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    needed()
    with Gateway() as running:
        yield running


async def fetched(gateway: Gateway, source: str) -> bytes:
    made = account(gateway)
    try:
        return b"".join([part async for part in made.fetch(source)])
    finally:
        await made.close()


def sent_file(gateway: Gateway, name: str, **what: Any) -> Attachment:
    """Send a file and return the attachment that its message has."""

    async def run() -> Attachment:
        async with listening(gateway) as door:
            gateway.file(name, **what)
            await until(lambda: door.events)
            (message,) = door.messages
            (attachment,) = message.attachments
            return attachment

    return asyncio.run(run())


@pytest.mark.parametrize("size", [1, 20 * 1024, 20 * 1024 + 1, 300_000, 5_000_000])
def test_a_file_arrives_whole_below_and_above_20_kilobytes(gateway: Gateway, size: int) -> None:
    attachment = sent_file(gateway, "讲义.pdf", type="Attachment", size=size)
    assert (attachment.kind, attachment.name) == ("file", "讲义.pdf")
    assert attachment.missing is None and attachment.source is not None
    assert asyncio.run(fetched(gateway, attachment.source)) == file_bytes(size)


@pytest.mark.parametrize(
    ("type_name", "name", "kind"),
    [
        ("Image", "a.jpg", "photo"), ("Audio", "b.sil", "voice"), ("Video", "c.mp4", "video"),
        ("Emoticon", "d.gif", "sticker"),
    ],
)  # fmt: skip
def test_every_kind_of_media_can_be_fetched(
    gateway: Gateway, type_name: str, name: str, kind: str
) -> None:
    attachment = sent_file(gateway, name, type=type_name, size=40_000)
    assert (attachment.kind, attachment.name, attachment.size) == (kind, name, None)
    assert asyncio.run(fetched(gateway, str(attachment.source))) == file_bytes(40_000)


def test_a_file_is_there_for_another_connection_too(gateway: Gateway) -> None:
    source = str(sent_file(gateway, "x.zip", type="Attachment", size=50_000).source)

    async def twice() -> set[bytes]:
        return set(await asyncio.gather(fetched(gateway, source), fetched(gateway, source)))

    assert asyncio.run(twice()) == {file_bytes(50_000)}


def test_a_file_that_is_a_link_is_fetched_by_the_gateway(gateway: Gateway) -> None:
    """TRUST 23: the address that somebody else gave is not opened by us."""
    with served(b"from elsewhere" * 5000) as (url, agents):
        attachment = sent_file(gateway, "far.bin", type="Attachment", url=url)
        got = asyncio.run(fetched(gateway, str(attachment.source)))
    assert got == b"from elsewhere" * 5000
    assert agents and not any("python" in agent.lower() for agent in agents)


def test_a_picture_that_is_no_file_is_asked_for_as_a_picture(gateway: Gateway) -> None:
    async def run() -> bytes:
        async with listening(gateway) as door:
            gateway.say(type="Image", key="only-image")
            await until(lambda: door.events)
            (message,) = door.messages
            return await fetched(gateway, str(message.attachments[0].source))

    # the stock mock draws a QR code for every picture
    assert asyncio.run(run()).startswith(b"\x89PNG")


@pytest.mark.parametrize("source", ["1:never-was", "nonsense", "", "6"])
def test_what_the_gateway_has_not_is_unavailable(gateway: Gateway, source: str) -> None:
    """TRUST 14."""
    if source.startswith("1:"):
        with pytest.raises(Unavailable) as error:
            asyncio.run(fetched(gateway, source))
        assert error.value.what == "unavailable"
    else:
        with pytest.raises(Unavailable):
            asyncio.run(fetched(gateway, source))


def test_a_file_of_another_length_than_was_said_is_refused(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TRUST 14: a cut file must not pass for the whole one."""
    source = str(sent_file(gateway, "y.zip", type="Attachment", size=50_000).source)

    async def run() -> None:
        made = account(gateway)
        box = await made._gateway.file(source.partition(":")[2])
        assert box["size"] == 50_000

        async def lying(message_id: str) -> dict[str, Any]:
            return {**box, "size": 60_000}

        monkeypatch.setattr(made._gateway, "file", lying)
        try:
            with pytest.raises(Unavailable, match="wrong length"):
                _ = [part async for part in made.fetch(source)]
        finally:
            await made.close()

    asyncio.run(run())


def test_a_link_that_leads_nowhere_is_given_up_in_time(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TRUST 14: the gateway never ends such a transfer by itself."""
    monkeypatch.setattr(media, "STALLED", 1.0)
    dead = f"http://127.0.0.1:{gateway.port + 1 if gateway.port < 65000 else 9}/none.bin"
    source = str(sent_file(gateway, "none.bin", type="Attachment", url=dead).source)
    with pytest.raises((Unavailable, NotReachable)):
        asyncio.run(fetched(gateway, source))


def test_a_gateway_that_is_away_is_to_be_asked_again(gateway: Gateway) -> None:
    async def run() -> None:
        made = account(gateway)
        made._gateway._port = 1
        try:
            with pytest.raises(NotReachable):
                _ = [part async for part in made.fetch("1:m1")]
        finally:
            await made.close()

    asyncio.run(run())


@contextmanager
def served(body: bytes) -> Iterator[tuple[str, list[str]]]:
    """Serve one file over HTTP; the list fills with who asked."""
    agents: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(body)

        def do_HEAD(self) -> None:
            self._answer(b"")

        def _answer(self, content: bytes) -> None:
            agents.append(self.headers.get("User-Agent", "none"))
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/far.bin", agents
    finally:
        server.shutdown()
        server.server_close()
