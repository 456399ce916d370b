"""Brings the search of a published folder up to date."""

from __future__ import annotations

from web.publish.book import Book
from web.publish.folder import Folder
from web.publish.search_newer import add_to_index


def bring_up_to_date(book: Book, folder: Folder, since: int) -> None:
    """Add what is newer than message `since` to what is published, or where that is too much, or 0
    is given, make the search anew beside it."""
    if since and add_to_index(book.db, book.reader, folder.out, since):
        return
    # it loads numpy, which nothing else needs
    from web.publish.search_index import write_index

    write_index(book.db, book.reader, folder.fresh, book.settings.time_zone)
