"""Links in the pages lead somewhere, and nowhere they should not."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from docs_reading import NAMES, ROOT, anchors, headings, links, text_of, typed_lines

BOTH = ("README.md", "README.zh-CN.md")
_MACHINE = re.compile(
    r"(?<![\w.~/-])/(?:work|home|root|tmp|farm|mnt|Users|private)\b|[A-Z]:\\Users"
)
_REGISTRY = re.compile(r"pypi|pythonhosted|npmjs|crates\.io|proxy\.golang|mirror", re.IGNORECASE)


@pytest.mark.parametrize("name", NAMES)
def test_relative_link_resolves(name: str) -> None:
    for link in links(text_of(name)):
        path, _, anchor = link.partition("#")
        if urlsplit(link).scheme or path.endswith(".png"):
            continue
        target = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        assert target.is_relative_to(ROOT), link
        assert target.exists(), f"{name} leads to {link}"
        if anchor:
            assert anchor in anchors(target.read_text("utf-8")), f"{name} leads to {link}"


@pytest.mark.parametrize("name", [*NAMES, "config.example.toml", "Makefile"])
def test_page_names_no_path_of_a_machine_and_no_package_registry(name: str) -> None:
    text = text_of(name)
    assert not _MACHINE.findall(text)
    hosts = re.findall(r"https?://([^/\s`)\"]+)", text)
    assert not [host for host in hosts if _REGISTRY.search(host)]


def test_formats_are_named_but_programs_are_not_linked() -> None:
    assert not [link for link in links(text_of("docs/formats.md")) if urlsplit(link).scheme]
    assert "http" not in text_of("docs/formats.md")


def test_both_readmes_have_the_same_commands_in_the_same_order() -> None:
    english, chinese = (typed_lines(text_of(name)) for name in BOTH)
    assert english == chinese
    assert english[:2] == ["make demo", "make test"]


def test_both_readmes_agree_section_by_section() -> None:
    def shape(text: str) -> list[tuple[int, int, int]]:
        sections = re.split(r"^## ", text, flags=re.MULTILINE)
        return [(s.count("\n| "), s.count("\n- "), s.count("```")) for s in sections]

    english, chinese = (text_of(name) for name in BOTH)
    assert shape(english) == shape(chinese)
    levels = [[level for level, _ in headings(text)] for text in (english, chinese)]
    assert levels[0] == levels[1]


def test_both_readmes_lead_to_the_same_places() -> None:
    def places(name: str) -> list[str]:
        return [link.replace(".zh-CN", "") for link in links(text_of(name))]

    assert places(BOTH[0]) == places(BOTH[1])


def test_every_picture_is_there() -> None:
    pictures = {link for name in BOTH for link in links(text_of(name)) if link.endswith(".png")}
    assert pictures
    assert [picture for picture in pictures if not (ROOT / picture).is_file()] == []


@pytest.mark.parametrize("name", BOTH)
def test_every_picture_says_what_it_shows(name: str) -> None:
    described = re.findall(r'<img src="[^"]+" alt="[^"]{8,}"', text_of(name))
    assert len(described) == text_of(name).count("<img ") > 0


def test_every_page_of_docs_can_be_reached_from_the_readme() -> None:
    reached = set(links(text_of("README.md")) + links(text_of("README.zh-CN.md")))
    assert {name for name in NAMES if name.startswith("docs/")} <= reached
