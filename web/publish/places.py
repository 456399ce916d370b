"""Where every page of a published site lies, and how its pages link each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Protocol

from markupsafe import Markup

from web.addresses import Addresses
from web.assets import STATIC
from web.publish.state import Asked

PART = 500
"""Messages of one file of a day."""

# `file:` beside 'self': to Firefox every file has an origin of its own, which is nobody's self
_HERE = "'self' file:"
POLICY = Markup(
    f"default-src 'none'; script-src {_HERE}; style-src {_HERE}; img-src {_HERE};"
    f" media-src {_HERE}; form-action {_HERE}; base-uri 'none'"
)
"""What a page may load: what lies in the folder, and nothing else."""

_LONGEST = 80
_KEPT = 60
_PLAIN = re.compile(r"[a-z0-9-][a-z0-9.-]*")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)")
"""Names under which Windows knows devices."""
_NUMBERS = ("1", "987654321098765")
_ESCAPED = re.compile(r"[^a-z0-9.-]")


def slug(key: str) -> str:
    """Return a key as a file name of `[a-z0-9._-]`; different keys have different ones."""
    if not _PLAIN.fullmatch(key) or key[-1] == "." or _RESERVED.match(key):
        key, whole = _escaped(key), key
    else:
        whole = key
    if len(key) <= _LONGEST:
        return key
    return f"{key[:_KEPT]}-{sha256(whole.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _escaped(key: str) -> str:
    made = _ESCAPED.sub(lambda found: _hex(found[0]), key) or "_"
    if made.startswith(".") or _RESERVED.match(made):
        made = _hex(made[0]) + made[1:]
    if made.endswith("."):
        made = made[:-1] + _hex(".")
    return made


def _hex(char: str) -> str:
    return "".join(f"_{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))


_folder = lru_cache(maxsize=1_000)(slug)
"""Of a group; asked for with every link to a day."""


def day_file(group_key: str, day: str, part: int = 1) -> str:
    """Return the file of a part of a group's day, the first part is 1; or of a month."""
    return f"g/{_folder(group_key)}/{day}{f'-{part}' if part > 1 else ''}.html"


def shelf_file(group_key: str, shelf: str, month: str, part: int = 1) -> str:
    """Return the file of a part of what a group shared in a month."""
    return day_file(group_key, f"{month}-{shelf}", part)


def twin_file(file: str) -> str:
    """Return the file of a page as Markdown."""
    return f"{file.removesuffix('.html')}.md"


def anchor(message_key: str) -> str:
    """Return the id a message has in the page of its day."""
    # the group's part of a key is the same for all of them
    return f"m{slug(message_key.split(':', 2)[-1])}"


def beginning_of(key: str) -> str:
    """Return what anchors of a group's numbered messages begin with; empty where that varies."""
    beginnings = {anchor(f"{key}:{number}").removesuffix(number) for number in _NUMBERS}
    return beginnings.pop() if len(beginnings) == 1 else ""


def file_of(asked: Asked) -> str:
    """Return the file of a page that is not a day's."""
    parts, query = asked
    names = [_folder(part) for part in parts]
    if not names:
        names = ["index"]
    elif parts[0] == "g" and len(parts) == 2 and not query:
        names.append("index")
    for name, value in query:
        names += [name, slug(value)]
    return "/".join(names) + ".html"


class Known(Protocol):
    """What the links of a page must know of the whole site."""

    base_url: str

    def takes(self, asked: Asked) -> bool: ...
    def want(self, asked: Asked) -> None: ...
    def has(self, path: str) -> bool: ...
    def message(self, key: str) -> tuple[str, str] | None: ...
    def media(self, sha256: str, name: str) -> str: ...
    def small(self, sha256: str) -> str: ...
    def tag(self, name: str) -> str | None: ...
    def post(self, essence: int) -> bool: ...
    def day(self, key: str, date: str) -> bool: ...
    def month(self, key: str, name: str) -> bool: ...


class Places(Addresses):
    """The links of one file: relative, so that the folder may lie anywhere."""

    published = True
    policy = POLICY

    def __init__(
        self, known: Known, here: str, follows: bool = True, rows: int | None = None
    ) -> None:
        super().__init__()
        self.here = here
        self.follows = follows
        self._known = known
        self._rows = rows
        self._up = "../" * here.count("/")
        self._own: dict[str, str] = {}
        """Links to messages that are known already, by key."""

    @property
    def plain(self) -> Places:
        """Return the ways from the folder itself, to put behind its address."""
        return Places(self._known, "index.html", self.follows)

    @property
    def feeds(self) -> bool:
        return bool(self._known.base_url)

    def rows(self, usual: int) -> int:
        return self._rows or usual

    def form(self, href: str, name: str) -> str:
        path = href.partition("#")[0].removesuffix(".html")
        stem, slash, last = path.rpartition("/")
        if last == "index" and name != "md" and not stem.strip("./"):
            path = f"{stem}{slash}feed"
        return f"{path}.{name}"

    def twin(self, here: str) -> str:
        return twin_file(self.here.rpartition("/")[2])

    def sitemap(self, name: str = "") -> str:
        return f"sitemap/{name}" if name else "sitemap.xml"

    def file(self, name: str) -> str:
        """Return the way from here to a file of the site."""
        return self._up + name

    def learn(self, links: Mapping[str, str]) -> None:
        """Know the way to these messages, by key."""
        self._own.update(links)

    def forget(self) -> None:
        """Know the way to no message."""
        self._own.clear()

    def has(self, path: str) -> bool:
        """Tell whether there is a page at this path of the site."""
        return self._known.has(path)

    def share(self) -> str:
        """Return this page's address to pass on."""
        base = self._known.base_url
        return f"{base}/{self.here}" if base else self.here.rpartition("/")[2]

    def row(self, key: str) -> str:
        """Return the id of a message's row, where this is the page it stands on."""
        link = self._own.get(key)
        return link[1:] if link and link[0] == "#" else ""

    def __call__(self, path: str, **query: object) -> str:
        return self._page(tuple(part for part in path.split("/") if part), query)

    def _page(self, parts: tuple[str, ...], query: dict[str, object]) -> str:
        asked = self._asked(parts, query)
        if not self._known.takes(asked):
            asked = (asked[0], ())
        self._known.want(asked)
        return self.file(file_of(asked))

    def _asked(self, parts: tuple[str, ...], query: dict[str, object]) -> Asked:
        if parts == ("digest",):
            parts = ("digests",)
        said = {name: str(value) for name, value in query.items() if value not in (None, "")}
        if parts in (("essence",), ("files",), ("links",)) and "group" in said:
            parts = ("g", said.pop("group"), parts[0])
        return parts, tuple(sorted(said.items()))

    def asset(self, name: str) -> str:
        return f"{self.file(f's/{name}')}?v={STATIC[name].version}"

    def home(self) -> str:
        return self._page((), {})

    def group(self, key: str, **query: object) -> str:
        month = str(query.get("month") or "")
        if self._known.month(key, month):
            return self.file(day_file(key, month))
        return self._page(("g", key), {})

    def part_of_group(self, key: str, part: str, **query: object) -> str:
        return self._page(("g", key, part), query)

    def shelf(self, key: str, shelf: str, month: str, part: int = 1) -> str:
        return self.file(shelf_file(key, shelf, month, part))

    def month(self, name: str) -> str:
        return f"{self._page(('calendar',), {'year': name[:4]})}#m{name}"

    def questions(self, key: str | None = None) -> str:
        return self._page(("questions",), {"group": key})

    def day(self, key: str, date: object, **query: object) -> str:
        """Return a day of a group; `after` is the number of its part."""
        if not self._known.day(key, str(date)):
            return self.group(key)
        after = query.get("after")
        return self.file(day_file(key, str(date), after if isinstance(after, int) else 1))

    def message(self, key: str) -> str:
        known = self._own.get(key)
        return known if known is not None else self.lasting(key)

    def lasting(self, key: str) -> str:
        found = self._known.message(key)
        if found is None:
            return self.home()
        file, name = found
        return f"#{name}" if file == self.here else f"{self.file(file)}#{name}"

    def tag(self, name: str, **query: object) -> str:
        known = self._known.tag(name)
        return self._page(("tag", known), query) if known is not None else ""

    def post(self, essence: int, **query: object) -> str:
        if not self._known.post(essence):
            return self._page(("essence",), {})
        return self._page(("essence", str(essence)), query)

    def thread(self, number: int, **query: object) -> str:
        return self._page(("t", str(number)), query)

    def column(self, number: int, **query: object) -> str:
        return self._page(("column", str(number)), query)

    def question(self, key: str) -> str:
        return self._page(("q", key), {})

    def digest(self, edition: int) -> str:
        return self._page(("digest", str(edition)), {})

    def media(self, sha256: str, name: str = "") -> str:
        return self.file(self._known.media(sha256, name))

    def small(self, sha256: str) -> str:
        found = self._known.small(sha256)
        return self.file(found) if found else ""

    @property
    def searching(self) -> str:
        return self._page(("search",), {})

    def search(self, q: str, **query: object) -> str:
        """Return nothing: the search among the files knows words, and no fields."""
        return ""
