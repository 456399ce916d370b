"""Whatever live capture does, in whatever order: the index is the messages, nothing hangs loose."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import closing

import pytest
from told import T0, assert_whole, said

from archive.codes import code_of, key_of
from archive.consent import opt_in, opt_out
from archive.database import Archive, transaction
from archive.errors import NotFound
from archive.facets import wrong_facets
from archive.forget import forget, forget_member, settle
from archive.keep import Keeper
from archive.nominations import nominate
from archive.prepare import prepare_all
from archive.records import (
    AnyRecord,
    Attachment,
    EssenceMark,
    Group,
    Member,
    Message,
    Quote,
    Reacted,
    Reaction,
    Recall,
)  # fmt: skip
from archive.reindex import reindex
from archive.unite import unite_some
from archive.verify import verify

GROUPS = ("telegram:-1", "telegram:-2")
PHOTO = Attachment("photo", "图.jpg", missing="not fetched yet", source="file-1")
TEXTS = ("", "部署 #甲#", "服务器 #乙# https://a.b", "C++ 13812345678", "見 👍")


class Chance:
    """Makes records and deeds at random."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.pick = self._random.choice

    def key(self) -> str:
        return f"{self.pick(GROUPS)}:{self._random.randrange(8)}"

    def who(self) -> str:
        return f"telegram:{self.pick((42, 43, 44))}"

    def message(self) -> Message:
        n = self._random.randrange(8)
        shared = self._random.random() < 0.5
        return said(
            f"{n}" if self._random.random() < 0.8 else f"u{n}", self.pick(TEXTS), T0 + n * 100,
            self.pick(("42", "43", "44")), group=self.pick(GROUPS), quality=3,
            edited_at=self.pick((None, None, T0 + 5000)),
            other_ids=(f"u{n}", f"m{n % 3}") if shared else (),
            reply_to=self.pick((None, "1", "m1")),
            quote=self.pick((None, Quote("引 #甲#", "张三"))),
            attachments=self.pick(((), (PHOTO,))),
            reactions=self.pick(((), (Reaction("👍", 2),))),
            nested=self.pick(((), (Message("", text="转", sender_name="李四"),))),
        )  # fmt: skip

    def record(self) -> AnyRecord:
        group, id = self.key().rsplit(":", 1)
        at = self.pick((None, T0 + self._random.randrange(9)))
        likes = self.pick(((), (Reaction("👍"),), (Reaction("🔥"), Reaction("❤"))))
        return self.pick((
            self.message(), self.message(), self.message(), self.message(),
            Reacted(group, self.pick((id, f"m{id}")), self.pick((self.who(), None)), likes, at),
            EssenceMark(group, id, at=at, removed=self.pick((True, False))),
            Recall(group, f"u{id}") if self._random.random() < 0.3 else Group(group, "群"),
            Member(self.who(), self.pick(("张三", "李四")), group_key=group, at=at),
        ))  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_archive_is_whole_after_anything_that_live_capture_does(
    archive: Archive, seed: int
) -> None:
    chance = Chance(seed)
    with closing(archive.connect_for_writing()) as db:
        keeper = Keeper(db)
        deeds: list[Callable[[], object]] = [
            *[lambda: keeper.write(list(prepare_all(chance.record() for _ in range(6))))] * 12,
            lambda: forget(db, [chance.key()], by="x"),
            lambda: forget_member(db, chance.who(), by="x"),
            lambda: opt_out(db, chance.who(), by="x"),
            lambda: opt_in(db, chance.who(), by="x"),
            lambda: nominate(db, chance.key(), chance.who(), ""),
            lambda: key_of(db, code_of(db, chance.key())),
        ]
        for step in range(120):
            deed = chance.pick(deeds)
            if step == 80:
                deed = lambda: keeper.write([Group(GROUPS[0], "群", aliases=(GROUPS[1],))])  # noqa: E731
            try:
                with transaction(db):
                    deed()
                    while unite_some(db):
                        pass
            except NotFound:
                pass
            if step % 10 == 0:
                assert_whole(db)
                assert wrong_facets(db, -1, 1 << 62) == []
        reindex(db)
    assert settle(archive)
    assert verify(archive) == []
