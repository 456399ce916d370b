"""Thumbnails: small, upright, without what a camera noted, never of a bomb, gone with the file."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pictures
import pytest
from asking import Asker, Fill
from PIL import Image

from archive.backup import back_up
from archive.database import Archive
from archive.forget import forget, settle
from archive.groups import set_visibility
from archive.records import Attachment, Group, Message
from bot.publishing import publish
from web import thumbnails
from web.publish.state import Settings
from web.shrinking import shrunk
from web.sniff import looks

G, T0 = "qq:1", 1_760_000_000
Sent = Callable[..., str]


@pytest.fixture
def sent(archive: Archive, fill: Fill) -> Sent:
    def send(content: bytes, name: str = "照片.jpg", number: str = "1", kind: str = "photo") -> str:
        digest = archive.media.take(BytesIO(content)).sha256
        file = Attachment(kind, name, sha256=digest, size=len(content))
        fill(Group(G, "摄影群"), Message(G, number, T0, "qq:2", "阿禾", "photo", "看这张",
                                         attachments=(file,)))  # fmt: skip
        return digest

    return send


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


JPEG = pictures.saved(pictures.drawn(), "JPEG")


@pytest.mark.parametrize(
    ("content", "size", "mode"),
    [
        (JPEG, (640, 480), "RGB"),
        (pictures.saved(pictures.drawn(mode="CMYK"), "JPEG"), (640, 480), "RGB"),
        (pictures.of_another_colour_space(), (640, 480), "RGB"),
        (pictures.on_its_side(), (480, 640), "RGB"),
        (pictures.saved(pictures.drawn(90, 60), "PNG"), (90, 60), "RGB"),
        (pictures.saved(pictures.drawn(640, 900, "L"), "WEBP"), (455, 640), "RGB"),
        (pictures.saved(pictures.drawn(500, 6000), "PNG"), (213, 640), "RGB"),
        (pictures.see_through(), (300, 200), "RGBA"),
        (pictures.moving("GIF"), (300, 200), "RGB"),
        (pictures.moving("WEBP"), (300, 200), "RGB"),
    ],
)
def test_thumbnail_is_small_upright_and_tells_nothing_else(
    tmp_path: Path, content: bytes, size: tuple[int, int], mode: str
) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    made = shrunk(path)
    small = opened(made)
    assert (small.format, small.size, small.mode) == ("WEBP", size, mode)
    assert not {"exif", "icc_profile", "xmp"} & small.info.keys() and pictures.SECRET not in made
    assert getattr(small, "n_frames", 1) == 1
    found = looks(content)
    assert (found.width < found.height) == (size[0] < size[1])


def test_what_lay_on_its_side_stands(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(pictures.on_its_side())
    red, _, blue = opened(shrunk(tmp_path / "a")).getpixel((450, 20))  # type: ignore[misc]
    assert red > 200 > blue


def test_sixteen_bits_of_grey_are_not_cut_off(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(pictures.grey_in_sixteen_bits())
    small = opened(shrunk(tmp_path / "a")).convert("L")
    assert 100 < small.getpixel((320, 3)) < 150 < 230 < small.getpixel((630, 3))  # type: ignore[operator]


def test_a_clear_part_stays_clear(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(pictures.see_through())
    small = opened(shrunk(tmp_path / "a"))
    assert (small.getpixel((20, 20))[3], small.getpixel((250, 20))[3]) == (255, 0)  # type: ignore[index]


@pytest.mark.parametrize(
    "content",
    [pictures.bomb(), JPEG[:3000], JPEG[:20], b"", b"<svg/>",
     pictures.saved(pictures.drawn(8, 8), "TIFF"), b"GIF89a" + bytes(30)],
    ids=["bomb", "cut", "begun", "empty", "svg", "tiff", "gif"],
)  # fmt: skip
def test_what_cannot_or_must_not_be_decoded_has_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    assert shrunk(tmp_path / "a") == b""


def test_what_moves_is_known_by_its_beginning() -> None:
    assert [looks(pictures.moving(form)).moves for form in ("GIF", "WEBP", "PNG")] == [True] * 3
    still = (pictures.saved(pictures.drawn(9, 9), form) for form in ("GIF", "WEBP", "PNG", "JPEG"))
    assert not any(looks(one).moves for one in still)


def test_size_of_a_jpeg_is_found_behind_what_a_camera_wrote(tmp_path: Path) -> None:
    from web.sniff import looks_of

    told = Image.Exif()
    told[0x0112] = 8
    notes = bytes(65_000)
    (tmp_path / "a").write_bytes(
        pictures.saved(pictures.drawn(), "JPEG", exif=told, icc_profile=notes * 2)
    )
    found = looks_of(tmp_path / "a")
    assert found is not None and (found.width, found.height) == (1200, 1600)


def test_page_shows_a_thumbnail_and_leads_to_the_picture(
    sent: Sent, site: Asker, archive: Archive
) -> None:
    digest = sent(pictures.on_its_side())
    for path in (f"/m/{G}:1", "/g/qq:1/d/2025-10-09"):
        (link,) = site.page(path).xpath("//a[@class='pic']")
        assert link.get("href") == f"/media/{digest}"
        (image,) = link.iter("img")
        assert (image.get("width"), image.get("height")) == ("270", "360")
    assert not archive.media.thumbnails.exists()
    for _ in range(2):
        small = site.get(image.get("src"))
        assert small.headers["content-type"] == "image/webp"
        assert small.headers["cache-control"] == "private, no-store"
        assert "sandbox" in small.headers["content-security-policy"]
        assert small.content == archive.media.thumbnail(digest).read_bytes()
    assert site.get(f"/media/{digest}").content == pictures.on_its_side()


def test_long_screenshot_shows_its_top(sent: Sent, site: Asker) -> None:
    sent(pictures.saved(pictures.drawn(500, 6000), "PNG"))
    (image,) = site.page(f"/m/{G}:1").iter("img")
    assert (image.get("width"), image.get("height")) == ("120", "360")


def test_lists_show_thumbnails(sent: Sent, site: Asker) -> None:
    digest = sent(JPEG, kind="file")
    for path in ("/search?q=看这张", "/", "/files", "/g/qq:1/files"):
        (image,) = site.page(path).xpath("//img[contains(@class, 'snap')]")
        assert image.get("src") == f"/media/{digest}?small"
        assert image.get("width") and image.get("height")


def test_thumbnail_is_for_those_who_may_see_the_file(
    sent: Sent, site: Asker, archive: Archive
) -> None:
    small = f"/media/{sent(JPEG)}?small"
    assert site.get(small).status_code == 200
    assert site.get(small, host="example.org").status_code == 404
    with archive.writing() as db:
        set_visibility(db, G, "public", "operator")
    assert site.get(small, host="example.org").status_code == 200


@pytest.mark.parametrize("content", [b"%PDF-1.7", pictures.bomb()], ids=["pdf", "bomb"])
def test_what_is_no_picture_has_no_thumbnail(sent: Sent, site: Asker, content: bytes) -> None:
    digest = sent(content)
    assert site.get(f"/media/{digest}?small").status_code == 404
    assert not list(site.page(f"/m/{G}:1").iter("img"))


def test_broken_picture_is_called_by_its_name(sent: Sent, site: Asker, archive: Archive) -> None:
    digest = sent(JPEG[:3000], "合影.jpg")
    (image,) = site.page(f"/m/{G}:1").iter("img")
    assert "合影.jpg" in image.get("alt")
    for _ in range(2):
        assert site.get(image.get("src")).status_code == 415
    page = site.page(f"/m/{G}:1")
    assert not list(page.iter("img"))
    (file,) = page.xpath("//a[@class='file']")
    assert "合影.jpg" in file.text_content() and digest in file.get("href")


def test_forgotten_picture_takes_its_thumbnail_along(
    sent: Sent, site: Asker, archive: Archive
) -> None:
    digest = sent(JPEG)
    site.get(f"/media/{digest}?small")
    half = archive.media.thumbnail(digest).with_name(f".{digest}-x")
    half.write_bytes(b"left by a kill")
    with archive.writing() as db:
        forget(db, [f"{G}:1"], "qq:2")
    settle(archive)
    assert not [path for path in archive.media.thumbnails.rglob("*") if path.is_file()]
    # one that was being made meanwhile does not stay either
    archive.media.keep_thumbnail(digest, b"late")
    assert not archive.media.thumbnail(digest).exists()


def test_backup_leaves_thumbnails_out(
    sent: Sent, site: Asker, archive: Archive, tmp_path: Path
) -> None:
    site.get(f"/media/{sent(JPEG)}?small")
    made = back_up(archive, tmp_path / "backups")
    assert not list(made.path.rglob("*.webp")) and len(made.manifest.media) == 1


def test_decoder_that_died_is_begun_again(archive: Archive) -> None:
    digests = [archive.media.take(BytesIO(JPEG + bytes(n))).sha256 for n in range(2)]
    assert thumbnails.thumbnail(archive.media, digests[0])
    process = thumbnails._maker()._process
    assert process is not None
    os.kill(process.pid, 9)
    process.wait()
    assert thumbnails.thumbnail(archive.media, digests[1])


def test_picture_that_hangs_its_decoder_is_given_up(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (
        archive.media.take(BytesIO(JPEG + bytes(n))).sha256 for n in range(1, 4)
    )
    assert thumbnails.thumbnail(archive.media, first)
    process = thumbnails._maker()._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    monkeypatch.setattr(thumbnails, "_SECONDS", 0.1)
    assert thumbnails.thumbnail(archive.media, second) == b""
    assert thumbnails.cannot_be_made(archive.media, second)
    monkeypatch.undo()
    assert thumbnails.thumbnail(archive.media, third) and process.poll() is not None


def test_published_pages_have_thumbnails_beside_the_files(
    sent: Sent, archive: Archive, tmp_path: Path
) -> None:
    whole, broken = sent(JPEG), sent(JPEG[:3000], "坏了.jpg", "2")
    with archive.writing() as db:
        set_visibility(db, G, "members", "operator")
    out = tmp_path / "site"
    done = publish(archive, out, Settings(members=True))
    page = (out / "g/qq_3a1/2025-10-09.html").read_text()
    assert f'src="../../media/{whole}-small.webp"' in page
    assert f'href="../../media/{whole}.jpg"' in page
    assert f"{broken}-small" not in page and f'href="../../media/{broken}.jpg"' in page
    assert done.media == 2
    assert opened((out / f"media/{whole}-small.webp").read_bytes()).size == (640, 480)
    with archive.writing() as db:
        forget(db, [f"{G}:1"], "qq:2")
    publish(archive, out, Settings(members=True))
    assert [path.name for path in (out / "media").iterdir()] == [f"{broken}.jpg"]
