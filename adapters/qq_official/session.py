"""Where in QQ's events we are; kept beside them, so that another process goes on from there."""

from __future__ import annotations

import msgspec


class Session(msgspec.Struct, frozen=True):
    """A session of the gateway and the last event of it."""

    id: str = ""
    """Empty: there is none to go on with."""
    sequence: int | None = None
    at: int = 0
    """When that came (Unix seconds); 0: nothing came."""

    def written(self) -> str:
        """Write it as an offset."""
        return msgspec.json.encode(self).decode()


def session_of(offset: str | None) -> Session:
    """Read an offset; an empty session where it says nothing."""
    try:
        return msgspec.json.decode(offset or "{}", type=Session)
    except msgspec.MsgspecError:
        return Session()
