"""`chendian search` of what stands in several groups."""

from __future__ import annotations

from pathlib import Path

from program import run

from archive.database import open_archive
from archive.keep import keep
from archive.records import Group, Message

A, B = "telegram:-1", "qq:2"
ARTICLE = "上线前先停写，再核对两边的行数，最后切换读取，出错就退回上一个版本，谁都不要临时改配置"


def test_search_names_the_other_groups_and_lists_every_copy_if_asked(tmp_path: Path) -> None:
    with open_archive(tmp_path, create=True).writing() as db:
        keep(db, [
            Group(A, "开发群"), Group(B, "运维群"),
            Message(A, "1", 1_763_433_060, text=ARTICLE),
            Message(B, "1", 1_763_433_090, text=ARTICLE),
        ])  # fmt: skip
    told = run("search", "核对", "--data", tmp_path, expect=0).out
    assert "also in 开发群" in told and told.count(ARTICLE[:6]) == 1
    (hit,) = run("search", "核对", "--data", tmp_path, "--json", expect=0).json["hits"]
    assert hit["also_in"][0]["key"] == f"{A}:1"
    apart = run("search", "核对", "--data", tmp_path, "--apart", "--json", expect=0).json
    assert [one["group"] for one in apart["hits"]] == [B, A]
