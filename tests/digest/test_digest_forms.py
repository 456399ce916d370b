"""A digest in chat, Markdown, HTML and mail: within length, with links, nothing of it alive."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import msgspec
import pytest

from archive.digest import Digest, Item, Thanks
from web.digest_forms import CODE, as_html, as_mail, as_markdown, as_text, cited, subject

TG, QQ = "telegram:-100123", "qq:88990011"
TITLES = {TG: "技术群", QQ: "徒步群"}
BASE = "https://site.example"
HOSTILE = (
    "<script>alert(1)</script> <img src=https://canary.example/x onerror=alert(1)>"
    " [点我](javascript:alert(1)) ![图](https://canary.example/y) @all `code` *粗*"
    " 第一\n# 标题\0\u202e\x1b"
)


def item(number: int, **more: object) -> Item:
    values: dict[str, object] = {
        "kind": "discussion",
        "title": f"第 {number} 件事",
        "text": f"张三：「第 {number} 件事是这样」\n李四：「对」",
        "keys": (f"{TG}:{number}", f"{TG}:{number}0"),
        "why": "4 人参与，3 条回复",
        "group_key": TG,
        "at": 1_791_770_400,
    }
    return Item(**(values | more))  # type: ignore[arg-type]


def digest(*items: Item, **more: object) -> Digest:
    values: dict[str, object] = {
        "period": "2026-W42",
        "since": 1_791_734_400,
        "until": 1_792_339_200,
        "groups": (TG,),
        "items": items,
        "open_questions": (f"{TG}:91", f"{TG}:92"),
        "thanks": (Thanks("张三", "telegram:1", (f"{TG}:1",)),),
        "messages": 812,
        "people": 24,
    }
    return Digest(**(values | more))  # type: ignore[arg-type]


WHOLE = digest(*(item(n) for n in range(1, 11)))


@pytest.mark.parametrize("longest", [60, 200, 600, 4096])
@pytest.mark.parametrize("base_url", [BASE, ""])
def test_chat_text_is_in_pieces_of_whole_lines_within_the_length(
    longest: int, base_url: str
) -> None:
    pieces = as_text(WHOLE, TITLES, base_url, longest)
    assert all(len(piece.encode("utf-16-le")) <= 2 * longest for piece in pieces)
    rows = [row for piece in pieces for row in piece.splitlines()]
    numbered = [row for row in rows if "第 " in row and "件事" in row]
    assert [row.partition(".")[0] for row in numbered] == [str(n) for n in range(1, 11)]
    if base_url:
        links = [row for row in rows if row.startswith("https://")]
        assert links == [f"{BASE}/m/{TG}:{n}" for n in range(1, 11)]
    else:
        assert "".join(pieces).count(CODE) == len(cited(WHOLE)) == 12
        assert "http" not in "".join(pieces)


def test_long_lines_and_emoji_are_cut_to_the_length() -> None:
    long = digest(item(1, title="😀" * 300))
    for base_url in (BASE, ""):
        pieces = as_text(long, TITLES, base_url, 80)
        assert all(len(piece.encode("utf-16-le")) <= 160 for piece in pieces)
        assert ("".join(pieces).count(CODE) == len(cited(long))) is not bool(base_url)


def test_an_item_is_not_parted_where_it_fits() -> None:
    pieces = as_text(WHOLE, TITLES, BASE, 300)
    assert len(pieces) > 2
    for piece in pieces[1:-1]:
        assert piece[0].isdigit() and piece.splitlines()[-1].startswith("https://")


def test_every_form_says_of_what_and_how_it_was_chosen() -> None:
    forms = (
        "\n".join(as_text(WHOLE, TITLES, BASE, 4096)), as_markdown(WHOLE, TITLES, BASE),
        as_html(WHOLE, TITLES, BASE), as_mail(WHOLE, TITLES, BASE),
    )  # fmt: skip
    for text in forms:
        assert "技术群 周报 2026-W42" in text.replace("\\", "") and "10-12 至 10-18" in text
        assert "选出 10 条" in text and "812 条消息" in text
        assert f"{BASE}/m/{TG}:7" in text and "4 人参与，3 条回复" in text
        assert "感谢 张三" in text and "还没人答的问题 2 个" in text and f"{BASE}/m/{TG}:91" in text
        assert "telegram:1 " not in text and "徒步群" not in text
    assert subject(WHOLE, TITLES) == "技术群 周报 2026-W42（10-12 至 10-18）"


def test_several_groups_are_named_at_each_item_and_a_day_is_a_daily() -> None:
    several = digest(item(1), item(2, group_key=QQ), groups=(TG, QQ), period="2026-10-18")
    for text in (as_mail(several, TITLES, BASE), as_markdown(several, TITLES, BASE)):
        assert "技术群、徒步群 日报 2026-10-18" in text.replace("\\", "")
        assert "徒步群" in text.partition("第 2 件事")[2]
    many = digest(item(1), groups=(TG, QQ, "qq:3"))
    assert subject(many, TITLES).startswith("技术群等 3 个群 ")


def test_nothing_worth_telling_is_said_so() -> None:
    empty = digest(open_questions=(), thanks=())
    for text in (as_mail(empty, TITLES, BASE), *as_text(empty, TITLES, BASE, 500)):
        assert "没有特别值得记的" in text and "怎么选的" not in text


def hostile() -> Digest:
    return digest(
        item(1, title=HOSTILE, text=f"{HOSTILE}：「{HOSTILE}」", why=HOSTILE),
        thanks=(Thanks(HOSTILE, "telegram:1", ()),),
    )


class Tags(HTMLParser):
    """Notes which elements and addresses a piece of HTML has."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.addresses: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]


@pytest.mark.parametrize("base_url", [BASE, ""])
def test_html_has_nothing_from_people_alive_and_loads_nothing(base_url: str) -> None:
    """TRUST 25: script in text, sender, group title is inert."""
    tags = Tags()
    tags.feed(as_html(hostile(), {TG: HOSTILE}, base_url))
    assert tags.elements <= {"section", "h2", "h3", "p", "a"}
    assert tags.attributes <= {"style", "href"}
    assert tags.addresses == ([f"{BASE}/m/{TG}:1"] if base_url else [])


def test_markdown_has_nothing_from_people_alive() -> None:
    text = as_markdown(hostile(), {TG: HOSTILE}, BASE)
    for alive in ("<script", "<img", "](javascript", "![", "`code`", "*粗*", "\n# 标题"):
        assert alive not in re.sub(r"\\.", "·", text), alive
    assert text.count("](https://site.example/m/") == 1


def test_chat_text_and_mail_call_nobody_and_hold_no_other_codes() -> None:
    chat = "\n".join(as_text(hostile(), {TG: HOSTILE}, "", 4096))
    assert "@all" not in chat and chat.count(CODE) == len(cited(hostile()))
    mail = as_mail(hostile(), {TG: HOSTILE}, BASE)
    assert "@all" not in mail and not {CODE, "\u202e", "\x1b"} & set(chat.replace(CODE, "") + mail)


def test_forms_take_a_digest_read_from_json() -> None:
    again = msgspec.json.decode(msgspec.json.encode(WHOLE), type=Digest)
    assert as_html(again, TITLES, BASE) == as_html(WHOLE, TITLES, BASE)
