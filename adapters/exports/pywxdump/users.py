"""The people that `users.json` beside an export tells of."""

from __future__ import annotations

import json
from typing import Any

from adapters.exports.format import ExportError, ExportFile

LARGEST = 64 * 2**20
"""Bytes of a users.json that are read."""


def users_beside(file: ExportFile) -> dict[str, dict[str, Any]]:
    """Read wxid → what is said of them; empty where there is no such file, or it is damaged."""
    found = file.beside("users.json")
    if found is None or found.size > LARGEST:
        return {}
    try:
        with found.open() as handle:
            told = json.loads(handle.read(LARGEST).decode("utf-8-sig", "replace"), strict=False)
    except (ExportError, ValueError, RecursionError):
        return {}
    if isinstance(told, list):
        told = {str(one.get("wxid")): one for one in told if isinstance(one, dict)}
    if not isinstance(told, dict):
        return {}
    return {wxid: one for wxid, one in told.items() if isinstance(one, dict)}


def name_of(user: dict[str, Any]) -> str | None:
    """Return what somebody calls themselves, or else what the exporting person calls them."""
    for field in ("nickname", "remark", "account"):
        value = user.get(field)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None
