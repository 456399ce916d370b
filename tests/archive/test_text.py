"""The tokeniser, held against a brute-force oracle that shares only the 繁→简 table with it."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import archive.text
from archive import index
from archive.compile import compile_query
from archive.highlight import marks_in
from archive.query import parse
from archive.text import MAX_TOKEN, normalise, phrase, tokens

PAIRS = Path(archive.text.__file__).with_name("simplified.txt").read_text("utf-8").split()
SIMPLER = {pair[0]: pair[1] for pair in PAIRS}
HAN = "部署服务器問题问題們们発の한글ア﨑𠮷〇"
OTHER = "abAB1２éÉｃß_ -.,，。！\n\t#+👍🏽❤️\u200b\u200d\ufeff\u0301ªΣя"
TEXTS = st.lists(
    st.text(HAN, max_size=8) | st.text(OTHER, max_size=6) | st.text(HAN + OTHER, max_size=12),
    max_size=5,
).map("".join)


def oracle_fold(text: str) -> str:
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf" and c != "\ufe0f")
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    return "".join(SIMPLER.get(c, c) for c in folded)


def is_han(char: str) -> bool:
    name = unicodedata.name(char, "")
    return name.startswith(
        (
            "CJK UNIFIED",
            "CJK COMPATIBILITY IDEOGRAPH",
            "HIRAGANA",
            "KATAKANA",
            "HANGUL",
            "IDEOGRAPHIC NUMBER",
        )
    )


def han_runs(text: str) -> list[str]:
    marked = "".join(c if is_han(c) else " " for c in oracle_fold(text))
    return marked.split()


def words(text: str) -> set[str]:
    marked = "".join(c if c.isalnum() and not is_han(c) else " " for c in oracle_fold(text))
    return set(marked.split())


def without_signs(text: str) -> str:
    return text.translate({ord("+"): None, ord("#"): None})


def runs(text: str) -> list[tuple[str, str]]:
    """Cut a folded text (without + and #) into its runs: (kind, characters)."""
    found: list[tuple[str, str]] = []
    last = ""
    for char in oracle_fold(text):
        kind = "han" if is_han(char) else "word" if char.isalnum() else "emoji" * (char in "👍🏽❤")
        if kind and kind == last and kind != "emoji":
            found[-1] = (kind, found[-1][1] + char)
        elif kind:
            found.append((kind, char))
        last = kind
    return found


def says(text: str, term: str) -> bool:
    """Tell whether a text's runs hold a term's, one after another: Han begins and ends anywhere."""
    there, wanted = runs(text), runs(term)
    if len(wanted) == 1 and wanted[0][0] == "han":
        return any(kind == "han" and wanted[0][1] in run for kind, run in there)
    return any(
        all(
            kind == its_kind
            and (run == its or (kind == "han" and (
                (place == 0 and its.endswith(run))
                or (place == len(wanted) - 1 and its.startswith(run))
            )))
            for place, ((kind, run), (its_kind, its)) in enumerate(
                zip(wanted, there[start:], strict=False)
            )
        )
        for start in range(len(there) - len(wanted) + 1)
    ) and bool(wanted)  # fmt: skip


class Indexed:
    """Texts in a real index; message n is text n."""

    def __init__(self, *texts: str) -> None:
        self.db = sqlite3.connect("")
        index.create(self.db)
        index.add(self.db, ((n, *index.entry(t, None, "k0")) for n, t in enumerate(texts)))

    def hits(self, term: str) -> set[int]:
        """Ask for a term in quotes, as a person would; none where nothing remains of it."""
        found = phrase(term)
        if found is None:
            return set()
        star = "*" if found.prefix else ""
        match = f'{found.column} : "{" ".join(found.tokens)}" {star}'
        rows = self.db.execute(
            "SELECT rowid FROM message_index WHERE message_index MATCH ?", (match,)
        )
        return {row_id for (row_id,) in rows}

    def __enter__(self) -> Indexed:
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()


@settings(deadline=None, max_examples=200)
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_every_piece_of_a_run_is_found(texts: list[str]) -> None:
    with Indexed(*texts) as there:
        for number, text in enumerate(texts):
            for run in han_runs(text):
                for length in (1, 2, 3, 4):
                    for start in range(len(run) - length + 1):
                        assert number in there.hits(run[start : start + length])
            for word in words(text):
                assert number in there.hits(word)


@settings(deadline=None, max_examples=300)
@given(st.lists(TEXTS, min_size=1, max_size=5), st.text(HAN, min_size=1, max_size=4))
def test_han_term_finds_exactly_the_texts_that_contain_it(texts: list[str], term: str) -> None:
    wanted = {n for n, text in enumerate(texts) if oracle_fold(term) in oracle_fold(text)}
    with Indexed(*texts) as there:
        assert there.hits(term) == wanted


@settings(deadline=None, max_examples=300)
@given(st.lists(TEXTS, min_size=1, max_size=5), st.text("abAB1２éÉ", min_size=1, max_size=3))
def test_latin_term_finds_exactly_the_texts_with_that_word(texts: list[str], term: str) -> None:
    wanted = {n for n, text in enumerate(texts) if oracle_fold(term) in words(text)}
    with Indexed(*texts) as there:
        assert there.hits(term) == wanted


@settings(deadline=None, max_examples=400)
@given(
    st.lists(TEXTS.map(without_signs), min_size=1, max_size=4),
    st.text(HAN + OTHER, min_size=1, max_size=6).map(without_signs),
)
def test_mixed_term_finds_exactly_the_texts_with_its_runs_in_a_row(
    texts: list[str], term: str
) -> None:
    with Indexed(*texts) as there:
        assert there.hits(term) == {n for n, text in enumerate(texts) if says(text, term)}


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.text(HAN + OTHER, min_size=1, max_size=6))
@example("A\u200b\u03011", "1")
def test_highlight_marks_something_exactly_where_the_index_has_a_hit(text: str, term: str) -> None:
    with Indexed(text) as there:
        assert bool(there.hits(term)) == bool(marks_in(text, [term]))


@settings(deadline=None, max_examples=500)
@given(st.text())
def test_any_text_gives_tokens_that_are_safe_in_a_quotation(text: str) -> None:
    found = tokens(text)
    for token in f"{found.body} {found.chars}".split():
        assert not set(token) & set("\"'*^():\0 ")
        assert len(token) <= MAX_TOKEN
    assert tokens(normalise(text)) == tokens(text)


@pytest.mark.parametrize(
    ("text", "terms", "misses"),
    (
        ("用C++写", ("C++", "c++", "Ｃ＋＋", "c", "写", "用C++写"), ("c#", "C+++x")),
        ("C#和F#，C99", ("c#", "F#", "和", "c99"), ("c++", "c9")),
        ("c++17 g++", ("c++17", "17", "g++"), ("c++",)),
        (
            "docker部署",
            ("docker", "部署", "docker部署", "docker部", "DOCKER 部"),
            ("docke", "ocker"),
        ),
        ("部署docker", ("署docker", "部署docker", "docker"), ("部docker",)),
        ("𠮷野家", ("𠮷", "𠮷野", "野家"), ("吉野",)),
        ("軟體開發", ("软体", "軟體", "软體开发", "开"), ("软件",)),
        ("ｶﾞﾝﾀﾞﾑ", ("ガンダム", "ガン"), ()),
        ("가나다", ("가나", "나다".encode().decode()), ()),
        ("👍🏽 好", ("👍", "👍🏽", "好"), ("👎",)),
        ("👨‍👩‍👧", ("👨‍👩‍👧", "👩"), ()),
        ("❤️‍🔥❤", ("❤", "❤️", "🔥"), ()),
        ("cafe\u0301", ("café", "CAFÉ"), ("cafe",)),
        ("Straße", ("STRASSE", "straße"), ()),
        ("管\u200b理\u200d员", ("管理员", "管理"), ()),
        ("pay\u00adpal", ("paypal",), ("pay",)),
        ("https://github.com/a_b/c?q=1", ("github.com", "github", "a_b", "q=1"), ("gith",)),
        ("v1.2.3", ("v1.2.3", "2.3"), ("1.2",)),
        ("①㎏ ㍿", ("1kg", "１㎏", "株式会社"), ("kg",)),
        ("空\0字符", ("字符", "空"), ("空字",)),
        ("\ud800坏\udfff", ("坏",), ()),
        ("हिन्दी ไทย", ("हिन्दी", "ไทย"), ()),
    ),
)
def test_term_is_found_or_not(text: str, terms: tuple[str, ...], misses: tuple[str, ...]) -> None:
    with Indexed(text) as there:
        for term in terms:
            assert there.hits(term) == {0}, term
        for term in misses:
            assert there.hits(term) == set(), term


def test_most_of_han_is_letters_to_python_so_that_a_gap_need_not_name_it() -> None:
    most = archive.text._HAN.removesuffix(archive.text._OTHER_HAN)
    letters = re.compile(r"\w")
    ranges = [(int(a, 16), int(b, 16)) for a, b in re.findall(r"u(\w{4})-\\u(\w{4})", most)]
    assert len(ranges) == 3
    assert all(letters.match(chr(code)) for a, b in ranges for code in range(a, b + 1))


def test_no_phrase_matches_across_two_runs() -> None:
    with Indexed("部，署", "部 署", "部👍署", "部a署", "部署") as there:
        assert there.hits("部署") == {4}
        # what stands between is not searched: punctuation does not matter
        assert there.hits("部 署") == {0, 1}


def test_long_word_is_found_by_its_beginning_and_whole() -> None:
    long = "a" * 5000
    with Indexed(f"{long} 好", "b" * 5000 + "++") as there:
        assert there.hits(long) == {0}
        assert there.hits("好") == {0}


def test_words_of_ten_thousand_combining_marks_stay_words() -> None:
    with Indexed("好" + "\u0301" * 10_000 + "的 e" + "\u0302" * 10_000) as there:
        assert there.hits("好") == there.hits("的") == {0}


def test_simplification_is_done_at_one_stroke() -> None:
    """No character's simple form has a simpler one: text and query would part ways."""
    folded = {normalise(c) for c in map(chr, range(0x2E80, 0x33FFF)) if is_han(c)}
    assert {c for c in folded if normalise(c) != c} == set()


def test_query_compiles_to_what_the_tokeniser_says() -> None:
    """The oracle above asks the index by hand; the real way must ask the same."""
    with closing(sqlite3.connect("")) as db:
        db.execute("CREATE TABLE groups(id, key, title)")
        from archive.access import operator

        compiled = compile_query(db, parse('"docker 部"', now=0), operator())
        assert [b.match for b in compiled.branches] == ['body : "docker +部"']
