"""A platform that is played in another process, so that its work is not measured."""

from __future__ import annotations

import json
import subprocess
import sys
from types import TracebackType
from typing import Any, Literal

from benchmarks.processes import Failed

Kind = Literal["telegram", "onebot", "wechat"]
TOKEN = "123456789:AAFakeTokenForTests_0123456789abcdef"
GATEWAY_TOKEN = "insecure_0f2a9c6e-test"
ROOM = "20000000001@chatroom"
"""The only room of the gateway."""


class Peer:
    """One played platform; after `kill`, another one may `start` on the same port."""

    def __init__(self, kind: Kind, groups: list[int], **setting: Any) -> None:
        self.kind = kind
        self.port = 0
        self._groups = groups
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.live.played", kind,
             json.dumps({"groups": groups, **setting})],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip

    def __enter__(self) -> Peer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self, port: int = 0) -> bool:
        """Be there, on a port of its own or a given one; False where this machine cannot."""
        self.port = self.do("start", port=port)
        return bool(self.port)

    @property
    def keys(self) -> list[str]:
        """The keys of the platform's groups."""
        if self.kind == "wechat":
            return [f"wechat:{ROOM}"]
        prefix = "telegram" if self.kind == "telegram" else "qq"
        return [f"{prefix}:{group}" for group in self._groups]

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def do(self, does: str, **what: Any) -> Any:
        """Have something done, see `benchmarks.live.played.Stage`; return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": does, **what}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise Failed(f"the played {self.kind} ended while it was to {does}")
        return json.loads(line)["ok"]

    def account(self) -> str:
        """Return the account for the configuration."""
        options = {
            "telegram": {"token": TOKEN, "api_url": f"http://127.0.0.1:{self.port}"},
            "qq-onebot": {"url": f"ws://127.0.0.1:{self.port}"},
            "wechat": {"endpoint": f"127.0.0.1:{self.port}", "token": GATEWAY_TOKEN},
        }
        platform = "qq-onebot" if self.kind == "onebot" else self.kind
        lines = [f'{name} = "{value}"' for name, value in options[platform].items()]
        return "\n".join([f"[accounts.{self.kind}]", f'platform = "{platform}"', *lines, ""])
