"""Turns a stored event into records and files to fetch, or into a command; pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from adapters.contract import Adapter
from archive.inbox import Event, Fetch
from archive.records import AnyRecord, Attachment, Message
from bot.commands.command import Asked
from bot.config import MediaConfig

TO_FETCH = "not fetched yet"

_decode_asked = msgspec.json.Decoder(Asked).decode


class Projected(msgspec.Struct, frozen=True):
    """What an event means, or why that is not known."""

    event: Event
    records: list[AnyRecord] = []
    fetches: list[Fetch] = []
    asked: Asked | None = None
    error: str | None = None


def project(adapters: Mapping[str, Adapter], event: Event, media: MediaConfig) -> Projected:
    """Read an event; whatever goes wrong is an error of this event alone."""
    adapter = adapters.get(event.account)
    try:
        if event.form == "command":
            return Projected(event, asked=_decode_asked(event.body))
        if adapter is None:
            return Projected(event, error=f"there is no account {event.account} any more")
        records = adapter.records(event.body)
        wanted = [_with_files(record, event.account, media) for record in records]
    except Exception as error:  # one event: it is kept with this, and the next one is read
        return Projected(event, error=f"{type(error).__name__} in {_place(error)}")
    kept = [record for record, _ in wanted]
    return Projected(event, kept, [fetch for _, fetches in wanted for fetch in fetches])


def _with_files(
    record: AnyRecord, account: str, media: MediaConfig
) -> tuple[AnyRecord, list[Fetch]]:
    """Say of each file whether it will be fetched, or why not."""
    if not isinstance(record, Message) or not record.attachments or record.id is None:
        return record, []
    attachments, fetches = [], []
    for position, attachment in enumerate(record.attachments):
        why = _not_wanted(attachment, media)
        if attachment.source and why is None:
            attachments.append(msgspec.structs.replace(attachment, missing=TO_FETCH))
            fetches.append(
                Fetch(account, record.group_key, record.id, position, attachment.source,
                      attachment.kind, attachment.size)
            )  # fmt: skip
        else:
            missing = attachment.missing or why
            attachments.append(msgspec.structs.replace(attachment, missing=missing))
    return msgspec.structs.replace(record, attachments=tuple(attachments)), fetches


def _not_wanted(attachment: Attachment, media: MediaConfig) -> str | None:
    if attachment.sha256 or attachment.missing:
        return attachment.missing
    if not media.fetch:
        return "not wanted"
    if attachment.kind not in media.kinds:
        return f"not wanted: {attachment.kind}"
    if attachment.size is not None and attachment.size > media.largest_mb * 1_000_000:
        return f"larger than {media.largest_mb} MB"
    return None if attachment.source else "unavailable"


def _place(error: BaseException) -> str:
    """Return where an error was raised, which says more than its words and quotes nobody."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    code = trace.tb_frame.f_code
    return f"{code.co_name} ({code.co_filename.rpartition('/')[2]}:{trace.tb_lineno})"
