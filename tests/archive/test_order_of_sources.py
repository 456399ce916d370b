"""Whichever export is imported first, the archive says the same."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from logical import logical
from told import T0, assert_whole, full_group, proposed, said, titled, undone

from archive.database import Archive
from archive.keep import keep
from archive.records import AnyRecord, Attachment, Reaction, Span

PEOPLE = {"42": "张三", "43": "李四", "44": "Wang Wu", "45": "李四"}
FORMERLY = {"42": "小张", "43": "老李", "44": "Wang Wu", "45": "李四"}
BYTES: dict[bool, Any] = {
    True: {"sha256": "ab" * 32, "size": 3},
    False: {"missing": "not exported"},
}


class Fact:
    """One message as it really was, and what each kind of export tells of it."""

    def __init__(self, id: int, drawn: dict[str, Any]) -> None:
        self.id, self.drawn = str(id), drawn
        self.at = T0 + id * drawn["apart"]
        drawn["edited"] &= bool(drawn["text"])
        if drawn["edited"]:
            # what a text was and became must be known, or the exports seem to contradict
            drawn["inside"] |= {"full", "late full"}

    def full(self, late: bool) -> AnyRecord:
        d = self.drawn
        edited = late and d["edited"]
        text = d["text"] + (" 改过了" if edited else "")
        return said(
            self.id, text, self.at, d["who"],
            edited_at=self.at + 60 if edited else None,
            kind="photo" if d["photo"] else "text",
            reply_to=d["reply"],
            spans=(Span("bold", 0, 1),) if d["bold"] and text else (),
            reactions=(Reaction("👍", d["likes"] + late),) if d["likes"] else (),
            attachments=(
                Attachment("photo", "a.jpg", mime="image/jpeg", **BYTES[d["bytes"] == "full"]),
            ) if d["photo"] else (),
        )  # fmt: skip

    def reduced(self, late: bool, people: dict[str, str]) -> AnyRecord:
        d = self.drawn
        return titled(
            self.id, d["text"] + (" 改过了" if late and d["edited"] else ""), self.at,
            people[d["who"]],
            kind="photo" if d["photo"] else "text",
            reply_to=d["reply"],
            reactions=(Reaction("👍", d["likes"]),) if d["likes"] else (),
            attachments=(
                Attachment("photo", "photo 1", width=9, **BYTES[d["bytes"] == "html"]),
            ) if d["photo"] else (),
        )  # fmt: skip


FACTS = st.lists(
    st.fixed_dictionaries(
        {
            "text": st.sampled_from(("", "好", "部署 #干货# 完成", "見 https://a.b/c", "好 的")),
            "who": st.sampled_from(sorted(PEOPLE)),
            "apart": st.sampled_from((0, 1, 90_000)),
            "edited": st.booleans(),
            "photo": st.booleans(),
            "bytes": st.sampled_from(("full", "html", "nowhere")),
            "bold": st.booleans(),
            "likes": st.integers(0, 2),
            "reply": st.none() | st.sampled_from(("1", "3", "99")),
            "inside": st.sets(st.sampled_from(("full", "late full", "html")), min_size=1),
        }
    ),
    min_size=1,
    max_size=9,
).map(lambda drawn: [Fact(number, one) for number, one in enumerate(drawn, 1)])


def sources(
    facts: list[Fact], late_html: bool, people: dict[str, str]
) -> dict[str, list[AnyRecord]]:
    def within(name: str) -> list[Fact]:
        return [fact for fact in facts if name in fact.drawn["inside"]]

    return {
        "full": [full_group(), *(fact.full(late=False) for fact in within("full"))],
        "late full": [full_group(), *(fact.full(late=True) for fact in within("late full"))],
        "html": [proposed(), *(fact.reduced(late_html, people) for fact in within("html"))],
    }


@settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(facts=FACTS, late_html=st.booleans(), people=st.sampled_from((PEOPLE, FORMERLY)))
def test_exports_come_out_the_same_in_any_order(
    facts: list[Fact], late_html: bool, people: dict[str, str], archive: Archive
) -> None:
    came_out = {}
    for order in permutations(("full", "late full", "html")):
        parts = sources(facts, late_html, people)
        with undone(archive) as db:
            for name in order:
                keep(db, parts[name])
            assert_whole(db)
            came_out[order] = logical(db)
    first, *others = came_out
    for other in others:
        assert came_out[other] == came_out[first], other
