"""Who is reading: every reading function takes a Reader and returns only what it may see."""

from __future__ import annotations

import msgspec

VISIBILITIES = ("private", "members", "public")
"""A group's visibility: `private` (the default) is for its members and the operator, `members` also
for who is in any other group of the archive, `public` for everybody."""


class Reader(msgspec.Struct, frozen=True):
    """A person before the archive; make one with `operator()`, `member()`, `public()`, or with
    `finder()` for the program itself."""

    everything: bool = False
    real_names: bool = False
    """Behind an alias the person's own name is shown as well."""
    group_keys: frozenset[str] = frozenset()
    """Groups this reader is a member of, as of now; public groups need not be named."""
    member_key: str | None = None
    admin_of: frozenset[str] = frozenset()
    """Those of `group_keys` whose owner or admin this reader is, as of now."""
    belongs: bool = False
    """Logged in and in some group of the archive: may read what is open to `members`."""

    without_names: frozenset[str] = frozenset()
    """Groups read as everybody reads a public one: without names, with masks, and nothing that is
    for members only."""

    published: bool = False
    """Reads what is put into files: of other groups' words that a bridge said in one of its groups
    only those that it may read where they were said first."""

    def rules(self, group_key: str) -> bool:
        """Tell whether this reader may decide for a group: the desk's rows of it."""
        return self.everything or group_key in self.admin_of

    def inside(self, group_key: str) -> bool:
        """Tell whether this group's names and personal numbers are shown as they are; everybody
        else sees masks, a member of another group too."""
        return self.everything or group_key in self.group_keys

    def calls(self, alias: str | None, name: str) -> str:
        """Return what this reader calls a person inside a group: the alias where there is one."""
        if not alias:
            return name
        return f"{alias}（{name}）" if self.real_names and name and name != alias else alias


def operator() -> Reader:
    """Make the reader who may see everything, also who is behind an alias."""
    return Reader(everything=True, real_names=True)


def finder() -> Reader:
    """Make the reader who finds what is then shown to others: everything, as its group sees it."""
    return Reader(everything=True)


def member(
    group_keys: frozenset[str],
    member_key: str | None = None,
    admin_of: frozenset[str] = frozenset(),
    belongs: bool = False,
) -> Reader:
    """Make a reader who sees these groups and what is public; `admin_of` are among them."""
    return Reader(
        group_keys=group_keys, member_key=member_key, admin_of=admin_of & group_keys,
        belongs=belongs,
    )  # fmt: skip


def public() -> Reader:
    """Make the reader who sees public groups only, with masks."""
    return Reader()
