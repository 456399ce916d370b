"""`chendian bridge …`: what is bridged, who agreed, and a switch to pause it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive.bridge_consents import ALL_OF, agreed, pause, resume
from archive.bridged import counts, drop_waiting
from archive.consent import standing
from archive.database import open_archive
from archive.errors import NotFound
from bot.cli.options import AsJson, Data, Who, given, safe, show_json
from bot.config import BridgeConfig, load_config

app = typer.Typer(
    help="See and pause the bridges between groups.", no_args_is_help=True, rich_markup_mode=None
)
_Config = Annotated[
    Path | None, typer.Option("--config", help="The configuration.", show_default="config.toml")
]
_Name = Annotated[str, typer.Argument(help="A bridge's name.")]


@app.command("list")
def list_(config: _Config = None, data: Data = None, as_json: AsJson = False) -> None:
    """Show the bridges, who agreed, and what waits to cross."""
    # imported late: it loads what speaks to platforms
    from bot.bridge.links import title_of

    loaded = load_config(config)
    with open_archive(data or Path(loaded.data)).reading() as db:
        held, now, waiting = agreed(db), standing(db), counts(db)
        found = [
            {
                "name": bridge.name, "mode": bridge.mode,
                "paused": f"{ALL_OF}{bridge.name}" in held.paused,
                "groups": [
                    {
                        "key": key, "title": title_of(db, key), "archived": now.keeps(key),
                        "agrees": all(
                            held.agrees(key, other, bridge.mode)
                            for other in bridge.groups if other != key
                        ),
                        "paused": key in held.paused, "waiting": waiting.get(key, 0),
                    }
                    for key in bridge.groups
                ],
            }
            for bridge in loaded.bridge
        ]  # fmt: skip
    if as_json:
        show_json(found)
        return
    for one in found:
        typer.echo(f"{safe(str(one['name']))}  {one['mode']}{'  paused' if one['paused'] else ''}")
        groups = one["groups"]
        assert isinstance(groups, list)
        for group in groups:
            typer.echo(f"  {safe(group['key'])}  {safe(group['title'])}  {_state(group)}")
    if not found:
        typer.echo("no bridge is configured. see [[bridge]] in config.example.toml")


def _state(group: dict[str, object]) -> str:
    state = "agreed" if group["agrees"] else "not agreed: an admin sends /bridge on there"
    if not group["archived"]:
        state = "not archived: an admin sends /archive on there"
    if group["paused"]:
        state = "paused there"
    return f"{state}, {group['waiting']} waiting" if group["waiting"] else state


@app.command("pause")
def pause_(name: _Name, config: _Config = None, data: Data = None, by: Who = "operator") -> None:
    """Let nothing cross a bridge; what is said meanwhile does not cross later."""
    bridge = _named(name, config)
    with open_archive(data or Path(load_config(config).data)).writing() as db:
        new = pause(db, f"{ALL_OF}{bridge.name}", by)
        dropped = sum(drop_waiting(db, key, bridge.groups) for key in bridge.groups)
    said = "paused" if new else "paused already"
    left = f", {dropped} parts that waited are not said" if dropped else ""
    typer.echo(
        f"{safe(name)} is {said}{left}. undo: chendian bridge resume {safe(name)}{given(data)}"
    )


@app.command("resume")
def resume_(name: _Name, config: _Config = None, data: Data = None, by: Who = "operator") -> None:
    """Let what is said from now on cross a bridge again."""
    bridge = _named(name, config)
    with open_archive(data or Path(load_config(config).data)).writing() as db:
        done = resume(db, f"{ALL_OF}{bridge.name}", by)
    said = "open again" if done else "not paused"
    typer.echo(f"{safe(name)} is {said}. undo: chendian bridge pause {safe(name)}{given(data)}")


def _named(name: str, config: Path | None) -> BridgeConfig:
    for bridge in load_config(config).bridge:
        if bridge.name == name:
            return bridge
    raise NotFound(f"there is no bridge {safe(name)}.", "see: chendian bridge list")
