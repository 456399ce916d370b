"""Starts the real Wechaty gateway of `gateway/` on a free port and drives what happens in it."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import IO, Any

import pytest

FOLDER = Path(__file__).parent / "gateway"
TOKEN = "insecure_0f2a9c6e-test"
ROOM = "20000000001@chatroom"
BOT, LIN, CHEN, ZHAO = "wxid_bot", "wxid_lin", "wxid_chen", "wxid_zhao"
INSTALL = "npm --prefix tests/peers/gateway ci"


def available() -> str | None:
    """Return why the gateway cannot be started here, or None."""
    if shutil.which("node") is None:
        return "the Wechaty gateway needs Node 18 or newer"
    if not (FOLDER / "node_modules" / "wechaty-puppet-service").is_dir():
        return f"the Wechaty gateway is not installed: {INSTALL}"
    return None


def needed() -> None:
    """Skip the test where the gateway cannot be started; with CI set that is a failure."""
    why = available()
    if why and os.environ.get("CI"):
        pytest.fail(why)
    if why:
        pytest.skip(why)


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Gateway:
    """A gateway process; after `stop` or `kill`, `start` begins anew on the same port."""

    def __init__(self, *, logged_in: bool = True, tls: bool = False, token: str = TOKEN) -> None:
        self.port = free_port()
        self.token = token
        self._setting = {"port": self.port, "token": token, "tls": tls, "loggedIn": logged_in}
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._number = 0

    def __enter__(self) -> Gateway:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.kill()
        self._errors.close()

    @property
    def endpoint(self) -> str:
        """`host:port`, as the configuration wants it."""
        return f"127.0.0.1:{self.port}"

    @property
    def options(self) -> dict[str, Any]:
        """What the adapter's `make` wants."""
        return {"endpoint": self.endpoint, "token": self.token}

    def start(self) -> None:
        """Start it and wait until it serves."""
        self._answers = queue.Queue()
        self._process = subprocess.Popen(
            ["node", "gateway.mjs", json.dumps(self._setting)],
            cwd=FOLDER, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
        )  # fmt: skip
        threading.Thread(
            target=self._read, args=(self._process, self._answers), daemon=True
        ).start()
        self._answer(0)

    def kill(self) -> None:
        """End it at once, as a crash would (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process = None

    def sleep(self) -> None:
        """Stop it in its tracks, its sockets open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Let it go on after `sleep`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    @property
    def running(self) -> bool:
        """It was started and not killed."""
        return self._process is not None

    def do(self, does: str, **what: Any) -> Any:
        """Run a command of `gateway.mjs` and return its answer."""
        assert self._process is not None and self._process.stdin is not None
        self._number += 1
        line = {"id": self._number, "do": does, **what}
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        return self._answer(self._number)

    def say(self, text: str | None = None, **what: Any) -> str:
        """Let someone say something (`sender`, `room` or `to`, `type`, …); return its id."""
        if "sender" in what:
            what["from"] = what.pop("sender")
        if text is not None:
            what["text"] = text
        return str(self.do("say", **what))

    def file(self, name: str, **what: Any) -> str:
        """Let someone send a file of `size` bytes, or one that lies at `url`; return its id."""
        return str(self.do("file", name=name, **what))

    def recall(self, message_id: str, **what: Any) -> str:
        """Let someone take a message back."""
        return self.say(message_id, type="Recalled", **what)

    def sent(self) -> list[dict[str, Any]]:
        """Return what was sent through it: conversation, text, mentions."""
        found: list[dict[str, Any]] = self.do("sent")
        return found

    def _answer(self, number: int) -> Any:
        line = self._answers.get(timeout=60)
        if line is None:
            self._errors.seek(0)
            raise AssertionError("the gateway ended: " + self._errors.read().decode()[-2000:])
        assert line["id"] == number, line
        if "error" in line:
            raise AssertionError(line["error"])
        return line["ok"]

    @staticmethod
    def _read(process: subprocess.Popen[str], answers: queue.Queue[dict[str, Any] | None]) -> None:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if line.startswith("{"):
                    answers.put(json.loads(line))
        except ValueError:
            pass  # the pipe was closed by `kill`
        answers.put(None)


def file_bytes(size: int) -> bytes:
    """Return the bytes of a file that `Gateway.file` made."""
    return bytes((i * 7) % 251 for i in range(size))
