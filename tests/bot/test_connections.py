"""The book of connections is written in one thread while accounts come and go in another."""

from __future__ import annotations

import asyncio

from archive.database import Archive
from archive.inbox import Inbox
from bot.config import Config
from bot.live.capture import Capture
from bot.live.connections import Connections
from bot.live.metrics import Metrics
from bot.live.writer import Writer

ACCOUNTS = 150


def test_accounts_that_come_while_it_is_written_end_nothing(archive: Archive) -> None:
    async def come() -> None:
        writer = Writer(archive)
        capture = Capture(archive, Inbox(archive.folder), writer, Config(), Metrics())
        connections = Connections(capture)
        writing = asyncio.create_task(connections.run())
        for number in range(ACCOUNTS):
            connections.connected(f"account {number}", "telegram")
            await asyncio.sleep(0.001)
            assert not writing.done()
        writing.cancel()
        await asyncio.wait([writing])
        await connections.close()
        await writer.close()
        capture.inbox.close()

    asyncio.run(come())
    with archive.reading() as db:
        ended = "SELECT count(*), sum(closed_at IS NOT NULL) FROM connections"
        noted, closed = db.execute(ended).fetchone()
    # a note that is being written when the process is told to stop may be lost with it
    assert noted == closed and noted >= ACCOUNTS - 1
