"""Goes through the channels of a Slack export, day by day."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.exports.encoding import open_text
from adapters.exports.format import ExportError, ExportFile, Options
from adapters.exports.json_stream import elements
from adapters.exports.proposal import proposed_group
from adapters.exports.slack.rows import Rows
from adapters.exports.slack.workspace import DAY, LISTS, Channel, Workspace
from archive.records import AnyRecord, Group, Rejected

_ROW = re.compile(r'\{\s*"(?:client_msg_id|type|user|subtype|text|ts|bot_id)"\s*:')


def read(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    """Read every channel as a stream, or the one channel whose day this is."""
    if file.name.rpartition("/")[2] in LISTS[:-1]:
        yield from _all(file, options)
        return
    folder = file.label.split("/")[-2] if "/" in file.label else "slack"
    above = any(file.beside(f"../{name}") for name in LISTS)
    workspace = Workspace(file, options, "../" if above else "")
    workspace.meet()
    yield from workspace.faults
    yield from _channel(Channel(None, folder, folder), _days(file.siblings()), workspace, options)


def _all(file: ExportFile, options: Options) -> Iterator[AnyRecord]:
    workspace = Workspace(file, options)
    workspace.meet()
    channels = list(workspace.channels())
    yield from workspace.faults
    if options.group and len(channels) > 1:
        raise ExportError(f"{file.label} holds several groups.", "leave --group out")
    empty = True
    for channel in channels:
        days = _days(file.inside(channel.folder))
        empty = empty and not days
        yield from _channel(channel, days, workspace, options)
    if empty:
        raise ExportError(
            f"{file.label} names {len(channels)} channels, and none has a day of messages.",
            "give the whole ZIP or folder",
        )


def _days(files: list[ExportFile]) -> list[ExportFile]:
    return [file for file in files if DAY.fullmatch(file.name.rpartition("/")[2])]


def _channel(
    channel: Channel, days: list[ExportFile], workspace: Workspace, options: Options
) -> Iterator[AnyRecord]:
    group = _group(channel, options)
    yield group
    for user in channel.people:
        if member := workspace.member(user, group.key):
            yield member
    rows = Rows(group, workspace, channel.folder)
    for day in days:
        name = "/".join(day.name.split("/")[-2:])
        try:
            with open_text(day, options) as text:
                for row in elements(text, _ROW):
                    where = f"{name} row {row.number}"
                    if row.fault:
                        yield Rejected(where, row.fault)
                    else:
                        yield from rows.records(row.value, where)
        except ExportError as error:
            yield Rejected(name, str(error))


def _group(channel: Channel, options: Options) -> Group:
    if channel.id is None:
        return proposed_group("slack", channel.title, options, channel.kind)
    return Group(f"slack:{channel.id}", channel.title or None, channel.kind)
