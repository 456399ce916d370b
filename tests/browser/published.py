"""A published folder with nothing in it but the search, and a server as people have at hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from archive.access import Reader
from archive.database import Archive
from web.assets import STATIC
from web.publish.book import Book
from web.publish.search_index import Built, write_index
from web.publish.state import Settings


def publish_search(archive: Archive, reader: Reader, out: Path) -> Built:
    """Write the page, its files and the index."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "s").mkdir(exist_ok=True)
    for name, file in STATIC.items():
        (out / "s" / name).write_bytes(file.body)
    book = Book(archive, Settings())
    (out / "search.html").write_bytes(book.page((("search",), ())).body)
    book.close()
    with archive.reading() as db:
        return write_index(db, reader, out)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder as `python -m http.server` does."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
