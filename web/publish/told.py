"""What tells others of a published site: feeds, sitemaps and robots.txt, with whole addresses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from archive import groups, tags
from web import feed_sources
from web.feed_entries import Teller
from web.feed_sources import Source, read_feed
from web.feeds import feed_bytes
from web.publish.book import Book, Page
from web.publish.places import Places
from web.sitemap import KINDS, Place, parts, robots, sitemap, sitemap_index


def told(book: Book) -> Iterator[Page]:
    """Make what needs to know where the site will lie; nothing where nobody says it."""
    if not book.base_url:
        return
    to = Places(book, "index.html")
    yield from _feeds(book, to)
    if not book.settings.members:
        yield from _sitemaps(book, to)


def _feeds(book: Book, to: Places) -> Iterator[Page]:
    words = book.visit("/", to).words
    tell = Teller(words, to, book.base_url, book.secret)
    sources: list[tuple[str, Source]] = [
        (to.home(), feed_sources.of_all(to)),
        (to("/essence"), feed_sources.of_essence(words, to)),
    ]
    if book.settings.members:
        sources.append((to("/digests"), feed_sources.of_digests(words, to)))
    for group in groups.list_groups(book.db, book.reader):
        page = to.part_of_group(group.key, "essence")
        sources.append((page, feed_sources.of_group(group, words, to)))
    for tag in tags.list_tags(book.db, book.reader):
        if tag.essence:
            sources.append((to.tag(tag.name), feed_sources.of_tag(tag.name, to)))
    for page, source in sources:
        feed = read_feed(book.db, book.reader, tell, source, book.settings.title)
        for form in ("atom", "json"):
            file = to.form(page, form)
            yield Page(file, feed_bytes(feed, form, f"{book.base_url}/{file}"))


def _sitemaps(book: Book, to: Places) -> Iterator[Page]:
    found = {k: finds(book.db, book.reader, to) for k, finds in KINDS.items() if k != "days"}
    # a long day has several files
    found["days"] = [Place(file, day) for file, day in book.days()]
    files = dict(chain.from_iterable(parts(*kind).items() for kind in found.items()))
    for name, places in files.items():
        yield Page(to.sitemap(name), sitemap(places, book.base_url))
    yield Page(to.sitemap(), sitemap_index(files, to, book.base_url))
    yield Page("robots.txt", robots(to, book.base_url, bool(files)))
