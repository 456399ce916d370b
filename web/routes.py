"""The paths of a room, noted where its pages are; FastAPI is loaded only where a site is served.

A published site is made by the same functions, called directly. FastAPI and pydantic would be a
fifth of the time for one new message, and 15 MB in every process that makes pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeVar

from starlette.routing import BaseRoute

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])


class Routes:
    """What answers at which paths, in order."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._noted: list[tuple[str, Callable[..., object], Sequence[str]]] = []

    def at(self, path: str, methods: Sequence[str]) -> Callable[[Endpoint], Endpoint]:
        """Let a function answer at a path, as FastAPI would have it."""

        def note(function: Endpoint) -> Endpoint:
            self._noted.append((self._prefix + path, function, methods))
            return function

        return note

    def page(self, path: str) -> Callable[[Endpoint], Endpoint]:
        """Let a function show the page at a path."""
        return self.at(path, ("GET", "HEAD"))

    def act(self, path: str) -> Callable[[Endpoint], Endpoint]:
        """Let a function answer what is sent to a path."""
        return self.at(path, ("POST",))

    @cached_property
    def routes(self) -> list[BaseRoute]:
        """What a site mounts; made once, which takes longer than all else of a site."""
        from fastapi import APIRouter

        made = APIRouter()
        for path, function, methods in self._noted:
            made.add_api_route(path, function, methods=list(methods))
        return made.routes
