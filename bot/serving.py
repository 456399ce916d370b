"""Runs the site on uvicorn."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Mapping
from contextlib import suppress

import typer
import uvicorn

from archive.database import Archive
from archive.errors import ArchiveError
from archive.people import DEFAULT_ZONE
from web.app import create_app


def serve(
    archive: Archive,
    *,
    host: str,
    port: int,
    base_url: str = "",
    title: str = "沉淀",
    time_zone: str = DEFAULT_ZONE,
    operator: str = "",
    welcome: Mapping[str, str] | None = None,
) -> None:
    """Serve until stopped; prints the address once it answers. Raises ArchiveError."""
    app = create_app(
        archive, base_url=base_url, loopback=is_loopback(host), title=title, time_zone=time_zone,
        operator=operator, welcome=welcome,
    )  # fmt: skip
    listener = listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"http://{shown}:{listener.getsockname()[1]}/   (stop with Ctrl-C)")
    if not is_loopback(host):
        typer.echo("bound beyond this machine: only public groups are shown.")
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, proxy_headers=False
    )
    with suppress(KeyboardInterrupt):  # how one is told to stop it
        uvicorn.Server(config).run(sockets=[listener])


def is_loopback(host: str) -> bool:
    """Tell whether an address to bind to is reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int) -> socket.socket:
    """Bind an address to serve on. Raises ArchiveError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except (OSError, UnicodeError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise ArchiveError(f"port {port} is in use.", "choose another: --port") from error
        why = getattr(error, "strerror", None) or "no such name"
        raise ArchiveError(
            f"cannot listen on {host}, port {port}: {why}.", "choose another: --host, --port"
        ) from error
    return listener
