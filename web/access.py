"""Decides who is asking: the operator on this machine, somebody who logged in, or the public."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address

import msgspec
from starlette.requests import Request

from archive.access import Reader, operator, public

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
    """`operator`, a member's key, or empty for the public."""
    session: str = ""
    """What the forms of this visitor are signed for; empty for the public, who has none."""

    @property
    def has_desk(self) -> bool:
        """Tell whether there is a group this visitor may decide for."""
        return self.reader.everything or bool(self.reader.admin_of)


def visitor_of(request: Request, loopback: bool) -> Visitor:
    """Return who asks, as of now."""
    reader = reader_of(request, loopback)
    return Visitor(reader, "operator", "loopback") if reader.everything else Visitor(reader)


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
