"""A strict Bot API on a real socket: `FakeBotApi().start()`, `say`, and look at `sent`."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from typing import Any

import uvicorn
from bot_api_answering import Answering
from bot_api_answers import Fault
from bot_api_methods import World
from bot_api_parameters import Refusal
from bot_api_queue import Queue
from bot_api_updates import ALICE, TECH, message

Json = dict[str, Any]


class FakeBotApi:
    """One bot and its server. `stop` kills it; what is queued waits for the next `start`."""

    def __init__(
        self, token: str = "123456789:AAFakeTokenForTests_0123456789abcdef", *,
        username: str = "chendian_bot", reads_all: bool = True, first_update: int = 870_000_001,
    ) -> None:  # fmt: skip
        self.token = token
        self.bot = {
            "id": int(token.partition(":")[0]), "is_bot": True, "first_name": "沉淀",
            "username": username, "can_join_groups": True,
            "can_read_all_group_messages": reads_all, "supports_inline_queries": False,
            "can_connect_to_business": False, "has_main_web_app": False,
        }  # fmt: skip
        self.world = World(self.bot)
        self.queue = Queue(first_update)
        self.answering = Answering(token, self.world, self.queue)
        self._lock = self.answering.lock
        self._port = 0
        self._killed: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str:
        """The address for `api_url`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def sent(self) -> list[Json]:
        """What sendMessage took, oldest first: its parameters and the `message_id` it got."""
        return self.world.sent

    @property
    def calls(self) -> list[tuple[str, Json]]:
        """Every call with the right token and parameters: method and parameters."""
        return self.world.calls

    @property
    def polls(self) -> list[float]:
        """When getUpdates was called, by the monotonic clock."""
        return self.answering.polls

    # being there

    def start(self) -> FakeBotApi:
        """Serve on a free port, after a stop on the same one again."""
        # named, for asyncio sends at once only on what is certainly TCP
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(
            self.answering.app(), log_config=None, access_log=False, lifespan="off", ws="none"
        )
        server = uvicorn.Server(config)

        async def serve() -> None:
            self._loop, self._killed = asyncio.get_running_loop(), asyncio.Event()
            tasks = [
                asyncio.create_task(self.answering.courier.deliver()),
                asyncio.create_task(server.serve(sockets=[listener])),
            ]
            await self._killed.wait()
            # as a killed process would: nothing is finished, nobody is told
            for connection in list(server.server_state.connections):
                if connection.transport is not None:
                    connection.transport.abort()
            for part in server.servers:
                part.close()
            for task in tasks:
                task.cancel()

        self._thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
        self._thread.start()
        while not server.started:
            assert self._thread.is_alive(), "the server did not start"
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Break all connections and go away; the queue stays."""
        if self._thread is None or self._loop is None or self._killed is None:
            return
        self._loop.call_soon_threadsafe(self._killed.set)
        self._thread.join(10)
        self._thread = self._loop = self._killed = None

    def __enter__(self) -> FakeBotApi:
        return self if self._thread else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # what happens in the chats

    def add_update(self, update: Json) -> int | None:
        """Queue an update (its update_id is given here); None if the bot does not want its kind."""
        with self._lock:
            number = self.queue.add(update)
        self._wake()
        return number

    def add_updates(self, updates: list[Json]) -> None:
        """Queue many updates at once."""
        with self._lock:
            for update in updates:
                self.queue.add(update)
        self._wake()

    def add_raw(self, raw: bytes) -> int:
        """Queue bytes that need not be JSON; see `Queue.add_raw`."""
        with self._lock:
            number = self.queue.add_raw(raw)
        self._wake()
        return number

    def say(
        self, text: str = "", chat: Json = TECH, sender: Json | None = ALICE, *,
        reply_to: int | None = None, edit: int | None = None, **fields: Any,
    ) -> int:  # fmt: skip
        """Let someone say (or, with `edit`, change) something; return the message's id."""
        kind = "channel_post" if chat["type"] == "channel" else "message"
        if text:
            fields["text"] = text
        with self._lock:
            self.world.meet(chat, *([sender] if sender else []))
            known = self.world.messages[chat["id"]]
            number = edit or self.world.next_message_id(chat)
            if reply_to is not None:
                fields["reply_to_message"] = known[reply_to]
            if edit is not None:
                fields = {"date": known[edit]["date"], "edit_date": int(time.time())} | fields
                kind = f"edited_{kind}"
            said = message(number, chat, sender, **fields)
            # the Bot API shows no answer within an answer
            known[number] = {k: v for k, v in said.items() if k != "reply_to_message"}
            self.queue.add({kind: said})
        self._wake()
        return number

    def meet(self, chat: Json, *people: Json) -> None:
        """Let a chat, and people in it, be known without a word."""
        with self._lock:
            self.world.meet(chat, *people)

    def set_member(self, chat: Json, user: Json, status: str) -> None:
        """Let someone be `creator`, `administrator`, `member`, `restricted`, `silenced` (may not
        speak), `gone` (restricted and not there), `left` or `kicked`."""
        with self._lock:
            self.world.meet(chat, user)
            self.world.members[chat["id"]][user["id"]] = status

    def move(self, chat: Json, to: Json) -> None:
        """Let a basic group have become a supergroup; nothing is announced."""
        with self._lock:
            self.world.meet(to)
            self.world.moved[chat["id"]] = to["id"]

    def add_file(self, content: bytes, path: str = "documents/file_1.bin", size: int = -1) -> Json:
        """Store a file, announced as `size` bytes; return what a message says of it."""
        with self._lock:
            name = f"BQACAgUAAx{len(self.world.files):08d}"
            self.world.files[name] = (path, content, len(content) if size < 0 else size)
            announced = self.world.files[name][2]
        return {"file_id": name, "file_unique_id": f"u{name}", "file_size": announced}

    # what goes wrong

    def fail(
        self, method: str = "getUpdates", *, times: int | None = 1, status: int = 500,
        description: str = "Internal Server Error", body: bytes | None = None, drop: bool = False,
        delay: float = 0.0, **parameters: int,
    ) -> None:  # fmt: skip
        """Let the next calls fail, or (`times=None`) all until `mend`. `body` is sent instead of
        JSON, `drop` cuts the answer off; the method `file` is the download of one."""
        fault = Fault(status, description, parameters, body, drop, delay)
        with self._lock:
            if times is None:
                self.answering.always[method] = fault
            else:
                self.answering.faults[method] += [fault] * times
        self._wake()

    def mend(self) -> None:
        """Let no call fail any more, and accept the token again."""
        with self._lock:
            self.answering.faults.clear()
            self.answering.always.clear()
            self.answering.revoked = False

    def revoke(self) -> None:
        """Accept the token no longer."""
        self.answering.revoked = True
        self._wake(Refusal(401, "Unauthorized"))

    # looking

    def wait_until_confirmed(self, number: int, seconds: float = 60) -> None:
        """Wait until the bot has confirmed so many updates, by offset or by webhook."""
        until = time.monotonic() + seconds
        while self.queue.confirmed < number:
            assert time.monotonic() < until, f"{self.queue.confirmed} of {number} confirmed"
            time.sleep(0.005)

    def _wake(self, refusal: Refusal | None = None) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self.answering.end_poll, refusal)
