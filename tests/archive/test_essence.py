"""Essence, tags and their synonyms, the strata and the numbers."""

from __future__ import annotations

import pytest
from told import T0, TG, assert_whole, found, full_group, rows, said, texts, told, undone

from archive.access import member, operator
from archive.calendar import days, months
from archive.database import Archive
from archive.errors import ArchiveError, NotFound
from archive.essence import MAX_RUN, feed, mark, post, unmark
from archive.groups import set_visibility
from archive.messages import day, get_message
from archive.records import Attachment, EssenceMark, Group, Recall
from archive.stats import stats
from archive.tags import add_tags, list_tags, set_synonym, tagged
from archive.verify import verify
from archive.views import EssenceView, Stats, TagView

EVENING = 1_790_006_400
"""Midnight in Shanghai, six in the evening in Berlin."""


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, full_group(), (said(str(n), f"第 {n} 句 #话题#") for n in range(1, 11)))
    return archive


def marked(archive: Archive, *ids: str, **more: object) -> int:
    with archive.writing() as db:
        keys = [f"{TG}:{id}" for id in ids]
        return mark(db, keys, by="张三", **more)  # type: ignore[arg-type]


def all_essence(archive: Archive, **more: object) -> list[EssenceView]:
    with archive.reading() as db:
        return feed(db, operator(), **more)  # type: ignore[arg-type]


def test_single_message_is_marked_found_and_unmarked(talk: Archive) -> None:
    id = marked(talk, "3", reason="有用", title="三", tags=("干货",), at=T0)
    (view,) = all_essence(talk)
    assert (view.id, view.title, view.reason, view.marked_by) == (id, "三", "有用", "张三")
    assert (view.marked_at, view.source, set(view.tags)) == (T0, "command", {"话题", "干货"})
    assert texts(talk, "is:精华") == texts(talk, "tag:干货") == ["第 3 句 #话题#"]
    with talk.writing() as db:
        assert unmark(db, f"{TG}:3", by="李四") == id
    assert all_essence(talk) == [] and texts(talk, "is:精华") == []
    assert texts(talk, "tag:干货") == ["第 3 句 #话题#"]
    assert [line[:2] for line in rows(talk, "SELECT who, action FROM audit ORDER BY id")] == [
        ("张三", "essence"), ("李四", "unessence")]  # fmt: skip
    with pytest.raises(NotFound, match="essence list"), talk.writing() as db:
        unmark(db, f"{TG}:3", by="李四")
    assert verify(talk) == []


@pytest.mark.parametrize("ends", (("3", "6"), ("6", "3"), ("4", "3", "6")))
def test_run_holds_everything_from_first_to_last(talk: Archive, ends: tuple[str, ...]) -> None:
    id = marked(talk, *ends, tags=("干货",))
    with talk.reading() as db:
        view = post(db, operator(), id)
        assert [m.text[2] for m in view.messages] == ["3", "4", "5", "6"]
        assert {m.essence for m in view.messages} == {id}
        # a run is one line on the tag page, not one a message
        assert [m.text[2] for m in tagged(db, operator(), "干货")] == ["3"]
    assert found(talk, "is:精华").count == 4
    with talk.writing() as db:
        unmark(db, f"{TG}:5", by="李四")
    assert found(talk, "is:精华").count == 0
    assert verify(talk) == []


def test_marking_again_changes_what_is_given_and_adds_messages(talk: Archive) -> None:
    id = marked(talk, "3", reason="有用", title="题")
    assert marked(talk, "3", reason="更有用") == id
    assert marked(talk, "3", "5", title="新题") == id
    (view,) = all_essence(talk)
    assert (view.title, view.reason, len(view.messages)) == ("新题", "更有用", 3)


def test_essence_without_a_title_is_called_by_its_first_words(talk: Archive) -> None:
    told(talk, said("20", "  \n\n很长" + "话" * 90 + "\n第二行"), said("21", ""))
    marked(talk, "20"), marked(talk, "21")
    titles = [view.title for view in all_essence(talk)]
    assert titles == ["", "很长" + "话" * 58 + "……"]


def test_run_across_groups_or_too_long_or_of_nothing_is_refused(talk: Archive) -> None:
    told(talk, Group("qq:1"), said("1", "话", group="qq:1"))
    told(talk, (said(str(n), "话", T0 + 600) for n in range(1000, 1001 + MAX_RUN)))
    with pytest.raises(ArchiveError, match="one group"), talk.writing() as db:
        mark(db, [f"{TG}:1", "qq:1:1"], by="张三")
    with pytest.raises(ArchiveError, match=str(MAX_RUN)):
        marked(talk, "1000", str(1000 + MAX_RUN))
    with pytest.raises(NotFound):
        marked(talk, "1", "77777")
    with pytest.raises(ArchiveError):
        marked(talk)
    assert all_essence(talk) == []
    marked(talk, "1001", str(1000 + MAX_RUN))
    assert verify(talk) == []


def test_feed_is_paged_newest_first_and_narrowed_by_group_and_tag(talk: Archive) -> None:
    told(talk, Group("qq:1"), said("1", "别处 #话题#", group="qq:1"))
    ids = [marked(talk, str(n), at=T0 + n // 2) for n in (1, 2, 3, 4, 5)]
    with talk.writing() as db:
        other = mark(db, ["qq:1:1"], by="张三", at=T0)
    seen: list[int] = []
    while page := all_essence(talk, limit=2, before=seen[-1] if seen else None):
        seen += [view.id for view in page]
    assert seen == [*reversed(ids[1:]), other, ids[0]]
    assert [view.id for view in all_essence(talk, group_key="qq:1")] == [other]
    assert len(all_essence(talk, tag="话题")) == 6 and all_essence(talk, tag="没有") == []
    assert all_essence(talk, before=999) == []


def test_platforms_own_mark_is_followed_and_a_persons_mark_outlives_it(talk: Archive) -> None:
    told(talk, EssenceMark(TG, "3", "telegram:42", T0), EssenceMark(TG, "99"))
    told(talk, EssenceMark(TG, "3", "telegram:42", T0))
    assert [view.source for view in all_essence(talk)] == ["live"]
    told(talk, EssenceMark(TG, "3", removed=True))
    assert all_essence(talk) == []
    marked(talk, "3")
    told(talk, EssenceMark(TG, "3"), EssenceMark(TG, "3", removed=True))
    assert [view.source for view in all_essence(talk)] == ["command"]
    assert verify(talk) == []


def test_mark_a_person_took_away_does_not_come_back_with_the_next_import(talk: Archive) -> None:
    told(talk, EssenceMark(TG, "3"))
    with talk.writing() as db:
        unmark(db, f"{TG}:3", by="张三")
    told(talk, EssenceMark(TG, "3"))
    assert all_essence(talk) == []


def test_recalled_message_leaves_nothing_of_itself_in_essence_or_tags(talk: Archive) -> None:
    id = marked(talk, "3")
    told(talk, Recall(TG, "3"))
    with talk.reading() as db:
        assert "第 3 句" not in repr(post(db, operator(), id))
        assert list_tags(db, operator()) == [TagView("话题", 9, 0)]
        assert len(tagged(db, operator(), "话题")) == 9
    assert verify(talk) == []


def test_tags_count_once_whatever_case_width_or_script_they_are_written_in(
    archive: Archive,
) -> None:
    told(archive, full_group(), said("1", "#Docker# #docker"), said("2", "#ＤＯＣＫＥＲ"),
         said("3", "#軟體#"), said("4", "#软体# #2026 c#不是 a#b"))  # fmt: skip
    with archive.reading() as db:
        assert list_tags(db, operator()) == [TagView("Docker", 2, 0), TagView("軟體", 2, 0)]
    assert len(texts(archive, "tag:软体")) == len(texts(archive, "tag:DOCKER")) == 2


def test_synonyms_are_one_tag_everywhere_however_they_are_chained(archive: Archive) -> None:
    told(archive, full_group(), said("1", "#k8s"), said("2", "#kube"), said("3", "#容器 #k8s"))
    with archive.writing() as db:
        set_synonym(db, "kube", "k8s", "operator")
        set_synonym(db, "k8s", "容器", "operator")
        set_synonym(db, "Ｋ8s", "k8s", "operator")
    for name in ("k8s", "KUBE", "容器", "容器"):
        assert len(texts(archive, f"tag:{name}")) == 3, name
        with archive.reading() as db:
            assert len(tagged(db, operator(), name)) == 3
            assert list_tags(db, operator()) == [TagView("容器", 3, 0)]
    told(archive, said("4", "#kube #容器"))
    assert len(texts(archive, "tag:k8s")) == 4
    with archive.reading() as db:
        assert get_message(db, operator(), f"{TG}:4").tags == ("容器",)
        assert list_tags(db, operator()) == [TagView("容器", 4, 0)]
    with pytest.raises(ArchiveError, match="other way"), archive.writing() as db:
        set_synonym(db, "容器", "kube", "operator")
    assert verify(archive) == []


@pytest.mark.parametrize("name", ("", " ", "#", "两 个", "x" * 65, "\n", "\u200b", "##"))
def test_tag_that_is_no_word_is_refused(talk: Archive, name: str) -> None:
    with pytest.raises(ArchiveError, match="tag"), talk.writing() as db:
        add_tags(db, [db.execute("SELECT id FROM messages").fetchone()[0]], (name,), "张三")


def test_strata_count_days_in_the_groups_own_zone(archive: Archive) -> None:
    told(archive, Group("qq:1", "上海"), Group("qq:2", "柏林", time_zone="Europe/Berlin"))
    for key in ("qq:1", "qq:2"):
        told(
            archive,
            said("1", "前", EVENING - 60, group=key),
            said("2", "后", EVENING + 60, group=key),
        )
    with archive.writing() as db:
        mark(db, ["qq:1:2"], by="张三")
    with archive.reading() as db:
        shanghai = [
            (d.name, d.messages, d.essence) for d in days(db, operator(), "qq:1", "2026-09")
        ]
        assert shanghai == [("2026-09-22", 1, 1), ("2026-09-21", 1, 0)]
        assert [(d.name, d.messages) for d in days(db, operator(), "qq:2", "2026-09")] == [
            ("2026-09-21", 2)]  # fmt: skip
        (month,) = months(db, operator())
        assert (month.name, month.messages, month.essence_days) == ("2026-09", 4, (22,))
        assert months(db, operator(), "qq:2")[0].essence == 0
        assert days(db, operator(), "qq:1", "2026-10") == days(db, operator(), "qq:1", "x") == []
        view = day(db, operator(), "qq:1", "2026-09-21")
        assert [m.text for m in view.messages] == ["前"]
        assert (view.earlier_day, view.later_day, view.total) == (None, "2026-09-22", 1)


def test_long_day_comes_in_parts(archive: Archive) -> None:
    told(archive, full_group(), (said(str(n), "话", EVENING + n // 9) for n in range(1, 101)))
    seen: list[int] = []
    with archive.reading() as db:
        part = day(db, operator(), TG, "2026-09-22", limit=30)
        while True:
            assert part.total == 100
            seen += [m.id for m in part.messages]
            if part.next is None:
                break
            part = day(db, operator(), TG, "2026-09-22", after=part.next, limit=30)
        assert seen == sorted(set(seen)) and len(seen) == 100
        for nonsense in ("", "2026-02-30", "x", "9999-12-31", "0001-01-01", "2026-09-22T00", "\0"):
            try:
                assert day(db, operator(), TG, nonsense).messages == ()
            except NotFound as refused:
                assert "2026-11-18" in refused.hint


def test_stats_count_what_the_reader_may_see(archive: Archive) -> None:
    file = Attachment("file", "a", sha256="a" * 64)
    told(archive, full_group(), said("1", attachments=(file,)), said("2", attachments=(file,)))
    told(archive, Group("qq:1"), said("1", group="qq:1", who="9",
         attachments=(Attachment("file", "b", sha256="b" * 64), file)))  # fmt: skip
    with archive.writing() as db:
        assert stats(db, operator()) == Stats(2, 3, 2, 2, T0 + 1, T0 + 2)
        assert stats(db, member(frozenset({TG}))) == Stats(1, 2, 1, 1, T0 + 1, T0 + 2)
        assert stats(db, member(frozenset())) == Stats(0, 0, 0, 0, None, None)
        set_visibility(db, "qq:1", "public", "operator")
        assert stats(db, member(frozenset({TG}))).media == 2
    with undone(archive) as db:
        assert_whole(db)


def test_who_marked_is_shown_by_name_and_never_by_key(talk: Archive) -> None:
    key = get_sender(talk, "3")
    for number, (by, shown) in enumerate(((key, "张三"), ("telegram:404", ""), ("小王", "小王"))):
        with talk.writing() as db:
            mark(db, [f"{TG}:{number + 1}"], by=by)
        assert all_essence(talk)[0].marked_by == shown


def get_sender(archive: Archive, id: str) -> str:
    with archive.reading() as db:
        return get_message(db, operator(), f"{TG}:{id}").sender_key or ""


@pytest.mark.parametrize(
    ("text", "tagged"),
    [("/精华 #运维", False), ("／tag #运维", False), (" /标签 #运维 好", False),
     ("/etc/nginx 的写法 #运维", True), ("看 /etc #运维", True), ("/ #运维", True)],
)  # fmt: skip
def test_command_is_not_tagged_by_what_it_says_of_another_message(
    archive: Archive, text: str, tagged: bool
) -> None:
    told(archive, full_group(), said("1", text))
    assert bool(texts(archive, "tag:运维")) is tagged
