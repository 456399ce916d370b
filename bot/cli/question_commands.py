"""`chendian questions` and `chendian similar`."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer

from archive import questions
from archive.access import operator
from archive.errors import ArchiveError, NotFound
from archive.groups import find_group, get_group, list_groups
from archive.hits import iso
from archive.questions import anonymous
from archive.questions.reading import QuestionView
from bot.cli.options import AsJson, Data, Who, given, many, opened, safe, show_json

_Group = Annotated[str | None, typer.Option(help="Only this group (its key or title).")]
_DAY = 86_400


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("questions")(show_questions)
    app.command("similar")(show_similar)


def show_questions(
    data: Data = None,
    group: _Group = None,
    unanswered: Annotated[bool, typer.Option("--open", help="Only without an answer.")] = False,
    proposed: Annotated[bool, typer.Option(help="What looks like one and is none yet.")] = False,
    confirm: Annotated[str | None, typer.Option(help="Make this message a question.")] = None,
    close: Annotated[str | None, typer.Option(help="Let this message be none any more.")] = None,
    assign: Annotated[str | None, typer.Option(help="Put this question to a member.")] = None,
    to: Annotated[str | None, typer.Option(help="The member's key; without it to nobody.")] = None,
    mute: Annotated[str | None, typer.Option(help="Post no more of an asker (a token).")] = None,
    muted: Annotated[bool, typer.Option(help="Whose questions are not posted any more.")] = False,
    unmute: Annotated[str | None, typer.Option(help="Post an asker's questions again.")] = None,
    by: Who = "operator",
    as_json: AsJson = False,
) -> None:
    """Show the questions with what answers them, oldest first; or change one."""
    archive = opened(data)
    change = _change(confirm, close, assign, to, mute, unmute)
    if change is not None:
        with archive.writing() as db:
            done, undo = change(db, by)
        typer.echo(f"{done}. undo: chendian questions {undo}{given(data)}")
        return
    with archive.reading() as db:
        keys = [find_group(db, operator(), group).key] if group else None
        if muted:
            _show_muted(db, keys, as_json, given(data))
        elif proposed:
            _show_proposed(db, keys, as_json, given(data))
        else:
            _show_all(db, keys, unanswered, as_json)


def _change(
    confirm: str | None,
    close: str | None,
    assign: str | None,
    to: str | None,
    mute: str | None,
    unmute: str | None,
) -> Callable[[sqlite3.Connection, str], tuple[str, str]] | None:
    """Return what does the one change asked for, and says it with the options that undo it."""

    def does(db: sqlite3.Connection, by: str) -> tuple[str, str]:
        if confirm:
            made = questions.confirm(db, confirm, by)
            said = "a question now" if made else "a question already"
            return said, f"--close {safe(confirm)}"
        if close:
            questions.close_question(db, close, by)
            return "a question no more; the message stays", f"--confirm {safe(close)}"
        if assign:
            before = questions.get_question(db, operator(), assign).assigned_to
            questions.assign(db, assign, to, by)
            back = f" --to {safe(before)}" if before else ""
            return f"put to {safe(to or 'nobody')}", f"--assign {safe(assign)}{back}"
        if mute:
            anonymous.mute(db, mute, by)
            return "muted", f"--unmute {safe(mute)}"
        anonymous.unmute(db, unmute or "", by)
        return "not muted", f"--mute {safe(unmute or '')}"

    given_ones = [one for one in (confirm, close, assign, mute, unmute) if one]
    if len(given_ones) > 1:
        raise ArchiveError("that is more than one change.", "give one at a time")
    return does if given_ones else None


def _show_all(
    db: sqlite3.Connection, keys: list[str] | None, unanswered: bool, as_json: bool
) -> None:
    read = questions.open_questions if unanswered else questions.list_questions
    found = read(db, operator(), keys)
    if as_json:
        show_json(
            [
                {"key": view.key, "status": view.status, "answers": list(view.answers)}
                for view in found
            ]
        )
        return
    for view in found:
        _show(view, get_group(db, operator(), view.group_key).title)
    if not found:
        typer.echo("no questions. in the chat: /ask. what looks like one: --proposed")


def _show(view: QuestionView, title: str) -> None:
    days = max(0, int(time.time()) - view.asked_at) // _DAY
    typer.echo(f"{view.status:8}  {many(days, 'day'):>9}  {safe(title)}  {safe(view.text)}")
    typer.secho(f"          {safe(view.key)}", dim=True)
    for key in view.answers:
        typer.secho(f"          answer {safe(key)}", dim=True)
    if view.assigned_to:
        typer.secho(f"          put to {safe(view.assigned_to)}", dim=True)
    if view.token:
        typer.secho(f"          asked without a name, token {view.token}", dim=True)


def _show_proposed(
    db: sqlite3.Connection, keys: list[str] | None, as_json: bool, rest: str
) -> None:
    if keys is None:
        keys = [group.key for group in list_groups(db, operator())]
    found = [one for key in keys for one in questions.proposed(db, operator(), key)]
    if as_json:
        show_json([{"key": key, "text": text} for key, text in found])
        return
    for key, text in found:
        typer.echo(safe(text))
        typer.secho(f"          {safe(key)}", dim=True)
    typer.echo(f"make one a question: chendian questions --confirm KEY{rest}")


def _show_muted(db: sqlite3.Connection, keys: list[str] | None, as_json: bool, rest: str) -> None:
    found = [one for one in anonymous.muted(db) if keys is None or one.group_key in keys]
    if as_json:
        show_json(
            [
                {"token": one.token, "group": one.group_key, "muted_at": iso(one.at),
                 "by": one.by}
                for one in found
            ]
        )  # fmt: skip
        return
    for one in found:
        group = safe(_title_of(db, one.group_key))
        typer.echo(
            f"{one.token}  {datetime.fromtimestamp(one.at, UTC):%Y-%m-%d %H:%M} UTC  {group}"
        )
    if found:
        typer.echo(f"post their questions again: chendian questions --unmute TOKEN{rest}")
    else:
        typer.echo("nobody is muted.")


def _title_of(db: sqlite3.Connection, group_key: str | None) -> str:
    try:
        return get_group(db, operator(), group_key or "").title
    except NotFound:
        return group_key or "a group not known any more"


def show_similar(
    question: Annotated[str, typer.Argument(help="What is to be asked.")],
    data: Data = None,
    group: _Group = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="The closest so many.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Show what was asked before and is like this, with its answer."""
    with opened(data).reading() as db:
        key = find_group(db, operator(), group).key if group else None
        found = questions.similar(db, operator(), question, key, limit)
    if as_json:
        show_json(
            {
                "similar": [
                    {"key": one.key, "question": one.question, "answer_key": one.answer_key,
                     "score": one.score}
                    for one in found
                ]
            }
        )  # fmt: skip
        return
    for one in found:
        typer.echo(f"{one.score:.2f}  {safe(one.question)}")
        answer = f"answer {safe(one.answer_key)}" if one.answer_key else "not answered"
        typer.secho(f"      {safe(one.key)}  {answer}", dim=True)
    if not found:
        typer.echo("nothing like it was asked.")
