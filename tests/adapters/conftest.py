"""Puts the platforms' stand-ins of tests/peers on the path."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

PEERS = str(Path(__file__).resolve().parents[1] / "peers")
if PEERS not in sys.path:
    sys.path.insert(0, PEERS)


def pytest_configure(config: pytest.Config) -> None:
    """python-telegram-bot advises against raw answers, which are the point here."""
    config.addinivalue_line("filterwarnings", "ignore::telegram.warnings.PTBUserWarning")
