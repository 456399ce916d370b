"""Keys of groups and people: `platform:id`, or made of a name where a source tells no id."""

from __future__ import annotations

from hashlib import blake2b


def _short_hash(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()


def title_key(platform: str, title: str) -> str:
    """Make the group key for a source that gives only a title (`Group.title_only`)."""
    return f"{platform}:~{_short_hash(title.strip())}"


def name_key(group_key: str, name: str) -> str:
    """Make the member key for a source that gives only a name: one person per name and group."""
    return f"{platform_of(group_key)}:~{_short_hash(group_key, name.strip())}"


def platform_of(key: str) -> str:
    """Return the part of a key before the first colon: `telegram`, `qq`, `wechat` …"""
    return key.partition(":")[0]
