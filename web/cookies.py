"""The cookies of who logs in: out of reach for scripts and other sites, over HTTPS where it is."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from web.access import COOKIE
from web.page import Site

FORM = "chendian-form"
"""The name of the cookie of who is about to log in; their form is signed for it."""
_FORM_SECONDS = 3600
ATTEMPT = "chendian-attempt"
"""The name of the cookie of who is away to prove who they are on another site."""
_SECONDS = 30 * 86_400


def let_in(response: Response, site: Site, cookie: str) -> None:
    """Give a browser the cookie of its session."""
    _set(response, site, COOKIE, cookie, _SECONDS, "lax")


def let_out(response: Response, site: Site) -> None:
    """Take the cookie of a session away."""
    _set(response, site, COOKIE, "", 0, "lax")


def give_form(response: Response, site: Site, value: str) -> None:
    """Give a browser what its login form must come back with; other sites cannot have it sent."""
    _set(response, site, FORM, value, _FORM_SECONDS, "strict")


def give_attempt(response: Response, site: Site, value: str, seconds: int) -> None:
    """Give a browser what it must bring back from another site, which sends it here with it."""
    _set(response, site, ATTEMPT, value, seconds, "lax")


def _set(
    response: Response,
    site: Site,
    name: str,
    value: str,
    seconds: int,
    sent: Literal["lax", "strict"],
) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=site.is_secure, httponly=True, samesite=sent
    )
