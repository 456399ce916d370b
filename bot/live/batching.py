"""A thread that does in one go whatever was asked of it since the last."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

_MOST = 500
"""Pieces of work done in one go."""


class Work(Generic[T, R]):
    """One thing asked, and the future that waits for it."""

    def __init__(self, asked: T) -> None:
        self.asked = asked
        self.result: R | None = None
        self.error: BaseException | None = None
        self.done: Future[R] = Future()
        # it is done whether or not somebody still waits for it
        self.done.set_running_or_notify_cancel()

    def settle(self) -> None:
        """Let whoever waits go on, in their own thread."""
        if self.error is not None:
            self.done.set_exception(self.error)
        else:
            self.done.set_result(self.result)  # type: ignore[arg-type]


class Batching(Generic[T, R]):
    """Collects what is asked while `does` is busy; without delay when it is not."""

    def __init__(self, name: str, does: Callable[[list[Work[T, R]]], None]) -> None:
        self._does = does
        self._queue: SimpleQueue[Work[T, R] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    async def ask(self, what: T) -> R:
        """Wait until this is done; return its result, or raise what it raised."""
        return await asyncio.wrap_future(self.put(what))

    def put(self, what: T) -> Future[R]:
        """Ask from another thread, which may wait for it."""
        work: Work[T, R] = Work(what)
        self._queue.put(work)
        return work.done

    async def close(self) -> None:
        """Finish what was asked for, then end the thread."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _serve(self) -> None:
        for batch in self._batches():
            try:
                self._does(batch)
            except Exception as error:  # handed to everyone who asked
                for work in batch:
                    work.error = work.error or error
            for work in batch:
                work.settle()

    def _batches(self) -> Iterator[list[Work[T, R]]]:
        while (work := self._queue.get()) is not None:
            batch = [work]
            while len(batch) < _MOST and not self._queue.empty():
                more = self._queue.get()
                if more is None:
                    yield batch
                    return
                batch.append(more)
            yield batch
