"""The HTTP half of the Bot API: tokens, parameters, long polls, files, faults on demand."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import defaultdict
from typing import Any

from bot_api_answers import Fault, accepted, refused
from bot_api_methods import World
from bot_api_parameters import Refusal, method_named, read_parameters
from bot_api_queue import Queue
from bot_api_updates import message
from bot_api_webhook import Courier
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

Json = dict[str, Any]

_OTHER_POLL = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is"
    " running"
)
_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the"
    " webhook first"
)


class Answering:
    """Answers requests about one bot; runs in the server's thread."""

    def __init__(self, token: str, world: World, queue: Queue) -> None:
        self.token = token
        self.world = world
        self.queue = queue
        self.polls: list[float] = []
        """When getUpdates was called, by the monotonic clock."""
        self.revoked = False
        self.courier: Courier
        self.lock = threading.RLock()
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.always: dict[str, Fault] = {}
        self._poll: asyncio.Future[Refusal | None] | None = None
        self.courier = Courier(queue, self.lock)

    def app(self) -> Starlette:
        """Return the application to serve."""
        return Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._file),
            ]
        )

    def end_poll(self, refusal: Refusal | None) -> None:
        """Let a waiting poll look again, or end it; call in the server's loop."""
        self.courier.wake()
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(refusal)

    async def _call(self, request: Request) -> Response:
        try:
            self._check_token(request.path_params["token"])
            method = method_named(request.path_params["method"])
            if method == "getUpdates":
                self.polls.append(time.monotonic())
            kind = request.headers.get("content-type", "")
            given = read_parameters(method, request.url.query, kind, await request.body())
            if fault := self._fault(method):
                return await fault.answer()
            with self.lock:
                self.world.calls.append((method, given))
            if method == "getUpdates":
                return accepted(b"[" + b",".join(await self._get_updates(**given)) + b"]")
            with self.lock:
                result = self._result(method, given)
            return accepted(json.dumps(result, ensure_ascii=False).encode())
        except Refusal as refusal:
            return refused(refusal)
        except (ClientDisconnect, asyncio.CancelledError):
            # nobody is there any more, or nobody is to be answered any more
            return Response()

    def _check_token(self, token: str) -> None:
        number, _, rest = token.partition(":")
        if not number.isdecimal() or len(rest) < 10:
            raise Refusal(404, "Not Found")
        if token != self.token or self.revoked:
            raise Refusal(401, "Unauthorized")

    def _fault(self, method: str) -> Fault | None:
        with self.lock:
            waiting = self.faults[method]
            return waiting.pop(0) if waiting else self.always.get(method)

    def _result(self, method: str, given: Json) -> Any:
        if method in ("setWebhook", "deleteWebhook", "getWebhookInfo"):
            if method == "setWebhook":
                self.end_poll(Refusal(409, "Conflict: terminated by setWebhook request"))
            return self.courier.call(method, given)
        result = self.world.call(method, given)
        if method == "pinChatMessage":
            self._announce_pin(given)
        return result

    def _announce_pin(self, given: Json) -> None:
        chat = self.world.chat(given["chat_id"])
        pinned = self.world.messages[chat["id"]][given["message_id"]]
        number = self.world.next_message_id(chat)
        self.queue.add({"message": message(number, chat, self.world.me, pinned_message=pinned)})
        self.end_poll(None)

    async def _get_updates(
        self, offset: int = 0, limit: int = 100, timeout: int = 0,
        allowed_updates: list[str] | None = None,
    ) -> list[bytes]:  # fmt: skip
        if self.courier.url:
            raise Refusal(409, _WEBHOOK)
        self.end_poll(Refusal(409, _OTHER_POLL))
        limit = min(max(limit, 1), 100)
        with self.lock:
            self.queue.allow(allowed_updates)
            found = self.queue.get(offset, limit)
        until = time.monotonic() + min(timeout, 50)
        while not found and (left := until - time.monotonic()) > 0:
            self._poll = poll = asyncio.get_running_loop().create_future()
            done, _ = await asyncio.wait([poll], timeout=left)
            if done and (refusal := poll.result()) is not None:
                raise refusal
            if self.faults["getUpdates"] or "getUpdates" in self.always:
                break
            with self.lock:
                found = self.queue.get(offset, limit)
        return found

    async def _file(self, request: Request) -> Response:
        try:
            self._check_token(request.path_params["token"])
        except Refusal as refusal:
            return refused(refusal)
        if fault := self._fault("file"):
            return await fault.answer()
        for path, content, _ in list(self.world.files.values()):
            if path == request.path_params["path"]:
                return Response(content, media_type="application/octet-stream")
        return refused(Refusal(404, "Not Found"))
