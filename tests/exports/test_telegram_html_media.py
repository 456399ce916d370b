"""Telegram Desktop HTML: files, missing files, polls, places, contacts, calls and cards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from test_telegram_html import message, row

from archive.records import Attachment, Message, Poll

NOT_INCLUDED = "Not included, change data exporting settings to download."


def wrap(inner: str) -> str:
    return f'\n<div class="media_wrap clearfix">\n{inner}\n</div>\n'


def block(name: str, title: str, status: str = "", about: str = "", href: str | None = None) -> str:
    """Write a media block as the exporter does."""
    parts = (("title bold", title), ("description", about), ("status details", status))
    body = "".join(f'\n<div class="{c}">\n{text}\n</div>\n' for c, text in parts if text)
    opening = f'a class="media clearfix pull_left block_link {name}" href="{href}"'
    if href is None:
        opening = f'div class="media clearfix pull_left {name}"'
    fill = '<div class="fill pull_left">\n</div>'
    return wrap(f'<{opening}>{fill}<div class="body">{body}</div></{opening.partition(" ")[0]}>')


def thumbed(name: str, inner: str = "") -> str:
    """Write a picture that is shown by its thumbnail."""
    return wrap(
        f'<a class="{name} clearfix pull_left" href="files/x.bin">{inner}'
        '<img class="photo" src="files/x_thumb.jpg" style="width: 260px; height: 62px"/></a>'
    )


def said(folder: Path, inner: str) -> Message:
    return message(folder, row(1, None, inner=inner))


@pytest.mark.parametrize(
    ("html", "attachment"),
    [
        (thumbed("photo_wrap"), Attachment("photo", path="files/x.bin")),
        (thumbed("sticker_wrap"), Attachment("sticker", path="files/x.bin")),
        (
            thumbed("animated_wrap", '<div class="gif_play">GIF</div>'),
            Attachment("animation", path="files/x.bin"),
        ),
        (
            thumbed("video_file_wrap", '<div class="video_duration">\n01:05\n</div>'),
            Attachment("video", path="files/x.bin", duration=65),
        ),
        (
            block("media_photo", "Photo", "1280×195", href="photos/p.jpg"),
            Attachment("photo", path="photos/p.jpg", width=1280, height=195),
        ),
        (
            block("media_photo", "Photo", "1280x195, 70.5 KB", NOT_INCLUDED),
            Attachment("photo", missing="not exported", width=1280, height=195, size=72192),
        ),
        (
            block("media_video", "Video file", "1:00:01, 2 GB", "Exceeds maximum size, change …"),
            Attachment("video", missing="too large", duration=3601, size=2 << 30),
        ),
        (
            block("media_video", "Animation", "1.5 MB", "Unavailable, please try again later."),
            Attachment("animation", missing="unavailable", size=1572864),
        ),
        (
            block("media_voice_message", "Voice message", "00:07", href="voice/a.ogg"),
            Attachment("voice", path="voice/a.ogg", duration=7),
        ),
        (
            block("media_file", "周报:二.xlsx", "50.6 KB", href="files/周报_二.xlsx"),
            Attachment("file", name="周报:二.xlsx", path="files/周报_二.xlsx", size=51814),
        ),
        (
            block("media_file", "File", "3 B", href="files/a.bin"),
            Attachment("file", name="a.bin", path="files/a.bin", size=3),
        ),
        (
            block("media_photo", "Self-destructing photo", "Expired"),
            Attachment("photo", missing="expired"),
        ),
    ],
)
def test_file_is_an_attachment_of_its_kind(
    tmp_path: Path, html: str, attachment: Attachment
) -> None:
    found = said(tmp_path, html)
    assert (found.kind, found.attachments) == (attachment.kind, (attachment,))


@pytest.mark.parametrize(
    ("html", "kind", "detail"),
    [
        (
            block("media_photo", "Sticker", "😀, 20 KB", NOT_INCLUDED),
            "sticker",
            {"emoji": "😀"},
        ),
        (block("media_photo", "Sticker", "20 KB", NOT_INCLUDED), "sticker", {}),
        (
            block("media_video", "Video message", "00:03", href="round/a.mp4"),
            "video",
            {"media_type": "video_message"},
        ),
        (
            block("media_audio_file", "崔健 – 一无所有", "03:30", href="files/a.mp3"),
            "audio",
            {"performer": "崔健", "title": "一无所有"},
        ),
        (
            block("media_contact", "李 四 ", "+86 10 0000 0000 - vCard", href="contacts/c.vcard"),
            "contact",
            {
                "contact": {"first_name": "李 四", "phone_number": "+86 10 0000 0000"},
                "vcard": "contacts/c.vcard",
            },
        ),
        (
            block("media_location", "Location", "39.9, -116.4", href="https://maps.google.com/"),
            "location",
            {"location": {"latitude": 39.9, "longitude": -116.4}},
        ),
        (
            block("media_live_location", "Live location", "39.9, 116.4"),
            "location",
            {"location": {"latitude": 39.9, "longitude": 116.4}, "live": True},
        ),
        (
            block(
                "media_venue", "茶馆", "", "胡同 3 号", "https://maps.google.com/maps?q=39.9,116.4&amp;z=16"
            ),
            "location",
            {
                "location": {"latitude": 39.9, "longitude": 116.4},
                "place": "茶馆",
                "address": "胡同 3 号",
            },
        ),
        (
            block("media_game", "2048", "https://t.me/g?game=x", "数字", "https://t.me/g?game=x"),
            "game",
            {"game_title": "2048", "game_description": "数字", "game_link": "https://t.me/g?game=x"},
        ),
        (
            block("media_invoice", "门票", "¥ 30.00", "一张"),
            "card",
            {"invoice": {"title": "门票", "description": "一张", "amount": "¥ 30.00"}},
        ),
        (
            block("media_call success", "李四", "Outgoing (75 seconds)"),
            "call",
            {"status": "Outgoing", "duration_seconds": 75},
        ),
        (
            wrap(
                '<div class="media_giveaway"><div class="section_title bold">\nGiveaway Prize\n'
                '</div><div class="section_body"><b>1</b> 书</div></div>'
            ),
            "card",
            {"giveaway": {"text": "Giveaway Prize 1 书"}},
        ),
    ],
)  # fmt: skip
def test_what_a_block_tells_is_kept(
    tmp_path: Path, html: str, kind: str, detail: dict[str, Any]
) -> None:
    found = said(tmp_path, html)
    assert (found.kind, found.detail) == (kind, detail)


def test_poll_has_its_options_with_votes(tmp_path: Path) -> None:
    html = wrap(
        '<div class="media_poll"><div class="question bold">\n去哪里?\n</div>'
        '<div class="details">\nFinal results\n</div>'
        '<div class="answer">\n- 山里 <span class="details">12 votes, chosen vote</span>\n  </div>'
        '<div class="answer">\n- - 海边  <span class="details">1 vote</span>\n  </div>'
        '<div class="answer">\n- 都不去\n  </div>'
        '<div class="total details&#x09;">\n13 votes\n</div></div>'
    )
    found = said(tmp_path, html)
    assert found.kind == "poll"
    assert found.poll == Poll(
        "去哪里?", (("山里", 12), ("- 海边 ", 1), ("都不去", 0)), voters=13, closed=True
    )


def test_open_poll_without_votes_is_open(tmp_path: Path) -> None:
    html = wrap(
        '<div class="media_poll"><div class="question bold">\n?\n</div><div class="details">\n'
        'Anonymous poll\n</div><div class="total details">\nNo votes\n</div></div>'
    )
    assert said(tmp_path, html).poll == Poll("?", voters=0)


def test_caption_is_the_text_of_the_message(tmp_path: Path) -> None:
    found = message(tmp_path, row(1, "看图", inner=thumbed("photo_wrap")))
    assert (found.kind, found.text, len(found.attachments)) == ("photo", "看图", 1)


def test_forwarded_file_is_found_too(tmp_path: Path) -> None:
    inner = f'<div class="forwarded body">{thumbed("photo_wrap")}</div>'
    assert said(tmp_path, inner).kind == "photo"


def test_path_in_an_export_of_many_chats_is_relative_to_its_own_folder(tmp_path: Path) -> None:
    html = block("media_file", "a.pdf", href="../../chats/chat_07/files/a.pdf")
    assert said(tmp_path, html).attachments[0].path == "files/a.pdf"


@pytest.mark.parametrize(
    "path", ["../../../etc/passwd", "/etc/passwd", "C:\\x", "javascript:alert(1)", "file:///x"]
)
def test_hostile_path_is_carried_as_data(tmp_path: Path, path: str) -> None:
    found = said(tmp_path, block("media_file", "../x\u202egpj.exe", href=path))
    assert found.attachments[0].path == path
    assert found.attachments[0].name == "../x\u202egpj.exe"
