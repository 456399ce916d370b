"""A bot that QQ posts to: what it signed is durable before it is answered, the rest is refused."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from qq_open import QQPlatform
from qq_open_door import ListDoor, Site, listening, until
from qq_open_events import message
from qq_open_webhook import headers, key_of

from adapters.qq_official.signature import Signer
from adapters.qq_official.webhook import LARGEST


@pytest.fixture
def qq() -> Iterator[QQPlatform]:
    with QQPlatform() as running:
        yield running


def event(text: str = "你好") -> bytes:
    told = {"op": 0, "id": "E:1", "t": "GROUP_MESSAGE_CREATE", "d": message("dev", "阿珍", text)}
    return json.dumps(told).encode()


def test_documented_example_is_signed_as_documented() -> None:
    # https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/interface-framework/event-emit.html
    assert Signer("DG5g3B4j9X2KOErG").answer("1725442341", "Arq0D5A61EgUu4OxUvOp") == (
        "87befc99c42c651b3aac0278e71ada338433ae26fcb24307bdc5ad38c1adc2d01bcfcadc0842edac"
        "85e85205028a1132afe09280305f13aa6909ffc2d652c706"
    )
    # https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/interface-framework/sign.html
    known = "d7c362fe78aef81ff23287b493628b5db02a3c4fe30b215e4d19609b5d76673a"
    assert key_of("naOC0ocQE3shWLAfffVLB1rhYPG7").verify_key.encode().hex() == known


def test_signature_is_of_the_time_and_the_body() -> None:
    signer, body = Signer("naOC0ocQE3shWLAfffVLB1rhYPG7"), event()
    signature = key_of("naOC0ocQE3shWLAfffVLB1rhYPG7").sign(b"1725442341" + body).signature.hex()
    assert signer.signed("1725442341", body, signature)
    assert not signer.signed("1725442342", body, signature)
    assert not signer.signed("1725442341", body + b" ", signature)
    assert not signer.signed("1725442341", body, signature[:-2])


def test_address_is_confirmed_and_events_come_in_order(qq: QQPlatform) -> None:
    async def run() -> None:
        site, door = Site(qq), ListDoor()
        async with site.served(), httpx.AsyncClient() as client:
            # q.qq.com asks before the bot listens
            assert await qq.courier.challenge(client)
            async with listening(site.bot, door):
                await until(lambda: door.said("connected"))
                for number in range(30):
                    qq.say("dev", "阿珍", str(number))
                await until(lambda: qq.courier.delivered == 30)
        assert [one.text for one in door.envelopes()] == [str(number) for number in range(30)]
        assert qq.courier.refused == []

    asyncio.run(run())


def test_event_that_could_not_be_kept_is_brought_again(qq: QQPlatform) -> None:
    """Fault 1: nothing is acknowledged that is not durable, and what comes twice is one row."""

    async def run() -> None:
        site, door = Site(qq), ListDoor()
        async with site.served(), listening(site.bot, door):
            await until(lambda: door.said("connected"))
            door.refusals = 2
            said = qq.say("dev", "阿珍", "a")
            await until(lambda: qq.courier.delivered == 1)
            qq.tell("GROUP_MESSAGE_CREATE", said)
            await until(lambda: qq.courier.delivered == 2)
        assert qq.courier.refused == [503, 503]
        assert (len(door.events), door.duplicates) == (1, 1)

    asyncio.run(run())


def test_what_qq_did_not_sign_is_refused_and_kept_nowhere(qq: QQPlatform) -> None:
    """Fault 36: no or a bad signature, an old one, another bot's, bodies without end."""

    async def run() -> None:
        site, door = Site(qq), ListDoor()
        async with site.served(), listening(site.bot, door), httpx.AsyncClient() as client:
            await until(lambda: door.said("connected"))

            async def post(body: Any, **told: str) -> int:
                sent = {name.replace("_", "-"): value for name, value in told.items()}
                return (await client.post(site.url, content=body, headers=sent)).status_code

            body = event()
            good = headers(qq.secret, body, app_id=qq.app_id)
            for name, values in {
                "X-Signature-Ed25519": ("", "zz" * 64, "00" * 64, good["X-Signature-Ed25519"][2:]),
                "X-Signature-Timestamp": ("", "now", str(int(time.time()) + 1)),
                "X-Bot-Appid": ("", "1"),
            }.items():
                for value in values:
                    assert await post(body, **(good | {name: value})) == 401, (name, value)
            for name in ("X-Signature-Ed25519", "X-Signature-Timestamp"):
                assert await post(body, **{k: v for k, v in good.items() if k != name}) == 401
            assert await post(body) == 401
            assert await post(body + b" ", **good) == 401
            assert await post(body, **headers("another-secret", body, app_id=qq.app_id)) == 401
            for away in (-3600, -301, 3600):
                old = headers(qq.secret, body, app_id=qq.app_id, at=time.time() + away)
                assert await post(body, **old) == 401
            large = b"x" * (LARGEST + 1)
            assert await post(large, **headers(qq.secret, large, app_id=qq.app_id)) == 413
            assert await post(endless(), **good) == 413
            assert (await client.get(site.url, headers=good)).status_code == 405
            assert door.events == door.quarantine == []
            assert await post(body, **good) == 200
            assert await post(body, **good) == 200
        assert (len(door.events), door.duplicates) == (1, 1)

    asyncio.run(run())


async def endless() -> AsyncIterator[bytes]:
    for _ in range(LARGEST // 65536 + 2):
        yield b"x" * 65536


def test_challenge_signs_nothing_that_could_pass_for_an_event(qq: QQPlatform) -> None:
    """Fault 36: an event is signed as time and body, a challenge as time and token."""

    async def run() -> None:
        site, door = Site(qq), ListDoor()
        async with site.served(), listening(site.bot, door), httpx.AsyncClient() as client:
            await until(lambda: door.said("connected"))
            moment = str(int(time.time()))
            body = event("伪造").decode()

            async def ask(moment: Any, token: Any) -> httpx.Response:
                told = {"op": 13, "d": {"event_ts": moment, "plain_token": token}}
                return await client.post(site.url, json=told)

            for split in (0, 3, len(moment)):
                answer = await ask(moment[:split], moment[split:] + body)
                assert answer.status_code == 400 and b"signature" not in answer.content
            for odd in (None, 5, "", "{", "a" * 129, ["x"], "a b"):
                assert (await ask(moment, odd)).status_code == 400
            assert (await ask("1e9", "abc")).status_code == 400
            # the same signature would have been good
            forged = key_of(qq.secret).sign((moment + body).encode()).signature.hex()
            given = {"X-Signature-Timestamp": moment, "X-Signature-Ed25519": forged}
            assert (await client.post(site.url, content=body, headers=given)).status_code == 200
        assert len(door.events) == 1

    asyncio.run(run())


def test_event_before_anybody_listens_is_brought_again(qq: QQPlatform) -> None:
    async def run() -> None:
        site = Site(qq)
        body = event()
        async with site.served(), httpx.AsyncClient() as client:
            good = headers(qq.secret, body, app_id=qq.app_id)
            answer = await client.post(site.url, content=body, headers=good)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        await site.bot.close()

    asyncio.run(run())


def test_frame_that_qq_signed_and_nobody_can_read_is_put_aside(qq: QQPlatform) -> None:
    """Fault 8: invalid JSON goes to quarantine, deeply nested JSON too."""

    async def run() -> None:
        site, door = Site(qq), ListDoor()
        async with site.served(), listening(site.bot, door), httpx.AsyncClient() as client:
            await until(lambda: door.said("connected"))
            for body in (b"not JSON", b"[" * 100_000 + b"]" * 100_000, b"[]"):
                good = headers(qq.secret, body, app_id=qq.app_id)
                assert (await client.post(site.url, content=body, headers=good)).status_code == 200
        assert (len(door.events), len(door.quarantine)) == (0, 3)

    asyncio.run(run())


def test_bot_without_a_webhook_has_no_routes(qq: QQPlatform) -> None:
    from qq_open_door import bot_of

    assert bot_of(qq).routes() == []


def test_bot_that_may_not_speak_from_here_still_hears(qq: QQPlatform) -> None:
    qq.api.refuse_from_here = True

    async def run() -> None:
        site, door = Site(qq), ListDoor()
        async with site.served(), listening(site.bot, door):
            await until(lambda: door.said("alarm"))
            qq.say("dev", "阿珍", "a")
            await until(lambda: door.events)
        assert "address" in door.said("alarm")[0] and door.said("lost") == []

    asyncio.run(run())


def test_a_body_that_does_not_come_is_not_waited_for(
    qq: QQPlatform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Fault 36: anybody can begin to post, and go away."""
    monkeypatch.setattr("adapters.posted.SECONDS", 0.2)

    async def run() -> None:
        site, door = Site(qq), ListDoor()
        async with site.served(), listening(site.bot, door):
            await until(lambda: door.said("connected"))
            host, port = site.url.split("/")[2].split(":")
            signed = headers(qq.secret, event(), app_id=qq.app_id)
            sent = {"Host": host, "Content-Length": "100", **signed}
            begun = "\r\n".join(f"{name}: {value}" for name, value in sent.items())
            head = f"POST /hooks/qq HTTP/1.1\r\n{begun}\r\n\r\n{{".encode()
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(head)
            assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)
            writer.close()
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(head)
            await writer.drain()
            writer.close()
            await asyncio.sleep(0.1)
            async with httpx.AsyncClient() as client:
                body = event()
                good = headers(qq.secret, body, app_id=qq.app_id)
                assert (await client.post(site.url, content=body, headers=good)).status_code == 200
        assert len(door.events) == 1

    asyncio.run(run())
    assert "Exception in ASGI" not in caplog.text
