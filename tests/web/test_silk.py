"""Voice of WeChat and QQ plays in the browser; the original is kept and handed over as it is."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import pysilk
import pytest
from asking import Asker, Fill

from archive.database import Archive
from archive.records import Attachment, Group, Message
from web import silk

G = "wechat:1@chatroom"


def recorded(seconds: int = 1) -> bytes:
    out = io.BytesIO()
    pysilk.encode(io.BytesIO(bytes(range(256)) * 187 * seconds), out, 24_000, 24_000)
    return out.getvalue()


@pytest.fixture
def digest(archive: Archive, fill: Fill) -> str:
    stored = archive.media.take(io.BytesIO(recorded()))
    voice = Attachment("voice", "a.silk", sha256=stored.sha256, size=stored.size)
    fill(Group(G, "群"), Message(G, "1", 1_700_000_000, "wechat:a", "甲", "voice",
                                attachments=(voice,)))  # fmt: skip
    return stored.sha256


def test_voice_is_played_and_kept(site: Asker, archive: Archive, digest: str) -> None:
    page = site.page(f"/m/{G}:1")
    (address,) = page.xpath("//audio/@src")
    assert address.endswith("?play")
    played = site.get(address)
    assert played.status_code == 200 and played.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(played.content)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (1, 24_000)
        assert sound.getnframes() > 20_000
    original = site.get(f"/media/{digest}/a.silk")
    assert original.content == archive.media.path(digest).read_bytes() == recorded()
    assert original.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "data", [b"\x02#!SILK_V3", b"\x02#!SILK_V3" + b"\xff\x7f" * 9000, b"#!SILK_V3" + bytes(999)]
)
def test_what_is_no_voice_does_no_harm(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    found = silk.as_wav(path)
    assert found is None or len(found) <= silk.LONGEST


def test_what_is_too_large_is_not_tried(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(recorded() + bytes(silk.LARGEST))
    assert silk.as_wav(path) is None
