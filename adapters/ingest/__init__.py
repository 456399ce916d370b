"""The signed door for other bridges: a route that takes lines of records, whoever speaks for them.

It knows no platform and no archive: what was pushed goes to whoever mounts the route.
"""

from __future__ import annotations

from adapters.ingest.endpoint import Answer, Endpoint, Push
from adapters.ingest.lines import Line, read_line
from adapters.ingest.report import LISTED, Fault, Report
from adapters.ingest.signing import HEADER, KEY, TIMESTAMP, signature

__all__ = (
    "HEADER", "KEY", "LISTED", "TIMESTAMP", "Answer", "Endpoint", "Fault", "Line", "Push",
    "Report", "read_line", "signature",
)  # fmt: skip
