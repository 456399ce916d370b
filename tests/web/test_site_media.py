"""Stored files: raster pictures inline, everything else to be saved, hostile names inert."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest

from archive.records import Attachment, Group, Message
from web.pages.media import _file_name
from web.sniff import looks

KEY = "qq:1"


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02\0\0\0"


def jpeg(width: int, height: int) -> bytes:
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\0" * 12
    return b"\xff\xd8\xff\xe0\x00\x04ab" + frame


GIF = b"GIF89a" + struct.pack("<HH", 3, 4) + b"\0" * 8
WEBP = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x0f\0\0\x07\0\0"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
PDF = b"%PDF-1.7 \x89PNG\r\n\x1a\n<script>alert(1)</script>"
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("head", "mime", "size"),
    [
        (png(640, 480), "image/png", (640, 480)),
        (jpeg(320, 200), "image/jpeg", (320, 200)),
        (GIF, "image/gif", (3, 4)),
        (WEBP, "image/webp", (16, 8)),
        (b"\0\0\0\x18ftypmp42", "video/mp4", (0, 0)),
        (b"OggS\0", "audio/ogg", (0, 0)),
        *[
            (other, "application/octet-stream", (0, 0))
            for other in (SVG, PDF, HTML, b"", b"\x89PNG")
        ],
        (png(0, 0), "application/octet-stream", (0, 0)),
        (b"\xff\xd8\xff" + b"\xff" * 100, "application/octet-stream", (0, 0)),
    ],
)
def test_type_is_what_the_bytes_say(head, mime, size):
    found = looks(head)
    assert (found.mime, (found.width, found.height)) == (mime, size)


@pytest.fixture
def stored(archive, fill):
    def store(content: bytes, name: str = "a.png", **k) -> str:
        digest = archive.media.take(BytesIO(content)).sha256
        file = Attachment(k.pop("kind", "photo"), name=name, sha256=digest, mime="image/png", **k)
        fill(
            Group(KEY, title="群"),
            Message(KEY, id="1", sent_at=1_760_000_000, kind="photo", attachments=(file,)),
        )
        return digest

    return store


def test_raster_picture_is_inline_with_its_real_type_and_size(stored, site):
    digest = stored(jpeg(1280, 720), "骗人.svg")
    answer = site.get(f"/media/{digest}")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"].startswith("inline")
    (image,) = site.page(f"/m/{KEY}:1").iter("img")
    assert (image.get("width"), image.get("height"), image.get("loading")) == ("320", "180", "lazy")


@pytest.mark.parametrize("content", [SVG, PDF, HTML])
def test_anything_else_is_only_for_download(stored, site, content):
    """TRUST 16."""
    answer = site.get(f"/media/{stored(content)}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    page = site.page(f"/m/{KEY}:1")
    assert list(page.iter("img")) == [] and page.find_class("file")


def test_picture_of_too_many_pixels_is_never_decoded(stored, site):
    """TRUST 16."""
    digest = stored(png(50_000, 50_000))
    assert site.get(f"/media/{digest}").headers["content-disposition"].startswith("attachment")
    assert site.get(f"/media/{digest}", sec_fetch_dest="image").status_code == 406
    assert list(site.page(f"/m/{KEY}:1").iter("img")) == []


@pytest.mark.parametrize(
    "name",
    [
        "../../x",
        "/etc/passwd",
        "C:\\x",
        "a\0b",
        "n" * 300,
        "CON",
        "x.",
        "\u202egnp.exe",
        '"><script>',
    ],
)
def test_file_name_is_only_a_label(stored, site, name):
    """TRUST 15."""
    digest = stored(b"PK\x03\x04", name, kind="file")
    answer = site.get(f"/media/{digest}/whatever/../..%2fx")
    assert answer.status_code == 200 and answer.content == b"PK\x03\x04"
    saved = answer.headers["content-disposition"]
    assert "/" not in saved.replace("UTF-8''", "") and '"' not in saved and "%2F" not in saved
    assert 0 < len(_file_name(name)) <= 120 and not set(_file_name(name)) & set('/\\:"<>\0\u202e')


@pytest.mark.parametrize("digest", ["0" * 64, "x" * 64, "..%2f..%2farchive.db", "0", "A" * 64])
def test_missing_file_is_not_found(site, digest):
    assert site.get(f"/media/{digest}").status_code == 404


def test_file_gone_from_the_folder_is_not_found(stored, site, archive):
    digest = stored(GIF)
    archive.media.path(digest).unlink()
    assert site.get(f"/media/{digest}").status_code == 404


def test_hidden_file_is_not_found(stored, site):
    """TRUST 31."""
    assert site.get(f"/media/{stored(GIF)}", host="example.org").status_code == 404


def test_part_of_a_file_can_be_asked_for(stored, site):
    digest = stored(b"OggS" + b"\0" * 96, "a.ogg", kind="voice")
    answer = site.get(f"/media/{digest}", range="bytes=0-3")
    assert answer.status_code == 206 and answer.content == b"OggS"


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        ("too large", "文件太大，没有导出"),
        ("not exported", "导出时没有选这个文件"),
        ("别的", "别的"),
        (None, "还没有取回"),
    ],
)
def test_missing_file_says_why(fill, site, why, shown):
    """TRUST 14."""
    lost = Attachment("video", name="录像.mp4", missing=why)
    fill(Group(KEY), Message(KEY, id="1", sent_at=1_760_000_000, attachments=(lost,)))
    text = site.page(f"/m/{KEY}:1").text_content()
    assert f"未存档：{shown}" in text and "录像.mp4" in text
