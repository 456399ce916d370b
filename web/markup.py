"""Text as harmless HTML, for what is written too often to make an object of each piece."""

from __future__ import annotations


def escaped(text: str) -> str:
    """Return a text as `markupsafe.escape` does, but as a plain string."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    if "'" in text:
        text = text.replace("'", "&#39;")
    if '"' in text:
        text = text.replace('"', "&#34;")
    return text
