"""Tests of `chendian run` as it is installed, against peers over real sockets."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
for folder in ("peers", "bot", "digest"):
    sys.path.insert(0, str(TESTS / folder))
