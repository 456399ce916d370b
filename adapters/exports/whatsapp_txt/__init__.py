"""Reads the text that WhatsApp writes of a chat, on Android and on iPhones."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.exports.encoding import open_text, peek
from adapters.exports.format import ExportFile, Options
from adapters.exports.whatsapp_txt.header import form_of
from adapters.exports.whatsapp_txt.history import History
from adapters.exports.whatsapp_txt.survey import survey
from archive.records import AnyRecord, Rejected

__all__ = ["NAME", "read", "sniff"]

NAME = "whatsapp-txt"
UNSURE = (
    "too few of them to tell which number is the day; the first is taken for it unless that makes "
    "them impossible. export more of the chat if that is wrong"
)


def sniff(file: ExportFile, head: bytes) -> bool:
    """Claim a text whose rows begin as WhatsApp's do."""
    return file.name.lower().endswith(".txt") and form_of(peek(head)) is not None


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read the chat as a stream, after one look at all of it for the order of its dates."""
    form = form_of(peek(file.head())) or "dash"
    with open_text(file, options) as text:
        found = survey(text.lines(), form)
    history = History(file, options, form, found)
    yield history.group
    if not found.sure:
        yield Rejected("the dates", UNSURE)
    with open_text(file, options) as text:
        for number, line in enumerate(text.lines(), 1):
            yield from history.line(number, line, text.fault(line))
    yield from history.end()
