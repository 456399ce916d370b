"""Where every page is: the one place that makes the site's own links."""

from __future__ import annotations

from urllib.parse import quote, urlencode

_SAFE = ":@"


class Addresses:
    """The links of one visit; they keep the language that was asked for by `?lang=`."""

    def __init__(self, lang: str | None = None) -> None:
        self._lang = [("lang", lang)] if lang else []
        self.suffix = f"?lang={lang}" if lang else ""

    def __call__(self, path: str, **query: object) -> str:
        """Return a path with its query; values that are None or empty are left out."""
        asked = [(name, str(value)) for name, value in query.items() if value not in (None, "")]
        pairs = asked + self._lang
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def home(self) -> str:
        """Return the first page."""
        return self("/")

    def group(self, key: str, **query: object) -> str:
        """Return a group's page."""
        return self(f"/g/{quote(key, safe=_SAFE)}", **query)

    def day(self, key: str, date: str, **query: object) -> str:
        """Return one day of a group."""
        return self(f"/g/{quote(key, safe=_SAFE)}/d/{date}", **query)

    def message(self, key: str) -> str:
        """Return a message in its context: its address for ever."""
        return f"/m/{quote(key, safe=_SAFE)}{self.suffix}"

    def tag(self, name: str, **query: object) -> str:
        """Return what carries a tag."""
        return self(f"/tag/{quote(name, safe='')}", **query)

    def post(self, essence: int) -> str:
        """Return an essence post."""
        return self(f"/essence/{essence}")

    def media(self, sha256: str, name: str = "") -> str:
        """Return a stored file; the name is only what it will be saved as."""
        return f"/media/{sha256}" + (f"/{quote(name, safe='')}" if name else "")

    def search(self, q: str, **query: object) -> str:
        """Return the results of a search."""
        return self("/search", q=q, **query)
