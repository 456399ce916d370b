"""Where every page is: the one place that makes the site's own links."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from web.assets import STATIC

_SAFE = ":@"
_FORMS = (".md", ".atom", ".json")


class Addresses:
    """The links of one visit; they keep the language (`?lang=`) and the large type (`?big=1`) asked
    for.

    Large type is in the address and not in a cookie: nothing is stored, and nothing is posted.
    """

    published = False
    """The pages are files: there is no server behind them."""
    policy = ""
    """What a page may load, where no server says it."""
    follows = True
    """A long list goes on."""

    def rows(self, usual: int) -> int:
        """Return how many rows a page of a long list has."""
        return usual

    def __init__(self, lang: str | None = None, big: bool = False) -> None:
        self.big = big
        self.kept = ([("lang", lang)] if lang else []) + ([("big", "1")] if big else [])
        """What every link and search form goes on with."""
        self.suffix = f"?{urlencode(self.kept)}" if self.kept else ""

    def __call__(self, path: str, **query: object) -> str:
        """Return a path with its query; values that are None or empty are left out."""
        asked = [(name, str(value)) for name, value in query.items() if value not in (None, "")]
        pairs = asked + self.kept
        return f"{path}?{urlencode(pairs)}" if pairs else path

    @property
    def searching(self) -> str:
        """Return where a form searches."""
        return "/search"

    @property
    def plain(self) -> Addresses:
        """Return the same in nobody's language or size of type: to pass on, and to be found by."""
        return Addresses() if self.kept else self

    @property
    def feeds(self) -> bool:
        """Tell whether there are feeds."""
        return True

    def form(self, href: str, name: str) -> str:
        """Return where a page of this site is in another form: `md`, `atom` or `json`."""
        path, asks, query = href.partition("?")
        if path == "/":
            path = "/index" if name == "md" else "/feed"
        return f"{path}.{name}{asks}{query}"

    def twin(self, here: str) -> str:
        """Return where this page is as Markdown."""
        return self.form(here, "md")

    def sitemap(self, name: str = "") -> str:
        """Return the index of the sitemaps, or one of them."""
        return f"/sitemap/{name}" if name else "/sitemap.xml"

    def has(self, path: str) -> bool:
        """Tell whether a published site has this page; one that is served looks at its routes."""
        return True

    def row(self, key: str) -> str:
        """Return the id by which links lead to a message's row; empty where it has its own page."""
        return ""

    def month(self, name: str) -> str:
        """Return everything said in a month, `2026-11`."""
        return self.search(f"on:{name}")

    def asset(self, name: str) -> str:
        """Return a file of the site itself."""
        return f"/static/{name}?v={STATIC[name].version}"

    def home(self) -> str:
        """Return the first page."""
        return self("/")

    def group(self, key: str, **query: object) -> str:
        """Return a group's page."""
        return self(f"/g/{_named(key)}", **query)

    def part_of_group(self, key: str, part: str, **query: object) -> str:
        """Return one of a group's tabs: `essence`, `voices`, `files`, `calendar`."""
        return self(f"/g/{quote(key, safe=_SAFE)}/{part}", **query)

    def shelf(self, key: str, shelf: str, month: str, part: int = 1) -> str:
        """Return what a group shared in a month, `links`, `files` or `voices`; of a served site all
        of it, which goes on by itself."""
        return self.part_of_group(key, shelf)

    def questions(self, key: str | None = None) -> str:
        """Return the questions of a group, or of all."""
        return self("/questions", group=key)

    def day(self, key: str, date: str, **query: object) -> str:
        """Return one day of a group."""
        return self(f"/g/{quote(key, safe=_SAFE)}/d/{date}", **query)

    def message(self, key: str) -> str:
        """Return a message in its context: its address for ever."""
        return f"{self.lasting(key)}{self.suffix}"

    def lasting(self, key: str) -> str:
        """Return a message's address to pass on, in nobody's language or size of type."""
        return f"/m/{_named(key)}"

    def tag(self, name: str, **query: object) -> str:
        """Return what carries a tag."""
        return self(f"/tag/{_named(name, '')}", **query)

    def post(self, essence: int, **query: object) -> str:
        """Return an essence post."""
        return self(f"/essence/{essence}", **query)

    def thread(self, number: int, **query: object) -> str:
        """Return a thread."""
        return self(f"/t/{number}", **query)

    def column(self, number: int, **query: object) -> str:
        """Return a column."""
        return self(f"/column/{number}", **query)

    def report(self, key: str) -> str:
        """Return where a message is reported."""
        return self("/report", key=key)

    def media(self, sha256: str, name: str = "") -> str:
        """Return a stored file; the name is only what it will be saved as."""
        return f"/media/{sha256}" + (f"/{quote(name, safe='')}" if name else "")

    def small(self, sha256: str) -> str:
        """Return a stored picture's thumbnail; empty where it has none."""
        return f"/media/{sha256}?small"

    def search(self, q: str, **query: object) -> str:
        """Return the results of a search."""
        return self("/search", q=q, **query)

    def question(self, key: str) -> str:
        """Return a question with its answers."""
        return self(f"/q/{_named(key)}")

    def digest(self, edition: int) -> str:
        """Return a digest that was sent."""
        return self(f"/digest/{edition}")


def path_of(asked: str) -> str:
    """Return a path that was asked for as a link writes it."""
    return _named(asked, "/:@")


def _named(name: str, safe: str = _SAFE) -> str:
    """Write a name into a path; one that ends as another form of a page does stays a name."""
    written = quote(name, safe=safe)
    stem, dot, ending = written.rpartition(".")
    return f"{stem}%2E{ending}" if dot and f".{ending}" in _FORMS else written
