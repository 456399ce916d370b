"""The HTTP side of QQ's open platform: tokens, sending with its windows and numbers; strict."""

from __future__ import annotations

import json
import re
import secrets
import time
from typing import TYPE_CHECKING, Any

from qq_open_events import NAME, moment
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from qq_open import QQPlatform

WINDOWS = {"groups": (300, 5), "users": (3600, 4)}
"""Seconds for which a message can be answered, and how often."""
_FIELDS = frozenset((
    "msg_type", "content", "msg_id", "msg_seq", "event_id", "message_reference", "timestamp",
    "media",
))  # fmt: skip
_LOOKS_LIKE_A_LINK = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")


class Refusal(Exception):
    """An error as QQ words it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.answer = JSONResponse(
            {"err_code": code, "code": code, "message": message, "trace_id": "0" * 32}, status
        )


class OpenApi:
    """Answers calls."""

    def __init__(self, platform: QQPlatform) -> None:
        self._platform = platform
        self.tokens: dict[str, float] = {}
        """Token → until when (monotonic) it is accepted."""
        self.token_seconds = 7200.0
        self.tokens_given = 0
        self.no_tokens = 0
        """Requests for a token that end in a fault of QQ's own."""
        self.registered: set[str] = set()
        """Domains that may be said."""
        self.no_unasked: set[str] = set()
        """Groups and people that let the bot answer only."""
        self.closed: set[str] = set()
        """Groups that the bot is not in, people that have not added it."""
        self.groups: dict[str, dict[str, dict[str, str]]] = {}
        """Group → `info` and `bot_state`, which QQ tells to some bots only."""
        self.faults: list[tuple[int, int, str]] = []
        """(HTTP status, code, words) of the next calls that send."""
        self.refuse_from_here = False
        """The caller's address is not on the bot's list."""
        self.hang_up = 0
        """So many messages are taken and their answers lost."""
        self._numbers: dict[str, set[int]] = {}

    def routes(self) -> list[Route]:
        """Return what is served."""
        return [
            Route("/app/getAppAccessToken", self._token, methods=["POST"]),
            Route("/users/@me", self._me),
            Route("/gateway/bot", self._gateway),
            Route("/v2/{place}/{openid}/messages", self._send, methods=["POST"]),
            Route("/v2/groups/{openid}/messages/{message}", self._recall, methods=["DELETE"]),
            Route("/v2/groups/{openid}/members/{member}", self._member),
            Route("/v2/groups/{openid}/{what:str}", self._group),
        ]

    async def _token(self, request: Request) -> Response:
        given = await request.json()
        if self.no_tokens:
            self.no_tokens -= 1
            return Response(status_code=504, content=b"<html>gateway timeout</html>")
        if given != {"appId": self._platform.app_id, "clientSecret": self._platform.secret}:
            # the status is 200, whatever is wrong
            return JSONResponse({"code": 100016, "message": "invalid appid or secret"})
        now = time.monotonic()
        known = [(token, end) for token, end in self.tokens.items() if end - now > 60]
        if known:
            token, end = known[-1]
        else:
            token, end = secrets.token_urlsafe(24), now + self.token_seconds
            self.tokens[token] = end
            self.tokens_given += 1
        return JSONResponse({"access_token": token, "expires_in": str(int(end - now))})

    def authorised(self, given: str) -> bool:
        """Tell whether `QQBot <token>` is accepted now."""
        scheme, _, token = given.partition(" ")
        return scheme == "QQBot" and self.tokens.get(token, 0.0) > time.monotonic()

    def expire_tokens(self) -> None:
        """Accept none of the tokens given so far."""
        self.tokens.clear()

    def _check(self, request: Request) -> Response | None:
        if not self.authorised(request.headers.get("authorization", "")):
            return JSONResponse({"code": 11244, "message": "ErrorCheckTokenNotPass"}, 401)
        return None

    async def _me(self, request: Request) -> Response:
        if self.refuse_from_here:
            return JSONResponse({"code": 11298, "message": "接口访问源IP不在白名单"}, 401)
        me = {"id": "6158788878435714165", "username": NAME, "bot": True}
        return self._check(request) or JSONResponse(me)

    async def _gateway(self, request: Request) -> Response:
        limit = {"total": 1000, "remaining": self._platform.gateway.remaining,
                 "reset_after": 2000, "max_concurrency": 1}  # fmt: skip
        told = {"url": self._platform.ws_url, "shards": 1, "session_start_limit": limit}
        return self._check(request) or JSONResponse(told)

    async def _member(self, request: Request) -> Response:
        who = request.path_params["member"]
        role = self._platform.roles.get((request.path_params["openid"], who))
        if wrong := self._check(request):
            return wrong
        if role is None:
            return JSONResponse({"code": 11253, "message": "no privilege"}, 400)
        return JSONResponse({"member_openid": who, "member_role": role})

    async def _group(self, request: Request) -> Response:
        if wrong := self._check(request):
            return wrong
        if request.path_params["openid"] in self.closed:
            return JSONResponse({"code": 40034101, "message": "not in the group"}, 400)
        known = self.groups.get(request.path_params["openid"], {})
        told = known.get(request.path_params["what"])
        if told is None:
            return JSONResponse({"code": 11253, "message": "no privilege"}, 400)
        return JSONResponse(told)

    async def _send(self, request: Request) -> Response:
        if wrong := self._check(request):
            return wrong
        if self.faults:
            status, code, words = self.faults.pop(0)
            return Refusal(status, code, words).answer
        place, to = request.path_params["place"], request.path_params["openid"]
        try:
            told = self._take(place, to, json.loads(await request.body()))
        except Refusal as refusal:
            return refusal.answer
        if self.hang_up:
            self.hang_up -= 1
            return Response(status_code=504, content=b"<html>gateway timeout</html>")
        return JSONResponse(told)

    async def _recall(self, request: Request) -> Response:
        if wrong := self._check(request):
            return wrong
        number = request.path_params["message"].removeprefix("ROBOT1.0_own")
        found = next((t for t in self._platform.taken if t["number_of_own"] == int(number)), None)
        if found is None or self._platform.now() - found["at"] > 120:
            return Refusal(400, 304060, "撤回消息超过时限").answer
        found["recalled"] = True
        return Response(status_code=204)

    def _take(self, place: str, to: str, body: dict[str, Any]) -> dict[str, Any]:
        if place not in WINDOWS or set(body) - _FIELDS:
            raise Refusal(400, 40034109, "参数解析失败")
        file = (body.get("media") or {}).get("file_info")
        if body.get("msg_type") != (7 if file else 0) or not isinstance(body.get("content"), str):
            raise Refusal(400, 22006, "消息类型与内容不匹配")
        if file and not (file in self._platform.files.whole and file.split(":")[1] == to):
            raise Refusal(400, 304080, "文件信息无效")
        if not body["content"].strip() and not file:
            raise Refusal(400, 50006, "消息为空")
        if len(body["content"]) > 4000:
            raise Refusal(400, 40054007, "消息长度超限")
        if to in self.closed:
            code = 40054003 if place == "groups" else 40054004
            raise Refusal(400, code, "机器人不是群成员" if place == "groups" else "无好友关系")
        self._check_links(body["content"])
        self._check_answer(place, to, body)
        taken = {"place": place, "to": to, "text": body["content"], "file": file,
                 "answers": body.get("msg_id"), "number": body.get("msg_seq")}  # fmt: skip
        taken |= {"number_of_own": len(self._platform.taken) + 1, "at": self._platform.now()}
        self._platform.taken.append(taken)
        identity = f"ROBOT1.0_own{len(self._platform.taken):05d}"
        return {"id": identity, "timestamp": moment(self._platform.now()),
                "ext_info": {"ref_idx": f"REFIDX_own{len(self._platform.taken)}=="}}  # fmt: skip

    def _check_links(self, text: str) -> None:
        for found in _LOOKS_LIKE_A_LINK.findall(text):
            if not any(found == d or found.endswith(f".{d}") for d in self.registered):
                raise Refusal(400, 40054010, "消息发送失败，不允许发送url")

    def _check_answer(self, place: str, to: str, body: dict[str, Any]) -> None:
        asked = body.get("msg_id")
        if asked is None:
            if to in self.no_unasked:
                raise Refusal(400, 40034105, "主动消息发送失败，无权限")
            return
        known = self._platform.said.get(asked)
        if known is None or known[0] != to:
            raise Refusal(400, 40034024, "请求参数msg_id无效或越权")
        seconds, most = WINDOWS[place]
        if self._platform.now() - known[1] > seconds:
            raise Refusal(400, 40034005, "回复消息msg_id已过期")
        number = body.get("msg_seq", 1)
        if type(number) is not int or number < 1:
            raise Refusal(400, 40034109, "msg_seq")
        numbers = self._numbers.setdefault(asked, set())
        if number in numbers:
            raise Refusal(400, 40054005, "消息被去重，请检查请求msgseq")
        if len(numbers) >= most:
            raise Refusal(400, 40034128, "被动回复时间或次数超限")
        numbers.add(number)
