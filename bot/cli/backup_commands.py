"""`chendian backup`, `restore`, `forget` and `mydata`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import AsJson, Data, Who, folder, given, many, opened, safe, show_json
from bot.progress import Bar

if TYPE_CHECKING:
    from archive.database import Archive
    from archive.restore import Restored

_MB = 1_000_000
_LISTED = 5


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)
    app.command()(forget)
    app.command()(mydata)


def backup(
    data: Data = None,
    to: Annotated[
        Path | None, typer.Option(help="Folder of the backups.", show_default="backups in --data")
    ] = None,
    keep: Annotated[int, typer.Option(min=1, help="The newest so many stay.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Make a backup, also while everything runs."""
    from archive.backup import back_up

    with Bar("copying", quiet=as_json) as bar:
        made = back_up(opened(data), to, keep, bar.update)
    facts = made.manifest
    if as_json:
        show_json(
            {"backup": str(made.path), "messages": facts.messages, "media": len(facts.media),
             "missing_media": len(facts.missing), "removed": [str(path) for path in made.removed]}
        )  # fmt: skip
    else:
        size = sum(one.size for one in facts.files.values()) + sum(facts.media.values())
        typer.echo(
            f"{safe(str(made.path))}: {many(facts.messages, 'message')},"
            f" {many(len(facts.media), 'file')}, {size / _MB:,.1f} MB."
            f" restore: chendian restore {safe(str(made.path))} --data NEW"
        )
        if made.removed:
            typer.echo(f"removed {many(len(made.removed), 'older backup')}.")
    if facts.missing:
        typer.echo(
            f"note: {many(len(facts.missing), 'file')} could not be copied; see: chendian verify",
            err=True,
        )
    for place in made.away:
        typer.echo(
            f"note: {safe(str(place))} cannot be reached; what was forgotten is not noted there.",
            err=True,
        )


def restore(
    backup: Annotated[Path, typer.Argument(help="A folder that chendian backup has made.")],
    data: Data = None,
    erasures: Annotated[
        list[Path] | None, typer.Option(help="One more ledger of what was forgotten.")
    ] = None,
    without_erasures: Annotated[
        bool, typer.Option(help="There is no ledger; what was forgotten since comes back.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make an archive of a backup in a new folder; what was forgotten since is forgotten again."""
    from archive.restore import restore as bring_back

    with Bar("restoring", quiet=as_json) as bar:
        done = bring_back(
            backup,
            folder(data),
            erasures or (),
            without_ledger=without_erasures,
            step=bar.update,
        )
    if as_json:
        show_json(_as_json(done))
        return
    again = done.replayed
    typer.echo(
        f"restored {many(done.messages, 'message')} and {many(done.media, 'file')};"
        f" forgotten again: {many(again.messages, 'message')}, {again.people:,} people,"
        f" {many(again.events, 'raw event')}. next: chendian verify{given(data)}"
    )
    drafts = f" {many(done.put_away, 'draft')} put away." if done.put_away else ""
    typer.echo(
        "digests and reminders of before now count as told: whether they were is not known, and"
        f" they are not told again.{drafts}"
    )
    if done.unreadable:
        typer.echo(
            f"note: {many(done.unreadable, 'line')} of the ledger cannot be read; what they named"
            " may have come back.",
            err=True,
        )


def _as_json(done: Restored) -> dict[str, object]:
    return {
        "messages": done.messages,
        "media": done.media,
        "forgotten": {"messages": done.replayed.messages, "people": done.replayed.people,
                      "events": done.replayed.events},
        "ledgers": [str(path) for path in done.ledgers],
        "unreadable": done.unreadable,
        "digests_put_away": done.put_away,
    }  # fmt: skip


def forget(
    keys: Annotated[list[str] | None, typer.Argument(help="Keys of messages.")] = None,
    data: Data = None,
    member: Annotated[list[str] | None, typer.Option(help="All of a person, by their key.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    by: Who = "operator",
    as_json: AsJson = False,
) -> None:
    """Erase messages or people for good: rows, raw events, files, index, logs."""
    from archive.errors import ArchiveError
    from archive.forget_now import forget_now

    if not keys and not member:
        raise ArchiveError("nothing is named.", "name messages, or a person with --member KEY")
    archive = opened(data)
    if not yes:
        if as_json or not sys.stdin.isatty():
            raise ArchiveError("this cannot be undone.", "add --yes")
        _tell_what(archive, keys or [], member or [])
        typer.confirm("Erase it? This cannot be undone.", abort=True)
    with Bar("erasing", quiet=as_json) as bar:
        done = forget_now(archive, keys or [], member or [], by, lambda n: bar.update(n, n))
    if as_json:
        show_json(
            {"messages": done.messages, "kept_out": done.kept_out, "people": done.people,
             "events": done.events, "settled": done.settled}
        )  # fmt: skip
    else:
        typer.echo(
            f"forgotten: {many(done.messages, 'message')}, {done.people:,} people,"
            f" {many(done.events, 'raw event')}. older backups have them until they are replaced;"
            " a restore forgets them again."
        )
        if done.kept_out:
            typer.echo(f"{many(done.kept_out, 'message')} not here; kept out from now on.")
    if not done.settled:
        typer.echo(
            "note: somebody reads the archive, so that some bytes are still on the disk; run the"
            " same command again.",
            err=True,
        )


def _tell_what(archive: Archive, keys: list[str], members: list[str]) -> None:
    from archive.forget_now import check_member
    from archive.rights import message_count

    with archive.reading() as db:
        if keys:
            typer.echo(f"{many(len(keys), 'message')}: {safe(', '.join(keys[:_LISTED]))}")
        for member in members:
            names = ", ".join(check_member(db, member)[:_LISTED])
            number = many(message_count(db, member), "message")
            typer.echo(f"{safe(member)} ({safe(names)}): {number}, and quotes of them")


def mydata(
    member: Annotated[str, typer.Argument(help="A person's key.")],
    data: Data = None,
    out: Annotated[
        Path | None, typer.Option(help="The ZIP to write.", show_default="mydata.zip")
    ] = None,
    by: Who = "operator",
    as_json: AsJson = False,
) -> None:
    """Write all that is kept of a person, for them, into a ZIP."""
    from archive.handing import hand_over

    target = out or Path("mydata.zip")
    done = hand_over(opened(data), member, target, by)
    if as_json:
        show_json({"file": str(target), "messages": done.messages, "files": done.files})
        return
    typer.echo(
        f"{safe(str(target))}: {many(done.messages, 'message')}, {many(done.files, 'file')}."
        f" give it to nobody but {safe(member)}."
    )
