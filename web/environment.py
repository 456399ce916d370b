"""The templates, and what each of them can call."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from web.dates import local
from web.links import REL


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["rel"] = REL
    made.globals["when"] = lambda at, zone: f"{local(at, zone):%Y-%m-%d %H:%M}"
    made.globals["iso"] = lambda at, zone: local(at, zone).isoformat()
    return made


TEMPLATES = _environment()
