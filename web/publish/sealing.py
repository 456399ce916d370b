"""What a published folder remembers for the next run, so that only its own archive can read it."""

from __future__ import annotations

import secrets
from hashlib import shake_256

_NONCE = 16


def seal(secret: bytes, data: bytes) -> bytes:
    """Make bytes unreadable without the archive's secret; each time otherwise."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _mixed(secret, nonce, data)


def unseal(secret: bytes, sealed: bytes) -> bytes:
    """Return what was sealed; with another secret something that means nothing."""
    return _mixed(secret, sealed[:_NONCE], sealed[_NONCE:])


def _mixed(secret: bytes, nonce: bytes, data: bytes) -> bytes:
    stream = shake_256(b"published" + secret + nonce).digest(len(data))
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")
    return mixed.to_bytes(len(data), "big")
