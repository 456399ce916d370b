"""Whatever is done to an archive, in whatever order, the index says what the messages say."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from told import NOW, T0, assert_whole, proposed, said, titled, whole_dump

from archive.access import operator
from archive.database import Archive, open_archive
from archive.errors import ArchiveError
from archive.essence import feed, mark, unmark
from archive.facets import wrong_facets
from archive.keep import keep
from archive.messages import newest
from archive.records import Attachment, EssenceMark, Group, Member, Message, Poll, Reaction, Recall
from archive.reindex import reindex
from archive.search import search
from archive.tags import add_tags, set_synonym
from archive.unite import begin_union, unite_some
from archive.verify import verify

GROUPS = ("telegram:-1", "telegram:-2", "telegram:-3")
TEXTS = (
    "",
    "部署",
    "部署 #甲# 完成",
    "#乙# 用C++写 https://a.b",
    "13812345678",
    "見 👍",
    "b" * 70,
    "看 https://a.b/c?utm_source=d",
)
ids = st.integers(1, 6).map(str)
groups = st.sampled_from(GROUPS)
people = st.sampled_from(("42", "43", "44"))
tags = st.sampled_from(("甲", "乙", "丙", "丁"))
messages = st.builds(
    lambda id, text, who, group, off, edit, quality, photo, likes, gone, timed: said(
        id, text, T0 + int(id) * 1000 + off if timed else None, who, group=group, quality=quality,
        edited_at=T0 + 90_000 + edit if edit else None, recalled=gone,
        attachments=(Attachment("photo", f"{text[:2]}.jpg"),) if photo else (),
        reactions=(Reaction("👍", likes),) if likes else (),
    ),
    ids, st.sampled_from(TEXTS), people, groups, st.sampled_from((0, 0, 0, 1, 90_000)),
    st.integers(0, 3), st.integers(0, 3), st.booleans(), st.integers(0, 2),
    st.sampled_from((False,) * 9 + (True,)), st.sampled_from((True,) * 9 + (False,)),
)  # fmt: skip
lines = st.builds(
    lambda text, who, group, off, unit: said(
        None, text, T0 + 1000 - off % unit, who, group=group, quality=0, precision=unit),
    st.sampled_from(TEXTS), people, groups, st.integers(0, 3), st.sampled_from((1, 60)),
)  # fmt: skip
titled_ones = st.builds(
    lambda id, text, who: titled(id, text, T0 + int(id) * 1000, who),
    ids, st.sampled_from(TEXTS), st.sampled_from(("张三", "李四", "路人")),
)  # fmt: skip


class AnyOrder(RuleBasedStateMachine):
    """One archive, anything that can be done to it, and what must hold after each step."""

    template: Path

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="any-order-"))
        shutil.copytree(self.template, self.folder / "data")
        self.archive: Archive = open_archive(self.folder / "data")
        self.db: sqlite3.Connection = self.archive.connect_for_writing()

    def act(self, change: Callable[[], object]) -> None:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            change()
        except ArchiveError:
            self.db.execute("ROLLBACK")
        else:
            self.db.execute("COMMIT")

    def any_key(self, choice: int) -> str:
        keys = [view.key for view in newest(self.db, operator(), limit=1000)]
        return keys[choice % len(keys)] if keys else "telegram:-1:1"

    @rule(told=st.lists(messages | lines, min_size=1, max_size=5))
    def keep_some(self, told: list[Message]) -> None:
        self.act(lambda: keep(self.db, told))

    @rule(told=st.lists(messages | lines, min_size=1, max_size=4))
    def keep_the_same_twice(self, told: list[Message]) -> None:
        self.act(lambda: keep(self.db, told))
        before = whole_dump(self.db)
        if len({(m.group_key, m.id) for m in told if m.id}) == sum(1 for m in told if m.id):
            self.act(lambda: keep(self.db, told))
            assert whole_dump(self.db)["messages"] == before["messages"]

    @rule(told=st.lists(titled_ones, min_size=1, max_size=5))
    def keep_titled(self, told: list[Message]) -> None:
        self.act(lambda: keep(self.db, [proposed("群"), *told]))

    @rule(group=groups, alias=groups, title=st.sampled_from(("群", "别群")))
    def rename_or_migrate(self, group: str, alias: str, title: str) -> None:
        zone = "Europe/Berlin" if title == "群" else None
        aliases = () if alias >= group else (alias,)
        self.act(lambda: keep(self.db, [Group(group, title, time_zone=zone, aliases=aliases)]))

    @rule(who=people, name=st.sampled_from(("张三", "李四", "路人")), group=groups)
    def name(self, who: str, name: str, group: str) -> None:
        self.act(lambda: keep(self.db, [Member(f"telegram:{who}", name, group_key=group)]))

    @rule(group=groups, id=ids)
    def recall(self, group: str, id: str) -> None:
        self.act(lambda: keep(self.db, [Recall(group, id)]))

    @rule(group=groups, id=ids, removed=st.booleans())
    def mark_on_the_platform(self, group: str, id: str, removed: bool) -> None:
        self.act(lambda: keep(self.db, [EssenceMark(group, id, removed=removed)]))

    @rule(group=groups, id=ids)
    def pin(self, group: str, id: str) -> None:
        row = said(f"9{id}", "", T0 + 9000, group=group, kind="service", service="pin_message",
                   reply_to=id)  # fmt: skip
        self.act(lambda: keep(self.db, [row]))

    @rule(one=st.integers(0), other=st.integers(0), run=st.booleans())
    def mark(self, one: int, other: int, run: bool) -> None:
        keys = [self.any_key(one), *([self.any_key(other)] if run else [])]
        self.act(lambda: mark(self.db, keys, by="甲", tags=("丙",) if run else ()))

    @rule(one=st.integers(0))
    def unmark(self, one: int) -> None:
        self.act(lambda: unmark(self.db, self.any_key(one), by="甲"))

    @rule(one=st.integers(0), tag=tags)
    def tag(self, one: int, tag: str) -> None:
        views = newest(self.db, operator(), limit=1000)
        if views:
            self.act(lambda: add_tags(self.db, [views[one % len(views)].id], (tag,), "甲"))

    @rule(one=tags, other=tags)
    def synonym(self, one: str, other: str) -> None:
        self.act(lambda: set_synonym(self.db, one, other, "甲"))

    @rule(one=groups, other=groups)
    def unite(self, one: str, other: str) -> None:
        def change() -> None:
            begin_union(self.db, one, other)
            while unite_some(self.db):
                pass

        self.act(change)

    @rule(question=st.sampled_from(("选什么", "部署?")), group=groups)
    def poll(self, question: str, group: str) -> None:
        row = said("50", "", T0 + 500, group=group, kind="poll", poll=Poll(question, (("甲", 1),)))
        self.act(lambda: keep(self.db, [row]))

    @rule()
    def reindex(self) -> None:
        reindex(self.db)

    @invariant()
    def index_is_the_messages(self) -> None:
        if not hasattr(self, "db"):
            return
        assert_whole(self.db)
        assert wrong_facets(self.db, -1, 1 << 62) == []
        for query in ("部署", "", "is:精华", "tag:甲", "from:张三"):
            results = search(self.db, query, operator(), now=NOW, limit=200)
            assert results.count == len(results.hits)
        feed(self.db, operator())

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()
            assert verify(self.archive) == []
            shutil.rmtree(self.folder)


def test_index_is_the_messages_after_any_sequence_of_operations(empty_archive: Path) -> None:
    AnyOrder.template = empty_archive
    machine = AnyOrder.TestCase()
    machine.settings = settings(deadline=None, max_examples=15, stateful_step_count=20)
    machine.runTest()


@pytest.mark.parametrize("seed", range(2))
def test_thousand_messages_told_and_retold_at_random(archive: Archive, seed: int) -> None:
    chance = random.Random(seed)
    history = [
        said(str(n), f"{chance.choice(TEXTS)} 第{n}", T0 + n // 5, chance.choice(("42", "43")))
        for n in range(600)
    ]
    with closing(archive.connect_for_writing()) as db:
        for _ in range(4):
            part = chance.sample(history, 400)
            db.execute("BEGIN IMMEDIATE")
            keep(db, part)
            db.execute("COMMIT")
        db.execute("BEGIN IMMEDIATE")
        keep(db, history)
        db.execute("COMMIT")
        assert_whole(db)
        assert db.execute("SELECT count(*) FROM messages").fetchone() == (600,)
    assert verify(archive) == []
