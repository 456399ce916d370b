"""What every table of the configuration is, and what is said of a wrong one."""

from __future__ import annotations

import msgspec


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file."""


class ConfigError(Exception):
    """The configuration is wrong: `what` names the option, `hint` how to mend it."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what} {hint}".strip())
        self.what = what
        self.hint = hint
