"""Writes a made-up history as a Telegram Desktop JSON export, of any size in constant memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import gmtime, strftime
from typing import TextIO

from benchmarks.crowd import BEIJING, Chat, Person, make_chats, make_people, times
from benchmarks.sentences import Piece, Sentences
from benchmarks.vocabulary import NEEDLES, make_vocabulary, zipf

GROUPS = 20
_ABOUT = "Made up by `python -m benchmarks`: no real person wrote any of this."
_NOT_INCLUDED = "(File not included. Change data exporting settings to download.)"
_BATCH = 2_000


def generate(path: Path, size: int, seed: int = 1, groups: int = GROUPS) -> None:
    """Write `size` messages; one group gives the shape of a single chat's export."""
    random = Random(f"{seed} {size} {groups}")
    chats = make_chats(random, size, groups)
    people = make_people(random)
    texts = Sentences(random, make_vocabulary(seed))
    needles = _place_needles(random, size)
    first = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_opening(groups))
        for position, chat in enumerate(chats):
            rows = _messages(random, chat, people, texts, needles, first)
            _write_chat(file, chat, rows, single=groups == 1)
            first += chat.messages
            file.write(",\n" if position + 1 < groups else "")
        file.write("" if groups == 1 else "\n  ]\n }\n}")


def _opening(groups: int) -> str:
    if groups == 1:
        return ""
    about = json.dumps(_ABOUT)
    return f'{{\n "about": {about},\n "chats": {{\n  "about": {about},\n  "list": [\n'


def _place_needles(random: Random, size: int) -> dict[int, str]:
    planted = [needle for needle, count in NEEDLES for _ in range(count)]
    count = min(len(planted), size)
    return dict(zip(random.sample(range(size), count), planted[-count:], strict=True))


def _write_chat(file: TextIO, chat: Chat, rows: Iterator[str], single: bool) -> None:
    outer, inner = ("", " ") if single else ("   ", "    ")
    name = json.dumps(chat.title, ensure_ascii=False)
    file.write(f'{outer}{{\n{inner}"name": {name},\n{inner}"type": "private_supergroup",\n')
    file.write(f'{inner}"id": {chat.id},\n{inner}"messages": [\n')
    margin = inner + " "
    batch: list[str] = []
    separator = ""
    for row in rows:
        # line breaks of the text are escaped: every real one is a line of the file
        batch.append(margin + row.replace("\n", f"\n{margin}"))
        if len(batch) == _BATCH:
            file.write(separator + ",\n".join(batch))
            separator = ",\n"
            batch.clear()
    if batch:
        file.write(separator + ",\n".join(batch))
    file.write(f"\n{inner}]\n{outer}}}")


def _messages(
    random: Random,
    chat: Chat,
    people: list[Person],
    texts: Sentences,
    needles: dict[int, str],
    first: int,
) -> Iterator[str]:
    ranks = zipf(len(people), 4.0)
    order = random.sample(people, len(people))
    authors = [(json.dumps(p.name, ensure_ascii=False), f'"user{p.id}"') for p in order]
    senders: list[tuple[str, str]] = []
    number = 0
    for position, sent_at in enumerate(times(random, chat.messages)):
        if not senders:
            senders = random.choices(authors, cum_weights=ranks, k=_BATCH)
        reply = number - random.randrange(50) if random.random() < 0.15 else 0
        number += 1 if random.random() < 0.97 else random.randint(2, 9)
        needle = needles.get(first + position)
        yield _message(random, number, sent_at, senders.pop(), reply, texts, needle)


def _message(
    random: Random,
    number: int,
    sent_at: int,
    sender: tuple[str, str],
    reply: int,
    texts: Sentences,
    needle: str | None,
) -> str:
    lines = [f'"id": {number}', '"type": "message"', *_time("date", sent_at)]
    chance = random.random()
    if chance < 0.02:
        lines += _time("edited", sent_at + random.randint(5, 600))
    lines += [f'"from": {sender[0]}', f'"from_id": {sender[1]}']
    if reply > 0:
        lines.append(f'"reply_to_message_id": {reply}')
    pieces = texts.next(needle)
    if 0.02 <= chance < 0.07:
        lines += [f'"photo": "{_NOT_INCLUDED}"', '"photo_file_size": 81234']
        lines += ['"width": 1280', '"height": 960']
        pieces = pieces if needle or chance < 0.03 else []
    lines += [f'"text": {_text(pieces)}', f'"text_entities": {_entities(pieces)}']
    if chance > 0.97:
        lines.append(_reactions(random))
    return "{\n " + ",\n ".join(lines) + "\n}"


def _time(name: str, at: int) -> list[str]:
    local = strftime("%Y-%m-%dT%H:%M:%S", gmtime(at + BEIJING))
    return [f'"{name}": "{local}"', f'"{name}_unixtime": "{at}"']


def _text(pieces: list[Piece]) -> str:
    if not pieces:
        return '""'
    if len(pieces) == 1 and pieces[0][0] == "plain":
        return json.dumps(pieces[0][1], ensure_ascii=False)
    parts = [
        json.dumps(text, ensure_ascii=False) if kind == "plain" else _entity((kind, text))
        for kind, text in pieces
    ]
    if pieces[-1][0] != "plain":
        parts.append('""')
    return "[\n  " + ",\n  ".join(parts) + "\n ]"


def _entities(pieces: list[Piece]) -> str:
    if not pieces:
        return "[]"
    return "[\n  " + ",\n  ".join(map(_entity, pieces)) + "\n ]"


def _entity(piece: Piece) -> str:
    text = json.dumps(piece[1], ensure_ascii=False)
    return f'{{\n   "type": "{piece[0]}",\n   "text": {text}\n  }}'


def _reactions(random: Random) -> str:
    emoji, count = random.choice("👍❤🔥🎉"), random.randint(1, 9)
    body = f'"type": "emoji",\n   "count": {count},\n   "emoji": "{emoji}"'
    return f'"reactions": [\n  {{\n   {body}\n  }}\n ]'
