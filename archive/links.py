"""The web addresses in a text."""

from __future__ import annotations

import re

LINK = re.compile(r"https?://[^\s<>\"'“”‘’（）()【】《》「」『』，。；！？、]+", re.I)


def links_in(text: str) -> list[str]:
    """Return the web addresses in a text, in order; signs around them are no part of them."""
    return LINK.findall(text) if "://" in text else []
