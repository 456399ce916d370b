"""Files of messages: fetched by their id, or a reason why not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from bot_api import FakeBotApi
from bot_api_updates import TECH, message
from telegram_door import bot_for

from adapters.contract import AdapterError, LoginExpired, NotReachable, Unavailable
from archive.records import Message


@pytest.fixture
def fake() -> Iterator[FakeBotApi]:
    with FakeBotApi() as running:
        yield running


def fetch(fake: FakeBotApi, source: str, **options: int) -> bytes:
    async def run() -> bytes:
        adapter = bot_for(fake, **options)
        try:
            return b"".join([piece async for piece in adapter.fetch(source)])
        finally:
            await adapter.close()

    return asyncio.run(run())


def source_of(fake: FakeBotApi, **fields: Any) -> str:
    raw = json.dumps({"update_id": 1, "message": message(5, TECH, **fields)}).encode()
    (told,) = (r for r in bot_for(fake).records(raw) if isinstance(r, Message))
    return told.attachments[0].source or ""


def test_file_a_record_names_can_be_fetched(fake: FakeBotApi) -> None:
    content = bytes(range(256)) * 5000
    file = fake.add_file(content, "photos/文 件_1.jpg")
    assert fetch(fake, source_of(fake, document=file)) == content
    sizes = [fake.add_file(b"small", "photos/s.jpg") | {"width": 90, "height": 60},
             fake.add_file(b"large!", "photos/x.jpg") | {"width": 900, "height": 600}]  # fmt: skip
    assert fetch(fake, source_of(fake, photo=sizes)) == b"large!"
    assert fetch(fake, fake.add_file(b"", "documents/empty")["file_id"]) == b""


def test_file_larger_than_the_bot_api_hands_out_has_that_reason(fake: FakeBotApi) -> None:
    """Fault 14."""
    large = fake.add_file(b"x", "videos/long.mp4", size=20 * 1024 * 1024 + 1)
    with pytest.raises(Unavailable) as caught:
        fetch(fake, large["file_id"])
    assert caught.value.what == "too large for the Bot API"
    some = fake.add_file(b"x" * 2000, "videos/short.mp4", size=900)
    with pytest.raises(Unavailable):
        fetch(fake, some["file_id"], largest_file=1000)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"method": "getFile", "status": 400, "description": "Bad Request: wrong file_id"},
         Unavailable),
        ({"method": "getFile", "status": 500}, NotReachable),
        ({"method": "getFile", "status": 200, "body": b"<html>"}, NotReachable),
        ({"method": "file", "status": 404, "body": b"gone"}, Unavailable),
        ({"method": "file", "status": 403, "body": b"no"}, Unavailable),
        ({"method": "file", "status": 503, "body": b"later"}, NotReachable),
        ({"method": "file", "drop": True, "body": b"x" * 30}, NotReachable),
        ({"method": "file", "status": 200, "body": b"short"}, NotReachable),
    ],
)  # fmt: skip
def test_file_that_does_not_come_whole_is_an_error(
    fake: FakeBotApi, fault: dict[str, Any], error: type[AdapterError]
) -> None:
    """Fault 14: 403, wrong length, gone."""
    file = fake.add_file(b"content of some length")
    fake.fail(**fault)
    with pytest.raises(error) as caught:
        fetch(fake, file["file_id"])
    assert type(caught.value) is error or issubclass(type(caught.value), NotReachable)
    assert fetch(fake, file["file_id"]) == b"content of some length"


def test_unknown_file_and_revoked_token(fake: FakeBotApi) -> None:
    with pytest.raises(Unavailable) as caught:
        fetch(fake, "AgADnothing")
    assert caught.value.what == "unavailable"
    fake.revoke()
    with pytest.raises(LoginExpired):
        fetch(fake, "AgADnothing")
    fake.stop()
    with pytest.raises(NotReachable):
        fetch(fake, "AgADnothing")
