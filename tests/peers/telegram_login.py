"""Telegram's login as it is documented: an OpenID provider, and the page behind the widget.

https://core.telegram.org/bots/telegram-login and https://core.telegram.org/widgets/login-legacy
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import socket
import threading
import time
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

TOKEN = "123456789:AAFakeTokenForTests_0123456789abcdef"
CLIENT, SECRET = "123456789", "s3cret/with:signs&more"
Json = dict[str, Any]


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """Return the RSA key of a name, the same in every test."""
    return rsa.generate_private_key(65537, 2048)


@cache
def curve_key(name: str) -> ec.EllipticCurvePrivateKey:
    """Return the P-256 key of a name."""
    return ec.generate_private_key(ec.SECP256R1())


class TelegramLogin:
    """A provider on a free port that lets one person consent, and believes no client anything."""

    def __init__(self) -> None:
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self.url = ""
        self.begin()

    def begin(self) -> None:
        """Forget all that was; everything is as it should be."""
        self.allowed: set[str] = set()
        """Redirect addresses, as @BotFather would have them."""
        self.person: Json = {"id": 11, "first_name": "Ann", "last_name": "<b>安</b>"}
        self.algorithm = "RS256"
        self.lies: Json = {}
        """Claims that differ from what is right; None leaves one out."""
        self.echoes_nonce = True
        self.signs_with: Any = None
        """Another key than the one that is published."""
        self.fault = 0
        """A status that the token endpoint answers whatever it is asked."""
        self.document: Json = {}
        """What differs in the discovery document."""
        self.asked: list[str] = []
        self.refusals: list[str] = []
        """What was wrong with requests for a token."""
        self._codes: dict[str, Json] = {}

    def __enter__(self) -> TelegramLogin:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/.well-known/jwks.json", self._jwks),
                Route("/auth", self._auth),
                Route("/token", self._token, methods=["POST"]),
            ]
        )
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none")
        self._server = uvicorn.Server(config)
        run = self._server.run
        self._thread = threading.Thread(target=run, args=([listener],), daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            time.sleep(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None and self._thread is not None
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)

    async def _discovery(self, request: Request) -> Response:
        self.asked.append("discovery")
        told = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/auth",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/.well-known/jwks.json",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
        }
        return JSONResponse(told | self.document)

    async def _jwks(self, request: Request) -> Response:
        self.asked.append("jwks")
        rs256 = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key("one").public_key()))
        es256 = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(curve_key("one").public_key()))
        secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "HS256", "alg": "HS256"}
        keys = [key | {"kid": name, "alg": name, "use": "sig"}
                for name, key in (("RS256", rs256), ("ES256", es256))]  # fmt: skip
        return JSONResponse({"keys": [*keys, secret]})

    async def _auth(self, request: Request) -> Response:
        """Let the person consent at once, where the request is right."""
        self.asked.append("auth")
        asked = dict(request.query_params)
        if "bot_id" in asked:
            return self._widget(asked)
        right = {
            "client_id": CLIENT, "response_type": "code", "scope": "openid profile",
            "code_challenge_method": "S256",
        }  # fmt: skip
        back = asked.get("redirect_uri", "")
        if any(asked.get(k) != v for k, v in right.items()) or back not in self.allowed:
            return PlainTextResponse("redirect_uri or client_id is wrong", 400)
        if len(asked.get("code_challenge", "")) != 43 or not 16 <= len(asked["state"]) <= 64:
            return PlainTextResponse("code_challenge or state is wrong", 400)
        code = secrets.token_urlsafe(24)
        self._codes[code] = asked
        return RedirectResponse(f"{back}?{urlencode({'code': code, 'state': asked['state']})}")

    async def _token(self, request: Request) -> Response:
        self.asked.append("token")
        if self.fault:
            return PlainTextResponse("<html>", self.fault)
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme != "Basic" or base64.b64decode(given).decode() != f"{CLIENT}:{SECRET}":
            return self._refuse("invalid_client", 401)
        form = dict(parse_qsl((await request.body()).decode()))
        asked = self._codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if form.get("grant_type") != "authorization_code":
            return self._refuse("unsupported_grant_type")
        if asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
            return self._refuse("invalid_grant")
        if len(form["code_verifier"]) < 43 or challenge != asked["code_challenge"]:
            return self._refuse("invalid_grant")
        token = self.token(asked["nonce"])
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def token(self, nonce: str) -> str:
        """Return a signed token for the person, with the lies that are told."""
        now = int(time.time())
        claims: Json = {
            "iss": self.url, "aud": CLIENT, "sub": "1234123412341234123", "iat": now,
            "exp": now + 3600, "id": self.person["id"], "name": named(self.person),
            "preferred_username": "ann",
        }  # fmt: skip
        claims |= {"nonce": nonce} if self.echoes_nonce else {}
        claims = {k: v for k, v in (claims | self.lies).items() if v is not None}
        own = rsa_key("one") if self.algorithm == "RS256" else curve_key("one")
        key = own if self.signs_with is None else self.signs_with
        return jwt.encode(claims, key, self.algorithm, headers={"kid": self.algorithm})

    def _refuse(self, error: str, status: int = 400) -> Response:
        self.refusals.append(error)
        return JSONResponse({"error": error}, status)

    def _widget(self, asked: Json) -> Response:
        """Answer as the page behind the widget does: behind the `#`."""
        origin = "/".join(asked["return_to"].split("/")[:3])
        if asked["bot_id"] != CLIENT or asked["origin"] != origin:
            return PlainTextResponse("Bot domain invalid", 400)
        said = json.dumps(signed(self.person)).encode()
        answer = base64.urlsafe_b64encode(said).rstrip(b"=").decode()
        return RedirectResponse(f"{asked['return_to']}#tgAuthResult={answer}")


def named(person: Json) -> str:
    return f"{person['first_name']} {person['last_name']}"


def signed(person: Json, token: str = TOKEN, at: int | None = None) -> Json:
    """Return what the widget gives for a person: its fields, `auth_date` and `hash`."""
    fields = person | {"auth_date": int(time.time()) if at is None else at}
    lines = "\n".join(f"{name}={fields[name]}" for name in sorted(fields))
    key = hashlib.sha256(token.encode()).digest()
    return fields | {"hash": hmac.new(key, lines.encode(), hashlib.sha256).hexdigest()}
