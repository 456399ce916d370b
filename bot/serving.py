"""Runs the site on uvicorn."""

from __future__ import annotations

import errno
import gc
import ipaddress
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from archive.database import Archive
from archive.errors import ArchiveError
from archive.people import DEFAULT_ZONE
from bot.accounts import longest_texts
from web.access import is_published
from web.app import create_app
from web.forgetting import Forgetting


def serve(
    archive: Archive,
    *,
    host: str,
    port: int,
    base_url: str = "",
    title: str = "沉淀",
    time_zone: str = DEFAULT_ZONE,
    proxies: Iterable[str] = (),
    workers: int = 1,
    operator: str = "",
    welcome: Mapping[str, str] | None = None,
) -> None:
    """Serve until stopped, in so many processes; prints the address once it answers. Raises
    ArchiveError."""
    make = partial(
        _make_app, archive.folder, base_url=base_url, loopback=is_loopback(host), title=title,
        time_zone=time_zone, proxies=tuple(proxies), operator=operator,
        welcome=dict(welcome or {}), longest=longest_texts(),
    )  # fmt: skip
    listener = listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"http://{shown}:{listener.getsockname()[1]}/   (stop with Ctrl-C)")
    if is_published(base_url):
        typer.echo("it is published at base_url: to see everything, run: chendian login")
    elif not is_loopback(host):
        typer.echo("bound beyond this machine: who is not logged in sees public groups only.")
    config = uvicorn.Config(
        make, factory=True, log_level="warning", access_log=False, server_header=False,
        proxy_headers=False, workers=workers,
    )  # fmt: skip
    # beside the site, which hides them already
    Thread(target=Forgetting(archive).finish, daemon=True).start()
    if workers > 1:
        # each a process of its own, that a supervisor starts again if it dies
        Multiprocess(config, sockets=[listener]).run()
        return
    with suppress(KeyboardInterrupt):  # how one is told to stop it
        uvicorn.Server(config).run(sockets=[listener])


def _make_app(folder: Path, **options: Any) -> Any:
    app = create_app(Archive(folder), **options)
    # what stands as long as the process need not be looked through with every few pages
    gc.collect()
    gc.freeze()
    return app


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
