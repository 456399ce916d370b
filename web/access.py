"""Decides who is asking: the operator on this machine, somebody who logged in, or the public."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request

from archive import standings
from archive.access import Reader, operator, public
from archive.database import Archive
from archive.sessions import FEED, Session, find_session

COOKIE = "chendian"
"""The name of the cookie of who logged in."""

_FEEDS = re.compile(r"/(?:feed|essence|digests|tag/.+|g/.+/essence)\.(?:atom|json)", re.S)
"""The paths for which a key in the address counts."""
_LOCAL = "loopback"
_SEEN = "chendian.visitor"
_LOOPBACK_HOST = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?", re.I)
_FORWARDED = re.compile(
    rb"forwarded|x-forwarded(?:-.*)?|x-original-.*|x-real-ip|x-client-ip|x-cluster-client-ip"
    rb"|true-client-ip|client-ip|cf-.*|fastly-.*|x-envoy-.*|x-proxy.*|proxy-.*|via|cdn-loop"
    rb"|x-appengine-.*|x-azure-.*|x-nginx-proxy",
)


class Visitor(msgspec.Struct, frozen=True):
    """Who asks: what they may read, and how the audit names them."""

    reader: Reader
    by: str = ""
    """`operator`, a member's key, or empty for the public and who was invited."""
    session: str = ""
    """What the forms of this visitor are signed for; empty for the public, who has none."""
    session_id: int | None = None
    """Of who logged in."""
    kind: str = "public"
    """`public`, `member`, `invited`, `operator` or `token`."""

    @property
    def has_desk(self) -> bool:
        """Tell whether there is a group this visitor may decide for."""
        return self.reader.everything or bool(self.reader.admin_of)

    @property
    def is_local(self) -> bool:
        """Tell whether this is the operator at this very machine."""
        return self.session == _LOCAL


class Entered(Protocol):
    """A site, as far as it is needed to tell who asks."""

    @property
    def archive(self) -> Archive: ...
    @property
    def loopback(self) -> bool: ...
    @property
    def roles(self) -> object | None: ...
    @property
    def proxies(self) -> frozenset[str]: ...


def visitor_of(request: Request, site: Entered) -> Visitor:
    """Return who asks, as it was when the request came."""
    if _SEEN not in request.scope:
        look(request, site)
    visitor: Visitor = request.scope[_SEEN]
    return visitor


def look(request: Request, site: Entered) -> Session | None:
    """Find out who asks, for this request; return the session of who logged in."""
    visitor, session = _local_or_public(request, site), None
    key = _feed_key(request)
    cookie = request.cookies.get(COOKIE) if key is None else key
    if visitor.kind == "public" and cookie:
        with site.archive.reading() as db:
            session = find_session(db, cookie, feed=key is not None)
            if session is not None:
                visitor = _logged_in(db, session, site)
    request.scope[_SEEN] = visitor
    return session


def _feed_key(request: Request) -> str | None:
    """Return the key in the address of a feed; None everywhere else."""
    if request.method not in ("GET", "HEAD") or not _FEEDS.fullmatch(request.scope["path"]):
        return None
    return request.query_params.get("key")


def let_read(request: Request, visitor: Visitor) -> None:
    """Let a request be this visitor's, whoever else asks."""
    request.scope[_SEEN] = visitor


def as_public(request: Request) -> None:
    """Let a request be the public's, whoever asks."""
    let_read(request, Visitor(public()))


def _local_or_public(request: Request, site: Entered) -> Visitor:
    address = request.client.host if request.client else ""
    # what comes from a proxy comes from anywhere, whether it says so or not
    reader = reader_of(request, site.loopback and address not in site.proxies)
    return (
        Visitor(reader, "operator", _LOCAL, kind="operator")
        if reader.everything
        else Visitor(reader)
    )


def _logged_in(db: sqlite3.Connection, session: Session, site: Entered) -> Visitor:
    reader = standings.reader_of(db, session, asked=site.roles is not None)
    if reader is None:
        return Visitor(public())
    if session.kind == FEED:
        # it reads, and no form is signed for it
        return Visitor(reader, kind="member")
    by = "" if session.kind == "invited" else session.by
    return Visitor(reader, by, f"session {session.id}", session.id, session.kind)


def reader_of(request: Request, loopback: bool) -> Reader:
    """Return the operator only for a request that certainly comes from this machine.

    The site is bound to loopback, the caller is loopback, `Host` names loopback (a page of
    another origin that rebinds its DNS name does not), no proxy has left a header, and no other
    site's page embeds the address.
    """
    headers = request.scope["headers"]
    certain = (
        loopback
        and _is_loopback(request.client.host if request.client else "")
        and _names_loopback([value for name, value in headers if name == b"host"])
        and not any(_FORWARDED.fullmatch(name) for name, _ in headers)
        and not _embedded_elsewhere(request)
    )
    return operator() if certain else public()


def is_published(base_url: str) -> bool:
    """Tell whether a site is reached from elsewhere, by a proxy then that may ask as this machine
    does and leave no header: whoever asks is not the operator for that alone."""
    return bool(base_url) and not _is_loopback_name(urlsplit(base_url).hostname or "")


def _is_loopback_name(name: str) -> bool:
    return name == "localhost" or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback


def _names_loopback(hosts: Iterable[bytes]) -> bool:
    names = [host.decode("latin-1") for host in hosts]
    return len(names) == 1 and _LOOPBACK_HOST.fullmatch(names[0]) is not None


def _embedded_elsewhere(request: Request) -> bool:
    """Tell whether another site's page asks for this as an image, frame or script, not a click."""
    if request.headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return False
    return request.headers.get("sec-fetch-dest") != "document"
