"""Questions, people, files, links, digests and the newcomer's page: what they show, and to whom."""

from __future__ import annotations

import msgspec
import pytest
from asking import Asker, Fill
from visitors import ANN, GROUP, enter

from archive import editions, questions
from archive.access import member, public
from archive.database import Archive
from archive.essence import mark
from archive.group_texts import INVITATION, set_text
from archive.groups import set_visibility
from archive.profiles import introduce
from archive.records import Attachment, Group, Member, Message

OTHER = "telegram:-1002"
T0 = 1_790_000_000
CANARY = "雨燕"


def said(id: str, text: str, who: str = ANN, **more: object) -> Message:
    group = str(more.pop("group", GROUP))
    name = {ANN: "安安", "telegram:12": "贝贝"}.get(who, "某某")
    return Message(group, id, T0 + int(id), who, name, text=text, **more)  # type: ignore[arg-type]


@pytest.fixture
def rooms(archive: Archive, fill: Fill) -> Archive:
    file = Attachment("file", "雨燕年报.pdf", size=2048, missing="too large")
    fill(
        Group(GROUP, f"{CANARY}群", time_zone="Asia/Shanghai"),
        Member("telegram:12", "贝贝", group_key=GROUP),
        said("1", f"{CANARY}怎么备份数据库？"),
        said("2", "先停写再备份，记得试恢复", "telegram:12", reply_to="1"),
        said("3", "恢复一次才算有备份", "telegram:13", reply_to="1"),
        said("4", f"{CANARY}什么时候换机房？"),
        said("5", f"看 https://example.org/{CANARY} 这里", attachments=(file,)),
        said("6", f"{CANARY}数据库怎么备份？", "telegram:13"),
        Group(OTHER, "别群"),
        said("1", "别群的问题？", group=OTHER),
    )
    item = {"kind": "question", "title": f"{CANARY}怎么备份数据库？", "why": "2 个回答",
            "text": "贝贝：「先停写再备份，记得试恢复」", "keys": [f"{GROUP}:1", f"{GROUP}:2"],
            "group_key": GROUP, "at": T0}  # fmt: skip
    digest = {"period": "2026-W39", "since": T0, "until": T0 + 9, "groups": [GROUP],
              "items": [item], "open_questions": [f"{GROUP}:4"], "messages": 6, "people": 3,
              "thanks": [{"name": "贝贝", "member_key": "telegram:12",
                          "keys": [f"{GROUP}:2"]}]}  # fmt: skip
    with archive.writing() as db:
        for number in ("1", "4"):
            questions.open_question(db, f"{GROUP}:{number}", ANN)
        questions.accept(db, f"{GROUP}:1", f"{GROUP}:3", ANN)
        questions.assign(db, f"{GROUP}:4", "telegram:12", ANN)
        mark(db, [f"{GROUP}:2"], by=ANN, reason="有用", tags=("备份",), at=T0)
        introduce(db, GROUP, "telegram:12", f"{CANARY}做备份的", T0)
        set_text(db, GROUP, INVITATION, "先搜再问", ANN)
        number = editions.draft(db, digest, GROUP, "week", "2026-W39", T0)
        editions.approve(db, number, ANN, T0)
        editions.sent(db, number, T0)
        digest["period"] = "2026-W40"
        editions.draft(db, digest, GROUP, "week", "2026-W40", T0)
    return archive


def words(site: Asker, path: str) -> str:
    return " ".join(site.page(path).cssselect("main")[0].text_content().split())


PAGES = (
    f"/questions?group={GROUP}", f"/q/{GROUP}:1", f"/people?group={GROUP}", f"/g/{GROUP}/files",
    f"/g/{GROUP}/links", f"/digests?group={GROUP}", "/digest/1", "/digest/2026-W39",
    f"/start?group={GROUP}", f"/g/{GROUP}/start", f"/report?key={GROUP}:1",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_who_may_not_read_a_group_gets_the_missing_page_fault_31(
    site: Asker, rooms: Archive, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    enter(monkeypatch)
    assert CANARY in site.page(path).text_content()
    for reader in (public(), member(frozenset((OTHER,)), "telegram:99")):
        enter(monkeypatch, reader)
        hidden = site.get(path)
        missing = site.get(path.replace(GROUP, "telegram:-100999").replace("digest/1", "digest/8"))
        assert hidden.status_code == 404 == missing.status_code
        assert CANARY not in hidden.text


@pytest.mark.parametrize("path", ["/questions?tab=all", "/files", "/links", "/digests"])
def test_lists_of_all_groups_are_empty_for_who_is_in_none(
    site: Asker, rooms: Archive, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    enter(monkeypatch)
    assert CANARY in site.get(path).text
    enter(monkeypatch, public())
    assert CANARY not in site.get(path).text


def test_of_a_public_group_people_and_digests_stay_inside(
    site: Asker, rooms: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    with rooms.writing() as db:
        set_visibility(db, GROUP, "public", "operator")
    enter(monkeypatch, public())
    for path in (f"/people?group={GROUP}", "/people", "/digest/1", "/digest/2026-W39"):
        site.page(path, 404)
    for path in (f"/q/{GROUP}:1", f"/g/{GROUP}/start", f"/g/{GROUP}/files", f"/g/{GROUP}/links",
                 f"/questions?group={GROUP}&tab=all"):  # fmt: skip
        text = site.get(path).text
        assert CANARY in text
        assert not any(name in text for name in ("安安", "贝贝", "telegram:11", "先搜再问"))


def test_questions_wait_or_are_solved_each_in_its_list(site: Asker, rooms: Archive) -> None:
    waiting, solved = words(site, "/questions"), words(site, "/questions?tab=solved")
    assert "什么时候换机房" in waiting and "问的是 贝贝" in waiting and "怎么备份" not in waiting
    assert "怎么备份数据库" in solved and "换机房" not in solved
    site.page("/questions?tab=other", 400)
    site.page("/questions?beyond=x", 400)


def test_the_accepted_answer_comes_first_and_then_what_was_asked_like_it(
    site: Asker, rooms: Archive
) -> None:
    page = site.page(f"/q/{GROUP}:1")
    (accepted,) = page.cssselect(".accepted .txt")
    assert accepted.text_content() == "恢复一次才算有备份"
    others = [one.text_content() for one in page.cssselect("section:not(.accepted) .reply .txt")]
    assert others == ["先停写再备份，记得试恢复"]
    site.page(f"/q/{GROUP}:2", 404)
    with rooms.writing() as db:
        questions.open_question(db, f"{GROUP}:6", ANN)
    (alike,) = site.page(f"/q/{GROUP}:6").cssselect(".ask.small")
    assert alike.cssselect("a")[0].get("href") == f"/q/{GROUP}:1"
    assert "恢复一次才算有备份" in alike.text_content()


def test_files_and_links_say_what_who_when_and_why_not(site: Asker, rooms: Archive) -> None:
    files = words(site, f"/g/{GROUP}/files")
    assert all(part in files for part in ("雨燕年报.pdf", "安安", "文件太大，没有导出", "1 个文件"))
    assert "没有这样的文件" in words(site, "/files?only=video")
    (link,) = site.page(f"/g/{GROUP}/links").cssselect(".link .to a")
    assert link.get("href") == f"https://example.org/{CANARY}"
    assert "noopener" in link.get("rel")
    for path in ("/files?cursor=x", "/files?q=before:x", "/links?q=before:x", "/links?cursor=x"):
        assert site.page(path).cssselect(".notice")
    site.page("/files?only=x", 400)


def test_a_digest_counts_in_chinese_and_links_what_it_quotes(site: Asker, rooms: Archive) -> None:
    page = site.page("/digest/2026-W39")
    assert page.cssselect("h1")[0].text_content() == "这一周，值得留下的一条"
    assert page.cssselect(".digest .n")[0].text_content() == "一"
    (quote,) = page.cssselect(".digest .quote")
    assert quote.get("href") == f"/m/{GROUP}:2"
    assert quote.text_content() == "贝贝：先停写再备份，记得试恢复"
    assert page.cssselect(".waiting a")[0].get("href") == f"/q/{GROUP}:4"
    assert page.cssselect(".thanked a")[0].text_content() == "贝贝"
    for path in ("/digest/2026-W40", "/digest/2", "/digest/x", f"/digest/{'9' * 15}"):
        site.page(path, 404)
    assert site.page("/digest/2026-W39?lang=en").cssselect(".digest .n")[0].text_content() == "1"


def test_a_newcomer_reads_rules_essentials_and_whom_to_ask(
    site: Asker, rooms: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch)
    text = words(site, "/start")
    for part in ("先搜再问", "先停写再备份", "贝贝", "做备份的", "/不要存我", "什么时候换机房"):
        assert part in text
    enter(monkeypatch, member(frozenset((GROUP, OTHER)), ANN))
    asked = {a.get("href") for a in site.page("/start").cssselect(".groups a")}
    assert asked == {f"/g/{OTHER}/start", f"/g/{GROUP}/start"}


def test_people_are_thanked_for_what_was_kept_and_found_by_their_words(
    site: Asker, rooms: Archive
) -> None:
    text = words(site, f"/people?group={GROUP}")
    assert "贝贝" in text and "1 条被收录" in text and "做备份的" in text
    assert "没有找到" in words(site, f"/people?group={GROUP}&q=摄影")


def test_privacy_says_who_runs_it_and_how_to_leave(site: Asker, rooms: Archive) -> None:
    assert "/不要存我" in words(site, "/about") and "没写明是谁" in words(site, "/about")
    state = site.app.state
    state.site = msgspec.structs.replace(state.site, operator="小王 <b>")
    assert "小王 <b>" in words(site, "/about")
