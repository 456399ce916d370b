"""Addresses in hostile text: http, https and mailto become links, nothing else does."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hostile_text import BAD_ADDRESSES, GOOD_ADDRESSES
from hypothesis import given
from hypothesis import strategies as st

from web.links import host_of, safe_url, without_tail


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_unsafe_address_is_no_link(address):
    """TRUST 26."""
    assert safe_url(address) is None


@pytest.mark.parametrize("address", GOOD_ADDRESSES)
def test_safe_address_stays_as_it_is(address):
    assert safe_url(address) == address


@given(st.text(max_size=60))
def test_whatever_is_a_link_has_a_safe_scheme_for_a_browser_too(text):
    url = safe_url(text)
    if url is not None:
        # what a browser does before it reads the scheme
        seen = "".join(c for c in url if c not in "\t\n\r").lstrip("".join(map(chr, range(33))))
        assert urlsplit(seen).scheme.lower() in ("http", "https", "mailto")


@given(st.sampled_from(BAD_ADDRESSES[:12]), st.sampled_from(["", " ", "\t", "\0", "\ufeff"]))
def test_invisible_characters_do_not_make_a_scheme_safe(address, invisible):
    assert safe_url(invisible + address + invisible) is None


def test_control_characters_are_cut_out_of_a_safe_address():
    assert safe_url("\x01 https://exa\tmple.org/\n") == "https://example.org/"


def test_host_is_named_without_www():
    assert host_of("https://www.example.org/x") == "example.org"
    assert host_of("mailto:a@example.org") == "a@example.org"


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://example.org/a.", "https://example.org/a"),
        ("https://example.org/a).", "https://example.org/a"),
        ("https://example.org/a_(b)", "https://example.org/a_(b)"),
        ("https://example.org/?q=1!?", "https://example.org/?q=1"),
    ],
)
def test_punctuation_of_the_sentence_is_not_part_of_an_address(written, address):
    assert without_tail(written) == address
