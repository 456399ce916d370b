"""Who may push: HMAC-SHA256 over a timestamp and the body, within five minutes."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

TIMESTAMP = "Chendian-Timestamp"
"""Header: Unix seconds at which the request was signed."""
HEADER = "Chendian-Signature"
"""Header: `v1=` and 64 hexadecimal digits; several, with commas, while a secret is changed."""
KEY = "Idempotency-Key"

WINDOW = 300
"""Seconds for which a signature holds, before and after."""
_SIGNATURE = re.compile(r"v1=([0-9a-f]{64})", re.ASCII)
_TIME = re.compile(r"[0-9]{1,12}", re.ASCII)


class Signing:
    """The signature of one body, computed while it comes in."""

    def __init__(self, secret: str, timestamp: str) -> None:
        self._code = hmac.new(secret.encode(), f"{timestamp}.".encode(), sha256)

    def add(self, piece: bytes) -> None:
        """Take the next piece of the body."""
        self._code.update(piece)

    def is_among(self, given: list[str]) -> bool:
        """Tell, in constant time, whether it is one of these."""
        own = self._code.hexdigest()
        found = False
        for one in given:
            found |= hmac.compare_digest(own, one)
        return found

    def hexdigest(self) -> str:
        """Return it as 64 hexadecimal digits."""
        return self._code.hexdigest()


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return what `Chendian-Signature` says of a body."""
    signing = Signing(secret, str(timestamp))
    signing.add(body)
    return f"v1={signing.hexdigest()}"


def is_current(timestamp: str, now: float) -> bool:
    """Tell whether a header names a moment close to now."""
    return bool(_TIME.fullmatch(timestamp)) and abs(int(timestamp) - now) <= WINDOW


def given_in(header: str) -> list[str]:
    """Return the signatures a header names, four at most; others are not looked at."""
    parts = header.split(",", 4)[:4]
    found = (_SIGNATURE.fullmatch(part.strip()) for part in parts)
    return [one[1] for one in found if one]
