"""Writes a conversation as the export of a Slack workspace: a ZIP, or its folder."""

from __future__ import annotations

import json
import zipfile
from collections import defaultdict
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from writers.conversation import Conversation, Said

VARIANTS = ("zip", "folder")


def write(conversation: Conversation, folder: Path, variant: str = "zip") -> Path:
    """Write the export; return the path of the ZIP or of the folder."""
    files = {name: json.dumps(value, ensure_ascii=False, indent=4).encode()
             for name, value in _files(conversation).items()}  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    if variant == "zip":
        path = folder / "export.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return path
    path = folder / "export"
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def stamps(conversation: Conversation) -> dict[str, str]:
    """Return each message's `ts`, which is its time and its id in one: no two are alike."""
    return {said.id: f"{said.at}.{n:06d}" for n, said in enumerate(conversation.said, 1)}


def _files(conversation: Conversation) -> dict[str, Any]:
    people = {said.sender.id: said.sender for said in conversation.said if said.sender}
    users = [{"id": who.id, "name": who.name, "deleted": False, "real_name": who.name,
              "profile": {"real_name": who.name, "display_name": who.name}, "is_bot": False}
             for who in people.values()]  # fmt: skip
    channel = {"id": conversation.id, "name": conversation.name, "created": 1500000000,
               "is_archived": False, "members": list(people),
               "topic": {"value": ""}, "purpose": {"value": ""}}  # fmt: skip
    found: dict[str, Any] = {"users.json": users, "channels.json": [channel]}
    stamp, roots = stamps(conversation), _roots(conversation)
    days: dict[str, list[Any]] = defaultdict(list)
    for said in conversation.said:
        day = datetime.fromtimestamp(said.at, UTC).date().isoformat()
        days[day].append(_message(said, stamp, roots))
    return found | {f"{conversation.name}/{day}.json": rows for day, rows in days.items()}


def _roots(conversation: Conversation) -> dict[str, str]:
    """Return the message a thread begins with for each that is in one: threads have no depth."""
    found: dict[str, str] = {}
    for said in conversation.said:
        if said.reply_to:
            root = found.get(said.reply_to, said.reply_to)
            found[said.id] = found[root] = root
    return found


def _message(said: Said, stamp: dict[str, str], roots: dict[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {"type": "message", "text": escape(said.text, quote=False),
                           "ts": stamp[said.id]}  # fmt: skip
    if said.sender:
        row["user"] = said.sender.id
    else:
        row["subtype"] = "channel_join"
    if root := roots.get(said.id):
        row["thread_ts"] = stamp[root]
        if root == said.id:
            row["replies"] = [{"user": "U", "ts": stamp[one]}
                              for one, top in roots.items() if top == root != one]  # fmt: skip
    if said.file:
        row["files"] = [{"id": f"F{said.id}", "name": said.file.name, "title": said.file.name,
                         "size": len(said.file.data), "mode": "hosted",
                         "url_private": f"https://files.example/{said.file.name}"}]  # fmt: skip
    return row
