"""Log in with Telegram by OpenID Connect: authorization code, PKCE, and a signed token.

As https://core.telegram.org/bots/telegram-login has it. Who somebody is, is the token's `id`; `sub`
is another number, which no group knows.
"""

from __future__ import annotations

import hmac
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import jwt
import msgspec

from adapters.contract import AdapterError, Asked, NotReachable, Proven, Unproven
from adapters.telegram.options import Options

_DISCOVERY = "/.well-known/openid-configuration"
_ALGORITHMS = ["RS256", "ES256", "EdDSA", "ES256K"]
"""Those @BotFather offers; none is made with a secret of ours."""
_SKEW = 30
"""Seconds by which the clocks may differ."""
_KEPT = 3600
_KEYS_AGAIN = 30
"""Seconds after which keys are fetched anew for one that is not among them."""
_LARGEST = 64 * 1024
_SECONDS = 5
_LONGEST_CODE = 2048


class _Provider(msgspec.Struct, frozen=True):
    """What the discovery document says."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class OpenId:
    """One bot as a client of Telegram's OpenID provider."""

    label = "Telegram"
    fragment = ""

    def __init__(self, options: Options) -> None:
        self._issuer = options.login_url
        self._client = options.login_client_id or str(options.bot)
        self._secret = options.login_client_secret
        self._provider: tuple[float, _Provider] | None = None
        self._keys: tuple[float, dict[str, jwt.PyJWK]] | None = None

    async def address(self, asked: Asked) -> str:
        """Return the authorization request. Raises NotReachable."""
        provider = await self._discovered()
        challenge = urlsafe_b64encode(sha256(asked.verifier.encode()).digest()).rstrip(b"=")
        query = {
            "client_id": self._client,
            "redirect_uri": asked.back,
            "response_type": "code",
            "scope": "openid profile",
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        return f"{provider.authorization_endpoint}?{urlencode(query)}"

    async def proven(self, answer: Mapping[str, str], asked: Asked) -> Proven:
        """Change the code for a token and check it. Raises Unproven, NotReachable."""
        code = answer.get("code", "")
        if "error" in answer or not 0 < len(code) <= _LONGEST_CODE:
            raise Unproven("there is no code.")
        claims = await self._claims(await self._token(code, asked))
        # without `nonce` the verifier alone binds the code to this browser: see docs/decisions.md
        nonce = claims.get("nonce", asked.nonce)
        if type(nonce) is not str or not hmac.compare_digest(nonce.encode(), asked.nonce.encode()):
            raise Unproven("the token is for another try.")
        number = claims.get("id")
        if type(number) is not int or not 0 < number < 1 << 53:
            raise Unproven("the token does not say who it is for.")
        name = claims.get("name")
        return Proven(f"telegram:{number}", name if type(name) is str else "",
                      sha256(code.encode()).hexdigest())  # fmt: skip

    def duty(self, back: str) -> str:
        """Say which address the bot must allow."""
        return f"in @BotFather, Bot Settings, Web Login, add to Allowed URLs: {back}"

    async def _token(self, code: str, asked: Asked) -> str:
        provider = await self._discovered()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asked.back,
            "client_id": self._client,
            "code_verifier": asked.verifier,
        }
        who = httpx.BasicAuth(self._client, self._secret)
        status, said = await _asked("POST", provider.token_endpoint, data=form, auth=who)
        if status == 400 and said.get("error") == "invalid_grant":
            raise Unproven("Telegram does not know the code.")
        if said.get("error") in ("invalid_client", "unauthorized_client"):
            raise AdapterError(
                "Telegram does not accept login_client_secret.",
                "copy it from @BotFather, Bot Settings, Web Login",
            )
        token = said.get("id_token")
        if status != 200 or type(token) is not str:
            raise NotReachable(f"Telegram's login answers {status}.", "it may be tried again")
        return token

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in _ALGORITHMS:
                raise Unproven("the token is signed in no way we know.")
            key = await self._key(str(header.get("kid")))
            return jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self._client,
                issuer=self._issuer,
                leeway=_SKEW,
                options={
                    "require": ["exp", "iat", "iss", "aud"], "strict_aud": True,
                    "verify_sub": False,
                },
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise Unproven(f"the token does not hold ({type(error).__name__}).") from None

    async def _key(self, name: str) -> jwt.PyJWK:
        """Return the provider's key of this name. Raises Unproven, NotReachable."""
        now = time.monotonic()
        at, keys = self._keys or (-float(_KEPT), {})
        if now - at >= (_KEPT if name in keys else _KEYS_AGAIN):
            provider = await self._discovered()
            status, said = await _asked("GET", provider.jwks_uri)
            if status != 200:
                raise NotReachable(f"Telegram's keys answer {status}.")
            keys = _read_keys(said)
            self._keys = (now, keys)
        if name not in keys:
            raise Unproven("the token is signed with a key that is not Telegram's.")
        return keys[name]

    async def _discovered(self) -> _Provider:
        """Return what the provider says of itself; every address must be its own."""
        now = time.monotonic()
        if self._provider is not None and now - self._provider[0] < _KEPT:
            return self._provider[1]
        status, said = await _asked("GET", f"{self._issuer}{_DISCOVERY}")
        try:
            provider = msgspec.convert(said, _Provider)
        except msgspec.ValidationError:
            raise _no_provider(status) from None
        ours = urlsplit(self._issuer)[:2]
        ends = (provider.authorization_endpoint, provider.token_endpoint, provider.jwks_uri)
        if status != 200 or provider.issuer != self._issuer or not _all_at(ours, ends):
            raise _no_provider(status)
        self._provider = (now, provider)
        return provider


def _all_at(ours: tuple[str, str], addresses: tuple[str, ...]) -> bool:
    try:
        return all(urlsplit(address)[:2] == ours for address in addresses)
    except ValueError:
        return False


def _no_provider(status: int) -> NotReachable:
    return NotReachable(f"what answers {status} at login_url is not Telegram's login.")


def _read_keys(said: dict[str, Any]) -> dict[str, jwt.PyJWK]:
    try:
        found = jwt.PyJWKSet.from_dict(said).keys
    except (jwt.PyJWTError, AttributeError, TypeError, ValueError):
        raise NotReachable("Telegram's keys cannot be read.") from None
    return {key.key_id: key for key in found if key.key_id and key.algorithm_name in _ALGORITHMS}


async def _asked(method: str, url: str, **sent: Any) -> tuple[int, dict[str, Any]]:
    """Ask the provider; return the status and its JSON object, empty where it is none.

    Raises NotReachable. What is sent and said is never logged.
    """
    body = bytearray()
    try:
        async with (
            httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False) as client,
            client.stream(method, url, **sent) as answer,
        ):
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > _LARGEST:
                    raise NotReachable("Telegram's login says more than it should.")
            status = answer.status_code
    except httpx.HTTPError:
        raise NotReachable(
            "no answer from Telegram's login.",
            "check the network; where Telegram is blocked, set HTTPS_PROXY",
        ) from None
    try:
        said = msgspec.json.decode(bytes(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        said = None
    return status, said if type(said) is dict else {}
