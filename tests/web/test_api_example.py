"""The example in docs/api.md runs, by a program of its own, against a site on a real socket."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from serving import Served

from archive.api_tokens import make_token
from archive.database import Archive
from archive.essence import mark
from archive.keep import keep
from archive.records import Group, Message
from web.app import create_app

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text("utf-8")
KEY = "telegram:-1001"


def test_the_example_lists_every_essence_of_a_private_group(
    archive: Archive, tmp_path: Path
) -> None:
    with archive.writing() as db:
        keep(db, [Group(KEY, "群"), *(Message(KEY, str(n), 1_760_000_000 + n, text=f"话 {n}")
                                     for n in range(60))])  # fmt: skip
        for n in range(60):
            mark(db, [f"{KEY}:{n}"], by="operator", at=1_760_000_000 + n)
        _, token = make_token(db, [KEY], names=False, ends_at=int(time.time()) + 900, by="operator")
    (example,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "example.py").write_text(example, "utf-8")
    with Served(create_app(archive, base_url="https://archive.example", loopback=True)) as site:
        done = subprocess.run(
            [sys.executable, "-I", "-X", "utf8", tmp_path / "example.py", site, token],
            capture_output=True, text=True, encoding="utf-8", timeout=60, check=True,
        )  # fmt: skip
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert [title for _, title, _ in lines] == [f"话 {n}" for n in reversed(range(60))]
    assert lines[0][::2] == ["2025-10-09", "https://archive.example/essence/60"]
