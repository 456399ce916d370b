"""Missing files one by one: at the desk and in the terminal, by reason, a page at a time."""

from __future__ import annotations

import pytest
from asking import Asker, Fill
from program import run

from archive.access import operator, public
from archive.database import Archive
from archive.errors import NotFound
from archive.missing import missing_files
from archive.records import Attachment, Group, Message
from web.desk import missing as page

G, OTHER = "telegram:-1001", "telegram:-1002"


def lost(number: int, *files: Attachment, group: str = G) -> Message:
    at = 1_700_000_000 + number
    return Message(group, str(number), at, "telegram:42", "小满", "file", attachments=files)


@pytest.fixture
def files(fill: Fill) -> None:
    fill(
        Group(G, "资料群"),
        Group(OTHER, "别的群"),
        lost(1, Attachment("file", "<b>讲义.pdf", missing="too large", size=30_000_000)),
        lost(2, Attachment("photo", missing="expired"), Attachment("voice", missing="too large")),
        lost(
            3,
            Attachment("photo", sha256="0" * 64),
            Attachment("file", "a.zip", missing="larger than 20 MB"),
        ),
        lost(9, Attachment("video", missing="expired"), group=OTHER),
    )


def shown(site: Asker, query: str) -> list[str]:
    table = site.page(f"/desk/missing?{query}").xpath('//ol[contains(@class, "missing")]/li')
    return [" ".join(row.text_content().split()) for row in table]


def test_the_missing_files_of_a_group_are_named_with_their_reason(
    site: Asker, files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = shown(site, f"group={G}")
    assert "超过设置的 20 MB" in rows[0]
    assert ["a.zip" in rows[0], "图片" in rows[1], "语音" in rows[2]] == [True] * 3
    assert (
        rows[3].startswith("<b>讲义.pdf 文件 30 MB") and "小满" in rows[3] and "文件太大" in rows[3]
    )
    assert len(shown(site, f"group={G}&why=expired")) == 1
    document = site.page(f"/desk/missing?group={G}")
    assert f"/m/{G}:1" in document.xpath("//li//a/@href")
    assert [a.text_content() for a in document.xpath('//nav[@class="chips"]/a/small')] == [
        "4", "2", "1", "1",
    ]  # fmt: skip
    monkeypatch.setattr(page, "_PAGE", 2)
    small = site.page(f"/desk/missing?group={G}&why=too+large")
    assert not small.xpath('//a[@rel="next"]')
    (more,) = site.page(f"/desk/missing?group={G}").xpath('//a[@rel="next"]/@href')
    assert [row.split()[0] for row in shown(site, more.partition("?")[2])] == ["<b>讲义.pdf"]


def test_without_a_group_each_is_counted(site: Asker, files: None) -> None:
    words = " ".join(site.page("/desk/missing").text_content().split())
    assert "资料群 4" in words and "别的群 1" in words
    assert "Missing files" in site.page("/desk/missing?lang=en").text_content()


def test_a_reader_is_told_of_no_file_of_a_group_they_may_not_see(
    archive: Archive, files: None
) -> None:
    with archive.reading() as db:
        assert len(missing_files(db, operator(), G).files) == 4
        with pytest.raises(NotFound):
            missing_files(db, public(), G)


def test_the_terminal_names_the_same(archive: Archive, files: None) -> None:
    data = archive.folder
    (told,) = run("media", "missing", G, "--list", "--data", data, "--json", expect=0).json
    assert told["title"] == "资料群" and len(told["files"]) == 4
    assert told["files"][-1] == {
        "message": f"{G}:1", "at": "2023-11-14T22:13:21Z", "sender": "小满", "kind": "file",
        "name": "<b>讲义.pdf", "size": 30_000_000, "reason": "too large",
    }  # fmt: skip
    out = run("media", "missing", "--list", "--why", "expired", "--data", data, expect=0).out
    assert out.count("expired") == 2 and f"{OTHER}:9" in out
