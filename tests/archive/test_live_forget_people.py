"""Who is forgotten or opted out is nowhere, and nobody else's words are touched."""

from __future__ import annotations

from contextlib import closing

import pytest
from live_told import event, traces
from told import T0, TG, assert_whole, full_group, rows, said, texts, told

from archive.access import operator
from archive.consent import opt_in, opt_out
from archive.database import Archive, transaction
from archive.forget import Forgotten, forget_member, settle
from archive.inbox import Inbox
from archive.keys import name_key
from archive.messages import get_message
from archive.nominations import nominate
from archive.outbox import Draft, put
from archive.records import Forward, Member, Message, Quote, Reacted, Reaction, Span
from archive.verify import verify

WHO, FRIEND = "telegram:42", "telegram:43"
WORDS = ("zqcanaryqz", "金丝雀")
NESTED = (
    Message(TG, text="zqcanaryqz 转发", sender_name="金丝雀", sent_at=T0),
    Message(TG, text="zqcanaryqz 再转", sender_key=WHO, sent_at=T0),
    Message(TG, text="留下", sender_name="李四", sent_at=T0,
            quote=Quote("zqcanaryqz 内引", "金丝雀")),
)  # fmt: skip


def own(n: int, words: str = "") -> Message:
    """What the person says."""
    text = words or f"zqcanaryqz 第 {n} 句"
    return Message(TG, str(n), T0 + n, WHO, "金丝雀", text=text, quality=2)


def others(first: int = 500) -> list[Message]:
    """What a friend says that repeats the person's words or names them."""
    return [
        said(str(first), "答", who="43", quote=Quote("zqcanaryqz 引", "金丝雀")),
        said(str(first + 1), "zqcanaryqz 转", who="43", forward=Forward("金丝雀", WHO)),
        said(str(first + 2), "", who="43", kind="forward", nested=NESTED),
        said(str(first + 3), "嗨", who="43", spans=(Span("mention", 0, 1, WHO),)),
        said(str(first + 4), "不相干 #别的#", who="43", quote=Quote("留着", "王五"),
             reactions=(Reaction("👍", 3, (WHO, FRIEND)),)),
    ]  # fmt: skip


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(
        archive, full_group(),
        Member(WHO, "金丝雀", "zqcanaryqz", group_key=TG, group_name="金丝雀"),
        Member(FRIEND, "李四", group_key=TG),
        map(own, range(1, 121)),
        others(), Reacted(TG, "500", WHO, (Reaction("❤"),)),
    )  # fmt: skip
    with archive.writing() as db:
        nominate(db, f"{TG}:500", WHO, "zqcanaryqz")
        put(db, Draft("bot", "zqcanaryqz", member_key=WHO))
    return archive


def forgotten(archive: Archive, limit: int | None = None) -> list[Forgotten]:
    steps: list[Forgotten] = []
    with closing(archive.connect_for_writing()) as db:
        while not steps or steps[-1].next is not None:
            after = steps[-1].next if steps else None
            with transaction(db):
                steps.append(forget_member(db, WHO, WHO, limit=limit, after=after))
            assert_whole(db)
    return steps


@pytest.mark.parametrize("limit", (None, 7, 120, 1000))
def test_forgotten_person_is_in_no_byte_of_the_folder(talk: Archive, limit: int | None) -> None:
    """TRUST 33: own words, quotes, forwards, merged records, names, reactions, index, logs."""
    inbox = Inbox(talk.folder)
    inbox.store("bot", [event("1", b"zqcanaryqz"), event("2", b"zqcanaryqz", sender_key=FRIEND,
                                                         quoted=(WHO,))])  # fmt: skip
    inbox.done([1, 2])
    steps = forgotten(talk, limit)
    assert sum(step.messages for step in steps) == 120
    assert all(step.messages <= (limit or 120) for step in steps)
    for member in steps[-1].members:
        inbox.erase_member(member)
    assert settle(talk)
    inbox.close()
    assert traces(talk.folder, *WORDS) == []
    assert verify(talk) == []
    with talk.reading() as db:
        views = [get_message(db, operator(), f"{TG}:{n}") for n in (500, 502, 503, 504)]
    assert [v.text for v in views] == ["答", "", "嗨", "不相干 #别的#"]
    assert views[0].reply is None and views[0].reactions == ()
    assert [part["text"] for part in views[1].nested] == ["留下"]
    assert views[2].spans[0].value is None
    assert views[3].reply is not None and views[3].reply.text == "留着"
    assert [(r.emoji, r.count) for r in views[3].reactions] == [("👍", 2)]
    assert texts(talk, "留下") == [""] and texts(talk, "不相干") == ["不相干 #别的#"]


def test_forgotten_person_comes_back_from_no_source(talk: Archive) -> None:
    """TRUST 5, 33."""
    forgotten(talk)
    before = rows(talk, "SELECT platform_id, text, more, detail FROM messages ORDER BY id")
    told(talk, others(), map(own, range(1, 121)))
    without = [Message(TG, None, T0 + n, None, "金丝雀", text=f"zqcanaryqz 第 {n} 句", quality=0)
               for n in range(1, 121)]  # fmt: skip
    told(talk, without, source="import")
    assert rows(talk, "SELECT platform_id, text, more, detail FROM messages ORDER BY id") == before


def test_nothing_new_of_who_opted_out_is_kept_whatever_the_source(talk: Archive) -> None:
    """TRUST 33: what the door let through, and imports."""
    with talk.writing() as db:
        opt_out(db, WHO, WHO)
    forgotten(talk)
    told(talk, own(900), others(600), Member(WHO, "金丝雀", group_key=TG))
    told(talk, Reacted(TG, "601", WHO, (Reaction("❤"),)), Reacted(TG, "999", WHO, (Reaction("❤"),)))
    by_name = name_key(TG, "金丝雀")
    told(talk, Message(TG, None, T0 + 9999, by_name, "金丝雀", text="zqcanaryqz 无号", quality=0),
         Message(TG, None, T0 + 9998, name_key(TG, "王五"), "王五", text="别人", quality=0),
         source="import")  # fmt: skip
    settle(talk)
    assert traces(talk.folder, *WORDS) == []
    assert verify(talk) == []
    assert texts(talk, "别人") == ["别人"] and len(texts(talk, "不相干")) == 2
    named = rows(talk, "SELECT members FROM reactions WHERE members IS NOT NULL")
    assert named and not any(f'"{WHO}"' in members for (members,) in named)
    with talk.writing() as db:
        opt_in(db, WHO, WHO)
    told(talk, own(901, "又来了"), others(700))
    assert texts(talk, "又来") == ["又来了"] and texts(talk, "from:金丝雀") == ["又来了"]


def test_who_shares_a_name_keeps_their_words(archive: Archive) -> None:
    told(
        archive, full_group(), Member(WHO, "同名", group_key=TG),
        Member("telegram:77", "同名", group_key=TG),
        said("1", "话"), said("2", "答", who="43", quote=Quote("另一个人说的", "同名")),
    )  # fmt: skip
    forgotten(archive)
    with archive.reading() as db:
        reply = get_message(db, operator(), f"{TG}:2").reply
    assert reply is not None and reply.text == "另一个人说的"


def test_admin_who_is_forgotten_leaves_what_they_marked(archive: Archive) -> None:
    from archive.essence import feed, mark

    told(archive, full_group(), said("1", "好话", who="43"))
    with archive.writing() as db:
        mark(db, [f"{TG}:1"], by=WHO, tags=("好",))
    forgotten(archive)
    with archive.reading() as db:
        (essence,) = feed(db, operator())
    assert (essence.marked_by, essence.tags) == ("", ("好",))


def test_person_the_archive_never_met_is_forgotten_too(archive: Archive) -> None:
    told(archive, full_group(), said("1", "话", who="43"))
    (done,) = forgotten(archive)
    assert (done.messages, done.next, done.members) == (0, None, (WHO,))
