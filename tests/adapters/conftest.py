"""What holds for every adapter's tests."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """python-telegram-bot advises against raw answers, which are the point here."""
    config.addinivalue_line("filterwarnings", "ignore::telegram.warnings.PTBUserWarning")
