"""Voice of WeChat and QQ plays in the browser; the original is kept and handed over as it is."""

from __future__ import annotations

import io
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from asking import Asker, Fill
from voices import recorded, spoken

from archive.database import Archive
from archive.records import Attachment, Group, Message
from web import voice

G = "wechat:1@chatroom"
Heard = Callable[[bytes, str], str]


@pytest.fixture
def heard(archive: Archive, fill: Fill) -> Heard:
    def hear(data: bytes, name: str) -> str:
        stored = archive.media.take(io.BytesIO(data))
        said = Attachment("voice", name, sha256=stored.sha256, size=stored.size, duration=1)
        fill(Group(G, "群"), Message(G, "1", 1_700_000_000, "wechat:a", "甲", "voice",
                                    attachments=(said,)))  # fmt: skip
        return stored.sha256

    return hear


@pytest.mark.parametrize(
    ("data", "name", "rate", "frames"),
    [(recorded(), "a.silk", 24_000, 20_000), (spoken(), "a.amr", 8_000, 7_900)],
)
def test_voice_is_played_and_kept(
    site: Asker, heard: Heard, data: bytes, name: str, rate: int, frames: int
) -> None:
    digest = heard(data, name)
    page = site.page(f"/m/{G}:1")
    (address,) = page.xpath("//audio/@src")
    assert address.endswith("?play")
    played = site.get(address)
    assert played.status_code == 200 and played.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(played.content)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (1, rate)
        assert sound.getnframes() > frames
        heights = memoryview(sound.readframes(rate)).cast("h")
        assert max(heights) > 5_000 and min(heights) < -5_000
    for asked, part in (
        ("0-1", slice(0, 2)),
        ("44-", slice(44, None)),
        ("9-9999999", slice(9, None)),
    ):
        answer = site.get(address, range=f"bytes={asked}")
        assert (answer.status_code, answer.content) == (206, played.content[part])
    assert site.get(address, range="bytes=9999999-").status_code == 416
    original = site.get(f"/media/{digest}/{name}")
    assert original.content == data
    assert original.headers["content-disposition"].startswith("attachment")


def test_voice_that_nothing_here_can_decode_says_so(
    site: Asker, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    voice.can_be_played.cache_clear()
    digest = heard(spoken(), "a.amr")
    page = site.page(f"/m/{G}:1")
    assert not page.xpath("//audio")
    (file,) = page.xpath("//a[@class='file']")
    assert file.get("href").startswith(f"/media/{digest}") and "?play" not in file.get("href")
    assert "浏览器放不了" in file.text_content()
    assert site.get(f"/media/{digest}?play").status_code == 415
    voice.can_be_played.cache_clear()


def test_opus_is_handed_over_as_it_is(site: Asker, heard: Heard) -> None:
    data = spoken("libopus", "ogg", 48_000)
    heard(data, "voice_1.ogg")
    (address,) = site.page(f"/m/{G}:1").xpath("//audio/@src")
    answer = site.get(address)
    assert (answer.content, answer.headers["content-type"]) == (data, "audio/ogg")


def test_what_was_cut_is_heard_as_far_as_it_goes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(spoken()[:400])
    found = voice.as_wav(tmp_path / "a")
    assert found is not None and 7_000 < len(found) < 12_000


@pytest.mark.parametrize(
    "data",
    [b"\x02#!SILK_V3", b"\x02#!SILK_V3" + b"\xff\x7f" * 9000, b"#!SILK_V3" + bytes(999),
     b"#!AMR", b"#!AMR\n", b"#!AMR\n" + b"\xff\x7f" * 9000, b"#!AMR-WB\n" + bytes(99),
     b"#!AMR\nRIFF\0\0\0\0WAVEfmt "],
)  # fmt: skip
def test_what_is_no_voice_does_no_harm(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    found = voice.as_wav(path)
    assert found is None or len(found) <= voice.LONGEST


def test_what_is_too_large_is_not_tried(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(recorded() + bytes(voice.LARGEST))
    assert voice.as_wav(path) is None
