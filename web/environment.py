"""The templates, and what each of them can call."""

from __future__ import annotations

import sys
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import jinja2
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from web.dates import local
from web.links import REL

_FOLDER = Path(__file__).parent / "templates"


class Compiled(FileSystemBytecodeCache):
    """Templates as Python's own modules: compiled once, beside them, where that may be written.

    Compiling those of one new message takes 0.3 s, a sixth of all it costs.
    """

    def __init__(self, folder: Path) -> None:
        """`folder`: that of the templates."""
        super().__init__(str(folder / "__pycache__"), "%s.jinja")

    def get_bucket(
        self, environment: Environment, name: str, filename: str | None, source: str
    ) -> Bucket:
        """Return what is kept of a template: another one for another Jinja, or other options."""
        made_with = (environment.autoescape, environment.trim_blocks, environment.lstrip_blocks)
        told = repr((name, jinja2.__version__, made_with))
        key = blake2b(told.encode(), digest_size=12).hexdigest()
        bucket = Bucket(environment, key, self.get_source_checksum(source))
        self.load_bytecode(bucket)
        return bucket

    def dump_bytecode(self, bucket: Bucket) -> None:
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except Exception:  # whatever a damaged file says, the template is there
            bucket.reset()


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        bytecode_cache=Compiled(_FOLDER),
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
