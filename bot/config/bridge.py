"""[[bridge]]."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bot.config.section import ConfigError, Section

BridgeMode = Literal["essence", "digest", "all"]
_Groups = Annotated[tuple[str, ...], msgspec.Meta(min_length=2, max_length=20)]


class BridgeConfig(Section, frozen=True):
    """[[bridge]]: groups that share what is said, once each of them agrees."""

    groups: _Groups
    mode: BridgeMode = "essence"
    name: Annotated[str, msgspec.Meta(pattern=r"^[^:\s][^:\x00-\x1f]{0,39}$")] = "bridge"


def check_bridges(bridges: tuple[BridgeConfig, ...]) -> None:
    """Refuse bridges that nobody could tell from each other, or that lead nowhere."""
    names = [one.name for one in bridges]
    for one in bridges:
        what = f"[[bridge]] {one.name}"
        if names.count(one.name) > 1:
            raise ConfigError(f"{what}: there are two of that name.", "give each a name of its own")
        if len(set(one.groups)) < len(one.groups):
            raise ConfigError(f"{what}: a group stands there twice.", "leave one out")
        for key in one.groups:
            if not all(key.partition(":")):
                raise ConfigError(f"{what}: {key} is no group's key.", "see: chendian group list")
