"""`chendian check` names what keeps a bridge from pushing."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import run

from bot.config import ConfigError, load_config

GOOD = 'secret = "a secret of some length"\n'
AGREED = '[groups."matrix:!a"]\narchive = true\n'


def checked(folder: Path, ingest: str, **more: str) -> dict[str, str]:
    """Return what is wrong with a configuration, and what to do."""
    (folder / "config.toml").write_text(f"[ingest.my-home]\n{ingest}{AGREED}", "utf-8")
    said = run("check", "--json", cwd=folder, **more).json
    return {row["what"]: row["do"] for row in said if not row["good"]}


def test_an_ingest_without_a_good_secret_is_named(tmp_path: Path) -> None:
    for secret in ("", 'secret = "too short"\n'):
        ((what, do),) = checked(tmp_path, secret + 'groups = ["matrix:!a"]\n').items()
        assert what.startswith("[ingest.my-home] is not served: it has no secret")
        assert "CHENDIAN_INGEST__MY_HOME__SECRET" in do and "too short" not in what + do
    groups = 'groups = ["matrix:!a"]\n'
    given = {"CHENDIAN_INGEST__MY_HOME__SECRET": "a secret of some length"}
    assert checked(tmp_path, groups, **given) == {}
    assert checked(tmp_path, groups + GOOD) == {}


def test_groups_nobody_agreed_for_are_named(tmp_path: Path) -> None:
    assert list(checked(tmp_path, GOOD)) == [
        "[ingest.my-home] may write to no group",
        "[groups] matrix:!a: no account is on matrix",
    ]
    groups = 'groups = ["matrix:*", "matrix:!b", "slack:*"]\n'
    assert [what.split(" ")[1] for what in checked(tmp_path, GOOD + groups)] == [
        "matrix:!b:", "slack:*:",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Home", "a/b", "", "a b", "x" * 41])
def test_a_name_that_is_no_part_of_an_address_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "config.toml").write_text(f'[ingest."{name}"]\n{GOOD}', "utf-8")
    with pytest.raises(ConfigError):
        load_config(tmp_path / "config.toml")


def test_a_misspelt_option_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[ingest.home]\nsecrte = 1\n", "utf-8")
    with pytest.raises(ConfigError, match=r"did you mean secret\?"):
        load_config(tmp_path / "config.toml")
