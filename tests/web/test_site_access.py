"""Who reads: the operator only where the request certainly comes from this machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from archive.access import operator, public
from archive.records import Group, Message
from web.access import reader_of
from web.app import create_app

KEY = "telegram:-1001"
LOCAL = (b"host", b"127.0.0.1:8765")


@pytest.fixture
def private(fill, site):
    said = Message(KEY, id="1", sent_at=1_760_000_000, sender_key="telegram:1", text="部署成功")
    fill(Group(KEY, title="密群"), said)
    return site


def asked(*headers: tuple[bytes, bytes], client: str = "127.0.0.1") -> Request:
    return Request({"type": "http", "headers": list(headers), "client": (client, 5)})


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8765", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8765"]
)
def test_operator_reads_on_loopback_host(host):
    assert reader_of(asked((b"host", host.encode())), True) == operator()


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example:8765",
        "127.0.0.1@evil.example", "0.0.0.0:8765", "192.168.1.5:8765", "[::2]", "::1", "",
        "localhost:8765:1", "localhost.", "127.0.0.1:8765, localhost", "localhost\t",
    ],
)  # fmt: skip
def test_another_host_reads_as_public_so_rebinding_gains_nothing(host):
    assert reader_of(asked((b"host", host.encode())), True) == public()


def test_host_missing_or_twice_reads_as_public():
    assert reader_of(asked(), True) == public()
    assert reader_of(asked(LOCAL, (b"host", b"localhost")), True) == public()


@pytest.mark.parametrize(
    "name",
    [
        "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded",
        "x-real-ip", "via", "x-client-ip", "true-client-ip", "cf-connecting-ip", "cdn-loop",
        "x-original-url", "proxy-connection", "x-envoy-external-address", "client-ip",
    ],
)  # fmt: skip
def test_any_trace_of_a_proxy_reads_as_public(name):
    assert reader_of(asked(LOCAL, (name.encode(), b"")), True) == public()


@pytest.mark.parametrize("client", ["192.168.1.5", "8.8.8.8", "::2", "testclient", ""])
def test_a_caller_from_elsewhere_reads_as_public(client):
    assert reader_of(asked(LOCAL, client=client), True) == public()
    assert (
        reader_of(Request({"type": "http", "headers": [LOCAL], "client": None}), True) == public()
    )


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_every_form_of_loopback_is_this_machine(client):
    assert reader_of(asked(LOCAL, client=client), True) == operator()


def test_bound_to_the_network_everybody_reads_as_public():
    assert reader_of(asked(LOCAL), False) == public()


def test_an_image_on_another_site_reads_as_public_but_a_click_does_not():
    cross = (b"sec-fetch-site", b"cross-site")
    assert reader_of(asked(LOCAL, cross, (b"sec-fetch-dest", b"image")), True) == public()
    assert reader_of(asked(LOCAL, cross), True) == public()
    assert reader_of(asked(LOCAL, cross, (b"sec-fetch-dest", b"document")), True) == operator()


@given(st.binary(max_size=40))
def test_no_other_host_whatsoever_is_the_operator(host):
    known = {b"localhost", b"127.0.0.1", b"[::1]"}
    if host.lower().rpartition(b":")[0] not in known and host.lower() not in known:
        assert reader_of(asked((b"host", host)), True) == public()


def test_private_group_is_read_by_the_operator_only(private):
    for path in (f"/m/{KEY}:1", f"/g/{KEY}", f"/api/messages/{KEY}:1"):
        assert "部署成功" in private.get(path).text
        for hidden in (
            private.get(path, host="rebound.example:8765"),
            private.get(path, x_forwarded_for="203.0.113.9"),
            private.get(path, client="203.0.113.9"),
        ):
            assert hidden.status_code == 404
            assert "部署" not in hidden.text and "密群" not in hidden.text


def test_hidden_and_missing_look_the_same(private):
    """TRUST 31."""
    pairs = [
        (f"/m/{KEY}:1", f"/m/{KEY}:2"),
        (f"/g/{KEY}", "/g/telegram:-1002"),
        (f"/g/{KEY}/d/2025-10-09", "/g/telegram:-1002/d/2025-10-09"),
        (f"/api/messages/{KEY}:1", f"/api/messages/{KEY}:2"),
        ("/essence/1", "/essence/2"),
        (f"/essence?group={KEY}", "/essence?group=telegram:-1002"),
        ("/tag/密", "/tag/无"),
    ]
    for hidden, missing in pairs:
        one, other = (private.get(path, host="example.org") for path in (hidden, missing))
        assert one.status_code == other.status_code == 404, hidden
        # the page's link to its other language names the path that was asked for
        assert len(one.text) - len(hidden) == pytest.approx(len(other.text) - len(missing), abs=40)
        assert dict(one.headers).keys() == dict(other.headers).keys()


def test_public_reader_finds_nothing_private(private):
    for path in ("/", "/search?q=部署", "/api/search?q=部署", "/api/groups", "/tags", "/healthz"):
        text = private.get(path, host="example.org").text
        assert "部署成功" not in text and "密群" not in text


def test_site_bound_to_the_network_serves_no_private_group(archive, private):
    private.app = create_app(archive, loopback=False)
    assert private.get(f"/m/{KEY}:1").status_code == 404
