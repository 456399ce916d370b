"""The options of a QQ account in the configuration."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.contract import AdapterError


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `[accounts.<name>]` may say when `platform = "qq-onebot"`; times in minutes."""

    url: str | None = None
    """Where the gateway listens, `ws://127.0.0.1:3001`: chendian connects to it."""
    listen: str | None = None
    """Or a path of the site, `/onebot`, to which the gateway connects."""
    access_token: str = ""
    """The secret that both sides know; needed with `listen`."""
    history_minutes: float = 5
    """How often messages missed on the way are looked for."""
    history_most: int = 50_000
    """Messages that are looked through in one group at a time."""
    essence_minutes: float = 30
    """How often the list of 群精华 is compared."""
    quiet_minutes: float = 15
    """After this long without any message the gateway is asked whether the account still works."""
    allow_private: bool = False
    """Fetch files also from addresses that are not public; for a gateway in the same network."""
    local_files: bool | None = None
    """Read files from paths that the gateway names; by default if it runs on this machine."""


def options_of(told: dict[str, Any]) -> Options:
    """Check what the configuration says. Raises AdapterError naming the option."""
    try:
        options = msgspec.convert(told, Options)
    except msgspec.ValidationError as error:
        raise AdapterError(f"{error}.", "see docs/configuration.md") from None
    if (options.url is None) == (options.listen is None):
        raise AdapterError(
            "one of url and listen is needed.",
            'url = "ws://127.0.0.1:3001" connects to the gateway; listen = "/onebot" waits for it',
        )
    if options.url is not None and not options.url.startswith(("ws://", "wss://")):
        raise AdapterError("url is no WebSocket address.", "it begins with ws:// or wss://")
    if options.listen is not None:
        if not options.listen.startswith("/") or len(options.listen) < 2:
            raise AdapterError("listen is no path.", 'write it like listen = "/onebot"')
        if not options.access_token:
            # whoever reaches the site could speak for the group
            raise AdapterError("listen needs access_token.", "set the same one in the gateway")
    for name in ("history_minutes", "essence_minutes", "quiet_minutes", "history_most"):
        if getattr(options, name) <= 0:
            raise AdapterError(f"{name} must be more than 0.")
    return options
