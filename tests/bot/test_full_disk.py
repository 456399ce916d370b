"""A disk that fills, or refuses: a clear error, nothing lost, and the next run completes it."""

from __future__ import annotations

import json
import resource
import shlex
import subprocess
from pathlib import Path

import pytest
from chat_files import telegram_json, telegram_rows
from program import PROGRAM, Ran, begin, dump, environment, rows, run, run_cold, whole

SIZE = 7_000
REFUSED = "error: the disk refused a write ("


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history just big enough for a reading process of its own."""
    return telegram_json(tmp_path_factory.mktemp("export") / "result.json", telegram_rows(SIZE))


def photos(folder: Path, number: int, size: int) -> Path:
    """Write an export with a photo on each message."""
    said = telegram_rows(number)
    (folder / "photos").mkdir(parents=True)
    for row in said:
        row["photo"] = f"photos/photo_{row['id']}.jpg"
        photo = bytes([row["id"] % 251]) * (size - 8) + row["id"].to_bytes(8, "big")
        (folder / row["photo"]).write_bytes(photo)
    return telegram_json(folder / "result.json", said)


class SmallDisk:
    """A real file system in memory, mounted where only the commands of one shell see it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.disk = folder / "disk"
        self.disk.mkdir()

    def does(self, size: str, *steps: str) -> list[Ran]:
        """Run shell steps on a disk of this size; what is on it at the end is at `kept`."""
        script = [f"mount -t tmpfs -o size={size} tmpfs {self.disk} || exit 1"]
        for number, step in enumerate(steps):
            at = self.folder / f"step{number}"
            script.append(f"{step} >{at}.out 2>{at}.err; echo $? >{at}.code")
        script.append(f"cp -r {self.disk} {self.folder / 'kept'}")
        subprocess.run(
            ["unshare", "-rm", "sh", "-c", "\n".join(script)], check=True, env=environment()
        )
        return [self._ran(self.folder / f"step{number}") for number in range(len(steps))]

    def _ran(self, at: Path) -> Ran:
        out, err, code = (at.with_suffix(end).read_text() for end in (".out", ".err", ".code"))
        return Ran(int(code), out, err)

    @property
    def grows(self) -> str:
        return f"mount -o remount,size=200m {self.disk}"

    @property
    def turns_read_only(self) -> str:
        return f"mount -o remount,ro {self.disk}"

    def chendian(self, *words: str | Path) -> str:
        return shlex.join([str(PROGRAM), *map(str, words), "--data", str(self.disk / "data")])


@pytest.fixture
def small_disk(tmp_path: Path) -> SmallDisk:
    tried = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", str(tmp_path)])
    if tried.returncode != 0:
        pytest.skip("no file system can be mounted here; the limit on a file's size is tested")
    return SmallDisk(tmp_path)


@pytest.mark.parametrize("size", ["100k", "3m"])
def test_an_import_that_fills_the_disk_says_so_and_is_completed_when_there_is_room(
    export: Path, small_disk: SmallDisk, size: str
) -> None:
    """Fault 39: the disk is full while the archive is made, or while messages are written."""
    disk = small_disk
    failed, _, verified, again, settled = disk.does(
        size, disk.chendian("import", export), disk.grows, disk.chendian("verify"),
        disk.chendian("import", export, "--json"), disk.chendian("verify"),
    )  # fmt: skip
    assert (failed.code, failed.out) == (1, "")
    assert failed.err.startswith(REFUSED) and len(failed.err.splitlines()) == 1
    assert "make room" in failed.err
    assert (verified.code, settled.code, again.code) == (0, 0, 0)
    assert json.loads(again.out)["messages"]["read"] == SIZE
    assert rows(disk.folder / "kept/data", "SELECT count(*) FROM messages") == [(SIZE,)]


def test_a_disk_that_fills_with_media_keeps_the_messages_and_takes_the_rest_later(
    tmp_path: Path, small_disk: SmallDisk
) -> None:
    disk = small_disk
    export = photos(tmp_path / "export", 60, 100_000)
    failed, left, _, verified, again, settled = disk.does(
        "3m", disk.chendian("import", export), f"find {disk.disk} -name '.taking-*'", disk.grows,
        disk.chendian("verify"), disk.chendian("import", export, "--json"),
        disk.chendian("verify"),
    )  # fmt: skip
    assert failed.code == 1
    assert failed.err.startswith("error: ") and "make room" in failed.err
    assert left.out == ""
    assert (verified.code, settled.code) == (0, 0)
    assert json.loads(again.out)["missing_media"] == {}
    assert rows(disk.folder / "kept/data", "SELECT count(*) FROM media") == [(60,)]


def test_an_archive_on_a_full_or_read_only_disk_is_searched_and_not_written(
    export: Path, small_disk: SmallDisk
) -> None:
    """Fault 39."""
    disk = small_disk
    search = disk.chendian("search", "数据库", "--json")
    ballast = disk.disk / "ballast"
    _, _, full, counted, _, read_only, verified, imported, marked = disk.does(
        "20m", disk.chendian("import", export),
        f"dd if=/dev/zero of={ballast} bs=1M count=21", search, disk.chendian("stats", "--json"),
        f"rm {ballast} && {disk.turns_read_only}", search, disk.chendian("verify"),
        disk.chendian("import", export), disk.chendian("essence", "mark", "telegram:-1:1"),
    )  # fmt: skip
    for searched in (full, read_only):
        assert json.loads(searched.out)["count"] > 500, searched.err
    assert json.loads(counted.out)["messages"] == SIZE
    assert verified.code == 0
    for ran in (imported, marked):
        assert ran.code == 1
        assert ran.err.startswith("error: ") and len(ran.err.splitlines()) == 1


def test_a_limit_on_the_size_of_files_is_a_clear_error_too(export: Path, tmp_path: Path) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    process = begin("import", export, "--data", tmp_path, preexec_fn=limited)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 1
    assert complaint.decode().startswith(REFUSED)
    assert len(complaint.splitlines()) == 1
    whole(tmp_path)
    run("import", export, "--data", tmp_path, expect=0)
    whole(tmp_path)
    assert rows(tmp_path, "SELECT count(*) FROM messages") == [(SIZE,)]


def test_a_file_too_large_for_the_disk_stops_the_import_and_names_why(tmp_path: Path) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))

    export = photos(tmp_path / "export", 5, 4_000_000)
    ran = run_cold("import", export, "--data", tmp_path / "d", preexec_fn=limited, expect=1)
    assert "could not be stored: File too large" in ran.err
    assert not list((tmp_path / "d").rglob(".taking-*"))
    whole(tmp_path / "d")
    run("import", export, "--data", tmp_path / "d", expect=0)
    calm = tmp_path / "calm"
    run("import", export, "--data", calm, expect=0)
    assert dump(tmp_path / "d") == dump(calm)


@pytest.mark.parametrize("files", [6, 10])
def test_too_few_file_handles_are_an_error_or_enough(tmp_path: Path, files: int) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    export = photos(tmp_path / "export", 3, 1_000)
    ran = run_cold("import", export, "--data", tmp_path / "d", preexec_fn=limited)
    assert ran.code == 0 or ran.err.splitlines()[-1].startswith("error: ")
    run("import", export, "--data", tmp_path / "d", expect=0)
    whole(tmp_path / "d")
