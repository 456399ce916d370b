"""A site where one may log in with Telegram, and Telegram's login over a real socket."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from entering import CANARY, SITE, Browser, Place
from telegram_login import SECRET, TOKEN, TelegramLogin

from adapters.telegram import make
from archive.database import Archive
from bot.live.signing_in import ways_of
from web.limits import Limits

WAYS = ("oidc", "widget")
START = "/login/with/main"
BACK = f"{SITE}{START}/back"


Make = Callable[..., "Scene"]


class Scene:
    """A place of which one account lets people log in."""

    def __init__(self, archive: Archive, login: TelegramLogin, mode: str, **options: Any) -> None:
        self.login = login
        login.allowed.add(BACK)
        self.adapter = adapter(login, mode, **options)
        self.place = Place(archive, ways=ways_of({"main": self.adapter}, SITE))

    def browser(self) -> Browser:
        """Return somebody's browser, of whom no tries are counted yet."""
        self.place.site.app.state.limits = Limits()
        return Browser(self.place.site)

    def there(self, browser: Browser) -> str:
        """Go to Telegram and consent; return the path one comes back to, with its query."""
        answer = browser.get(START)
        assert answer.status_code == 303, answer.text
        # its certificates would be read at each call, which takes longer than the rest
        consented = httpx.get(answer.headers["location"], verify=False)
        assert consented.status_code == 307, consented.text
        return in_query(consented.headers["location"])

    def back(self, browser: Browser, path: str = "") -> httpx.Response:
        """Come back; where it holds, see the button."""
        answer = browser.get(path or self.there(browser))
        return browser.get(answer.headers["location"]) if answer.status_code == 303 else answer

    def press(self, browser: Browser) -> httpx.Response:
        """Press the button one sees."""
        return browser.post(f"{START}/as", {"token": browser.token})

    def counts(self) -> list[int]:
        """Return how many rows there are of all that logging in writes."""
        tables = ("logins", "sessions", "audit")
        return [self.place.rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables]


def adapter(login: TelegramLogin, mode: str, **options: Any) -> Any:
    """Make the adapter of a bot with which people may log in."""
    given = {"token": TOKEN, "login": mode, "login_client_secret": SECRET, "login_url": login.url}
    return make(given | options, "main")


def in_query(address: str) -> str:
    """Return a path with what stands behind the `#` in its query, as sign_in.js writes it."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    if parts.fragment:
        said = parts.fragment.removeprefix("tgAuthResult=")
        query |= json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
    return f"{parts.path}?{urlencode(query)}"


def altered(path: str, **fields: Any) -> str:
    """Return a path with some fields of its query changed; None leaves one out."""
    address, _, query = path.partition("?")
    pairs = dict(parse_qsl(query)) | fields
    return f"{address}?{urlencode({k: v for k, v in pairs.items() if v is not None})}"


def refused(scene: Scene, browser: Browser, answer: httpx.Response, status: int = 401) -> None:
    """Judge that nobody came in, and that no group was named."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert CANARY not in answer.text and "别的群" not in answer.text
    assert not browser.is_in
    assert scene.place.rows("SELECT 1 FROM sessions") == []
