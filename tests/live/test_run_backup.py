"""Backup and forget at the terminal beside a running archive, and a restore after both."""

from __future__ import annotations

from pathlib import Path

from accounts import TECH_KEY, approved, telegram, telegram_group
from operated import Operated, until
from program import run, whole

CANARY = "canary7391"


def traces(folder: Path) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file() and "backups" not in path.parts)
    return [path for path in files if CANARY.encode() in path.read_bytes()]


def test_what_is_forgotten_beside_capture_is_nowhere_nor_in_what_is_restored(
    tmp_path: Path,
) -> None:
    """TRUST 33, 40."""
    with telegram_group() as api:
        one = Operated(tmp_path, telegram(api), approved(TECH_KEY))
        with one.start():
            api.say(f"金丝雀口令 {CANARY}")
            key = one.finds(CANARY)["key"]
            made = run("backup", "--data", one.data, "--json", expect=0).json
            assert made["messages"] >= 1
            api.say("备份以后说的")
            one.finds("备份以后说的")

            def forgets() -> bool:
                words = ["--data", one.data, "--yes", "--json"]
                return bool(run("forget", key, *words, expect=0).json["settled"])

            until(forgets)
            assert one.search(CANARY) == []
            api.say("还在听")
            one.finds("还在听")
            until(lambda: not traces(one.data))
            assert one.stop() == 0
        whole(one.data)
        told = run("restore", made["backup"], "--data", tmp_path / "new", "--json", expect=0).json
        assert told["forgotten"]["messages"] == 1
        assert traces(tmp_path / "new") == []
        whole(tmp_path / "new")
