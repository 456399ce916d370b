"""The published folder: nothing of others is touched, and nothing half made is ever seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import ArchiveError
from web.publish.folder import Folder
from web.publish.packing import pack
from web.publish.state import Made, State


def _publish(out: Path, **files: str) -> None:
    """Publish files called `name.html`."""
    folder = Folder(out)
    old = folder.open().files()
    folder.begin()
    made = {f"{n}.html": folder.put(f"{n}.html", t.encode(), old.get(f"{n}.html"))
            for n, t in files.items()}  # fmt: skip
    folder.finish(State({"": Made(made)}), old.keys() - made.keys())


def _shown(out: Path) -> dict[str, str]:
    return {path.stem: path.read_text() for path in out.glob("*.html")}


def test_what_changed_is_replaced_and_what_is_gone_removed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _publish(out, a="1", b="1")
    before = (out / "a.html").stat().st_mtime_ns
    _publish(out, a="1", c="2")
    assert _shown(out) == {"a": "1", "c": "2"}
    assert (out / "a.html").stat().st_mtime_ns == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ArchiveError, match="did not publish"):
        Folder(tmp_path).open()
    with pytest.raises(ArchiveError, match="not a folder"):
        Folder(tmp_path / "mine.txt").open()


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    _publish(out, a="1")
    assert _shown(out) == {"a": "1"}


def test_a_run_killed_while_it_made_pages_leaves_the_old_site(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _publish(out, a="1")
    killed = Folder(out)
    killed.open()
    killed.begin()
    killed.put("a.html", b"2", None)
    assert _shown(out) == {"a": "1"}
    _publish(out, a="1", b="3")
    assert _shown(out) == {"a": "1", "b": "3"}


def test_a_run_killed_while_it_put_pages_in_place_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    _publish(out, a="1", b="1", gone="1")
    moved: list[Path] = []

    def replace(path: Path, target: Path) -> Path:
        if len(moved) == 1:
            raise KeyboardInterrupt
        moved.append(path)
        return path.rename(target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        with pytest.raises(KeyboardInterrupt):
            _publish(out, a="2", b="2")
    assert len(moved) == 1
    state = Folder(out).open()
    assert _shown(out) == {"a": "2", "b": "2"}
    assert sorted(state.files()) == ["a.html", "b.html"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_is_known_of_a_folder_may_be_damaged(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _publish(out, a="1", b="1")
    (out / ".chendian-published").write_bytes(b"\xff\x00")
    _publish(out, a="2")
    assert _shown(out) == {"a": "2"}


def test_the_same_site_is_the_same_zip(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _publish(out, a="1")
    sizes = [pack(out, tmp_path / name) for name in ("one.zip", "two.zip")]
    assert sizes[0] == sizes[1] > 0
    with pytest.raises(ArchiveError, match="lies in the folder"):
        pack(out, out / "site.zip")
