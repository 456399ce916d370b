"""Headers: every answer carries them, the error pages and files included."""

from __future__ import annotations

import logging

import pytest

from archive.records import Group, Message

PATHS = [
    "/", "/search?q=x", "/essence", "/tags", "/about", "/nothing", "/m/none", "/api/search?q=x",
    "/api/groups", "/healthz", "/api/openapi.json", "/api", "/api/essence",
    "/static/style.css", "/static/none",
    "/media/" + "0" * 64, "/essence?before=x", "/search?order=x",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_security_headers(site, path):
    headers = site.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    for part in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert part in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-resource-policy"] == "same-origin"


def test_pages_are_kept_by_no_cache_and_the_stylesheet_for_ever(site):
    for path in ("/", "/search?q=x", "/api/groups", "/m/none"):
        assert site.get(path).headers["cache-control"] == "private, no-store"
    assert "immutable" in site.get("/static/style.css").headers["cache-control"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/search", "/api/search", "/m/x", "/essence/1"])
def test_nothing_but_reading_is_allowed(site, method, path):
    answer = site.get(path, method=method)
    assert answer.status_code == 405 and "allow" in answer.headers


def test_head_answers_like_get_without_a_body(site):
    assert site.get("/", method="HEAD").status_code == 200
    assert site.get("/m/none", method="HEAD").status_code == 404


def test_documentation_pages_from_elsewhere_are_off(site):
    assert site.get("/docs").status_code == site.get("/redoc").status_code == 404
    page = site.page("/api")
    loaded = page.xpath("//@src | //link[not(@rel='alternate')]/@href")
    assert loaded and all(address.startswith("/static/") for address in loaded)


def test_broken_page_says_so_without_a_traceback_or_message_text(site, archive, fill, caplog):
    fill(Group("qq:1", title="群"), Message("qq:1", id="1", sent_at=1_760_000_000, text="秘密"))
    with archive.writing() as db:
        db.execute("UPDATE messages SET detail = ?", ('{"spans": [["秘密"]]}',))
    with caplog.at_level(logging.DEBUG):
        answer = site.get("/m/qq:1:1")
    assert answer.status_code == 500 and "出了点问题" in answer.text
    assert "Traceback" not in answer.text and "TypeError" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "TypeError" in caplog.text and "秘密" not in caplog.text
    assert site.get("/api/messages/qq:1:1").json()["error"] == "internal error"


def test_damaged_archive_is_a_page_that_says_so(site, archive):
    archive.path.write_bytes(b"not a database" * 1000)
    for stale in archive.folder.glob("archive.db-*"):
        stale.unlink()
    answer = site.get("/")
    assert answer.status_code == 503 and "存档暂时打不开" in answer.text
    assert site.get("/healthz").status_code == 503


def test_compressed_only_for_who_takes_it(site):
    assert site.get("/", accept_encoding="gzip").headers["content-encoding"] == "gzip"
    for refused in ("identity", "br", "gzip;q=0"):
        assert "content-encoding" not in site.get("/", accept_encoding=refused).headers
