"""QQ's signatures: an ed25519 key made of the AppSecret, which QQ and we both have.

https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/interface-framework/sign.html
"""

from __future__ import annotations

import re
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

WINDOW = 300.0
"""Seconds by which the time of a signature may differ from ours."""
_SEED = 32
_MOMENT = re.compile(r"[0-9]{1,13}").fullmatch
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}").fullmatch


class Signer:
    """Tells what QQ signed from what it did not, and signs what QQ asks for."""

    def __init__(self, secret: str) -> None:
        seed = secret.encode()
        self._key = Ed25519PrivateKey.from_private_bytes((seed * _SEED)[:_SEED])
        self._public = self._key.public_key()

    def is_fresh(self, moment: str) -> bool:
        """Tell whether a signature's time is now, more or less."""
        return bool(_MOMENT(moment)) and abs(time.time() - int(moment)) <= WINDOW

    def signed(self, moment: str, body: bytes, signature: str) -> bool:
        """Tell whether a body was signed at that time."""
        try:
            given = bytes.fromhex(signature)
        except ValueError:
            return False
        if len(given) != 64 or given[63] & 224:
            return False
        try:
            self._public.verify(given, moment.encode() + body)
        except InvalidSignature:
            return False
        return True

    def answer(self, moment: object, token: object) -> str | None:
        """Sign a challenge; None for what could be made to pass for an event.

        An event is signed as its time and its body, a challenge as its time and its token, and
        anybody may ask: a token that is letters and digits is the end of no event.
        """
        text = str(moment) if isinstance(moment, str | int) else ""
        if not (_MOMENT(text) and isinstance(token, str) and _TOKEN(token)):
            return None
        return self._key.sign((text + token).encode()).hex()
