"""A listener that is killed leaves the gateway's only stream free for the next one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from gateway import Gateway, needed
from wechat_door import listening, until

HERE = str(Path(__file__).parent)
PEERS = str(Path(__file__).parents[1] / "peers")
LISTEN = """
import asyncio, sys
sys.path[:0] = sys.argv[1:3]
from wechat_door import ListDoor, until
from adapters.wechat import make

async def run():
    made = make({"endpoint": sys.argv[3], "token": sys.argv[4]}, "wx")
    door = ListDoor(made)
    task = asyncio.create_task(made.listen(door))
    await until(lambda: door.told == ["connected"])
    print("listening", flush=True)
    await task

asyncio.run(run())
"""


def test_a_killed_listener_leaves_the_stream_free() -> None:
    """TRUST 39: kill −9 and begin again."""
    needed()

    async def run(gateway: Gateway) -> None:
        process = subprocess.Popen(
            [sys.executable, "-c", LISTEN, PEERS, HERE, gateway.endpoint, gateway.token],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == "listening\n"
        process.kill()
        process.wait()
        process.stdout.close()
        async with listening(gateway) as door:
            gateway.say("weiter")
            await until(lambda: door.events)
            assert door.told == ["connected"]

    with Gateway() as gateway:
        asyncio.run(run(gateway))
