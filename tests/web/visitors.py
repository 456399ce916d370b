"""Somebody who is in a group and logged in, before any page."""

from __future__ import annotations

import pytest

from archive.access import Reader, member
from web.access import Visitor
from web.forms import token_for

GROUP = "telegram:-1001"
ANN = "telegram:11"
SESSION = "session 1"
INSIDE = member(frozenset((GROUP,)), ANN)
ORIGIN = {"origin": "http://127.0.0.1:8765", "sec-fetch-site": "same-origin"}


def enter(monkeypatch: pytest.MonkeyPatch, reader: Reader = INSIDE) -> None:
    """Let everybody who asks be this reader."""
    visitor = Visitor(reader, reader.member_key or "", SESSION if reader.member_key else "")
    monkeypatch.setattr("web.page.visitor_of", lambda *_: visitor)


def token(secret: bytes) -> str:
    """Return what the reader's forms carry."""
    return token_for(secret, SESSION)
