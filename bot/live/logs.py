"""The log: a line an event, `time level what key=value`; no message text, no tokens."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

_QUIET = (
    "alembic", "asyncio", "grpclib", "hpack", "httpcore", "httpx", "telegram", "uvicorn",
    "websockets",
)  # fmt: skip
"""Libraries that log addresses (which hold tokens) or every frame."""


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        when = f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%SZ}"
        line = f"{when} {record.levelname.lower()} {record.getMessage()}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def start_logging(level: str = "INFO") -> None:
    """Log to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Line())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def said(**fields: object) -> str:
    """Write fields as `key=value`; values with spaces are quoted."""
    return " ".join(f"{name}={_plain(value)}" for name, value in fields.items())


def _plain(value: object) -> str:
    text = str(value)
    return repr(text) if not text or any(c.isspace() or c in "\"'=" for c in text) else text
