"""`chendian jobs`: what is turned on, when it comes next, and what became of the last time."""

from __future__ import annotations

from pathlib import Path

from program import run

from archive import consent, job_runs
from archive.database import Archive
from archive.keep import keep
from archive.records import Group

TG = "telegram:-100123"


def _archived(archive: Archive) -> None:
    with archive.writing() as db:
        keep(db, [Group(TG, "技术群\u202e", time_zone="Europe/Berlin")])
        consent.start(db, TG, by="telegram:1")


def _config(archive: Archive, text: str) -> Path:
    path = archive.folder / "config.toml"
    path.write_text(f'data = "{archive.folder}"\n{text}', "utf-8")
    return path


def test_without_any_job_it_says_how_one_is_turned_on(archive: Archive) -> None:
    _archived(archive)
    config = _config(archive, "")
    assert "config.example.toml" in run("jobs", "--config", config, expect=0).out
    assert run("jobs", "--config", config, "--json", expect=0).json == []


def test_jobs_are_shown_with_their_next_and_last_time(archive: Archive) -> None:
    _archived(archive)
    config = _config(archive, "[digest]\nenabled = true\n[reminders]\ncandidates = true\n")
    with archive.writing() as db:
        job_runs.turn_on(db, "weekly digest", TG, 1_790_000_000)
        task = ("weekly digest", TG, "2026-W47")
        job_runs.begin(db, task, 1_795_000_000)
        job_runs.failed(db, task, 1_795_000_001, "it took too long to compute.")
    shown = run("jobs", "--config", config, expect=0).out
    assert "weekly digest  技术群" in shown and "\u202e" not in shown
    assert "last 2026-11-18 12:06  2026-W47: failed (it took too long to compute.)" in shown
    listed = {one["job"]: one for one in run("jobs", "--config", config, "--json").json}
    assert set(listed) == {"weekly digest", "suggested essence"}
    assert listed["weekly digest"] | {"next": ""} == {
        "job": "weekly digest", "group": TG, "next": "", "last": "2026-11-18T11:06:40Z",
        "period": "2026-W47", "result": "failed", "why": "it took too long to compute.", "tries": 1,
    }  # fmt: skip
    assert listed["suggested essence"]["last"] is None


def test_several_groups_together_are_one_job(archive: Archive) -> None:
    _archived(archive)
    together = f'[[digest.together]]\nname = "合刊"\ngroups = ["{TG}"]\n'
    (line,) = run("jobs", "--config", _config(archive, together), "--json", expect=0).json
    assert (line["job"], line["group"]) == ("weekly digest", "together:合刊")


def test_group_that_is_not_archived_has_no_jobs(archive: Archive) -> None:
    """TRUST 37."""
    with archive.writing() as db:
        keep(db, [Group(TG, "技术群")])
    config = _config(archive, "[digest]\nenabled = true\n")
    assert run("jobs", "--config", config, "--json", expect=0).json == []
