"""The accounts of the configuration, made into adapters; each platform is one line here."""

from __future__ import annotations

import importlib
from typing import Any

from adapters.contract import Adapter, AdapterError
from bot.config import ConfigError, unknown_option

PLATFORMS = {
    "telegram": "adapters.telegram",
    "qq-official": "adapters.qq_official",
    "qq-onebot": "adapters.qq_onebot",
    "wechat": "adapters.wechat",
}
"""What `platform` may say, and the module that speaks it; the platform's own packages are loaded
only where an account uses them."""
_KEYS = {"qq-official": "qqbot", "qq-onebot": "qq"}
"""The first part of a platform's keys, where it is not its name."""


def make_adapters(accounts: dict[str, dict[str, Any]]) -> dict[str, Adapter]:
    """Make the adapter of every account. Raises ConfigError naming the account and option."""
    return {name: make_adapter(name, settings) for name, settings in accounts.items()}


def make_adapter(name: str, settings: dict[str, Any]) -> Adapter:
    """Make the adapter of one account. Raises ConfigError naming the option."""
    section = f"accounts.{name}"
    options = dict(settings)
    platform = options.pop("platform", None)
    if not isinstance(platform, str) or platform not in PLATFORMS:
        known = ", ".join(PLATFORMS)
        said = "has no platform" if platform is None else f"has an unknown platform {platform!r}"
        raise ConfigError(f"[{section}] {said}.", f"use one of: {known}")
    module = importlib.import_module(PLATFORMS[platform])
    known_options = module.Options.__struct_fields__
    for option in options:
        if option not in known_options:
            wrong = unknown_option(option, ("platform", *known_options), section)
            raise ConfigError(wrong, "see config.example.toml")
    try:
        made: Adapter = module.make(options, name)
    except AdapterError as error:
        raise ConfigError(f"[{section}] {error.what}", error.hint) from None
    return made


def longest_texts() -> dict[str, int]:
    """Return how long a message may be on each platform, by the first part of its keys."""
    return {
        _KEYS.get(name, name): importlib.import_module(module).PACE.longest
        for name, module in PLATFORMS.items()
    }
