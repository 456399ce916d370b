"""The signed route: nothing is taken that is forged, old, too large or too much."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ingest import HEADER, KEY, TIMESTAMP, Answer, Endpoint, Push, signature

SECRET = "a secret of some length"
LARGEST = 1_000


class Door:
    """An endpoint that is asked as a server asks it, and remembers what it took."""

    def __init__(self, per_minute: int = 600) -> None:
        self.taken: list[Push] = []
        self.noted: list[int] = []
        self.read = 0
        """Bytes of the last body that were asked for."""
        self.endpoint = Endpoint(
            "home", SECRET, largest=LARGEST, per_minute=per_minute, take=self._take,
            note=self.noted.append,
        )  # fmt: skip

    async def _take(self, push: Push) -> Answer:
        self.taken.append(push)
        return Answer(200, b"{}")

    def ask(self, *pieces: bytes, query: bytes = b"", **headers: str | None) -> int:
        """Send a body in pieces; a header that is None is left out. Return the status."""
        at = int(time.time())
        named: dict[str, str | None] = {
            TIMESTAMP: str(at), HEADER: signature(SECRET, at, b"".join(pieces)),
        }  # fmt: skip
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = [(k.lower().encode(), v.encode("latin-1")) for k, v in named.items() if v is not None]
        return asyncio.run(self._ask(list(pieces), query, raw))

    async def _ask(
        self, pieces: list[bytes], query: bytes, headers: list[tuple[bytes, bytes]]
    ) -> int:
        self.read = 0
        statuses: list[int] = []

        async def receive() -> dict[str, Any]:
            piece = pieces.pop(0) if pieces else b""
            self.read += len(piece)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        scope = {
            "type": "http", "method": "POST", "path": "/api/ingest/home", "headers": headers,
            "query_string": query,
        }  # fmt: skip
        await self.endpoint.route().handle(scope, receive, send)
        (status,) = statuses
        return status


@pytest.fixture
def door() -> Door:
    return Door()


def test_what_is_signed_is_taken_as_it_was_sent(door: Door) -> None:
    assert (
        door.ask(b"one", b"two", query=b"dry_run=1", Idempotency_Key="k", Content_Type="A/B") == 200
    )
    (push,) = door.taken
    assert (push.body, push.key, push.dry_run, push.content_type) == (b"onetwo", "k", True, "a/b")
    assert door.ask(b"", query=b"dry_run=0") == 200 and not door.taken[1].dry_run


def forged(body: bytes = b"body", at: int = 0, secret: str = SECRET) -> dict[str, str | None]:
    """Sign for so many seconds from now."""
    moment = int(time.time()) + at
    return {TIMESTAMP: str(moment), HEADER: signature(secret, moment, body)}


def ahead() -> dict[str, str | None]:
    """Name another second than the one that is signed."""
    return {TIMESTAMP: str(int(time.time()) + 100)}


# what depends on the time is made when it is asked for: collecting may have been minutes ago
@pytest.mark.parametrize(
    "headers",
    [
        lambda: {HEADER: None},
        lambda: {TIMESTAMP: None},
        lambda: {HEADER: ""},
        lambda: {HEADER: "v1=" + "0" * 64},
        lambda: {HEADER: "v1=" + "é" * 64},
        lambda: {HEADER: "v2=" + signature(SECRET, int(time.time()), b"body")[3:]},
        lambda: {TIMESTAMP: "now"},
        lambda: {TIMESTAMP: "²" * 10},
        lambda: {TIMESTAMP: "9" * 400},
        lambda: {TIMESTAMP: "-5"},
        ahead,
        lambda: forged(secret="another secret, as long"),
        lambda: forged(b"another body"),
    ],
)
def test_what_is_forged_or_old_is_refused(
    door: Door, headers: Callable[[], dict[str, str | None]]
) -> None:
    """Fault 36."""
    assert door.ask(b"body", **headers()) == 401
    assert door.taken == [] and door.noted == [401]


@pytest.mark.parametrize("at", [-310, 310, 10**9])
def test_what_was_signed_long_ago_or_ahead_of_time_is_refused(door: Door, at: int) -> None:
    """Fault 36: a replayed timestamp."""
    assert door.ask(b"body", **forged(at=at)) == 401 and door.taken == []


def test_a_signature_holds_for_five_minutes_and_one_of_several_is_enough(door: Door) -> None:
    now = int(time.time())
    for at in (now - 290, now + 290):
        assert door.ask(b"b", **{TIMESTAMP: str(at), HEADER: signature(SECRET, at, b"b")}) == 200
    both = f"{signature('a former secret, longer', now, b'b')}, {signature(SECRET, now, b'b')}"
    assert door.ask(b"b", **{TIMESTAMP: str(now), HEADER: both}) == 200


def test_of_a_body_that_is_too_large_no_more_is_read_than_the_cap(door: Door) -> None:
    """Fault 36: 100 MB, announced or not."""
    assert door.ask(b"x", Content_Length="100000000") == 413 and door.read == 0
    assert door.ask(b"x", Content_Length="9" * 400) == 413 and door.read == 0
    assert door.ask(*[b"x" * 100] * 1_000) == 413 and door.read == LARGEST + 100
    assert door.ask(b"x" * LARGEST) == 200 and len(door.taken) == 1
    assert door.endpoint._held == 0


def test_more_requests_than_agreed_wait(door: Door) -> None:
    slow = Door(per_minute=2)
    assert [slow.ask(b"a") for _ in range(3)] == [200, 200, 429]
    # who has no secret uses up nothing
    other = Door(per_minute=1)
    assert [other.ask(b"a", **{HEADER: "v1=" + "0" * 64}) for _ in range(5)] == [401] * 5
    assert other.ask(b"a") == 200


def test_what_is_packed_or_has_a_wrong_key_is_refused(door: Door) -> None:
    assert door.ask(b"a", Content_Encoding="gzip") == 415
    for key in ("", "a b", "x" * 201, "\xe9"):
        assert door.ask(b"a", **{KEY: key}) == 400


texts = st.text(st.characters(max_codepoint=255, exclude_characters="\0\r\n"), max_size=80)


odd = st.fixed_dictionaries(
    {}, optional=dict.fromkeys((TIMESTAMP, HEADER, KEY, "Content-Length", "Expect"), texts)
)


@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=2_000), headers=odd, query=st.binary(max_size=20))
def test_whatever_is_asked_is_answered(body: bytes, headers: dict[str, str], query: bytes) -> None:
    assert Door().ask(body, query=query, **headers) in (200, 400, 401, 413)
