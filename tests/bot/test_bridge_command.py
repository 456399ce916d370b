"""`/bridge` and `chendian bridge`: agree, leave, pause; what they tell and how it is undone."""

from __future__ import annotations

from pathlib import Path

import msgspec
from bridge_scene import QQ, TG
from commanding import SETTING, Talk, rows
from program import run

from archive import consent
from archive.bridge_consents import agree, agreed
from archive.database import Archive, open_archive
from bot.config import BridgeConfig

BRIDGES = (BridgeConfig((TG, QQ), "all"),)
JOINED = msgspec.structs.replace(SETTING, bridges=BRIDGES)


def test_an_admin_agrees_for_the_group_and_takes_it_back(archive: Archive) -> None:
    talk = Talk(archive, setting=JOINED)
    assert "还没同意" in talk.ask("/桥接", who="1")
    assert "/桥接 关" in talk.ask("/桥接 开", who="1")
    with archive.reading() as db:
        held = agreed(db)
    assert held.agrees(TG, QQ, "all") and held.crossing(TG, QQ, "all") is None
    with archive.writing() as db:
        agree(db, QQ, [TG], "all", "qq:1")
    assert "agreed" in talk.ask("/bridge", who="1")
    assert "暂停" in talk.ask("/桥接 暂停", who="1") and "恢复了" in talk.ask("/桥接 恢复", who="1")
    assert "closed" in talk.ask("/bridge off", who="1")
    with archive.reading() as db:
        assert not agreed(db).agrees(TG, QQ, "all")
    done = rows(archive, "SELECT action FROM audit WHERE action LIKE 'bridge%' ORDER BY id")
    assert [action for (action,) in done] == [
        "bridge agreed", "bridge agreed", "bridge paused", "bridge resumed", "bridge withdrawn"
    ]  # fmt: skip


def test_a_member_may_not_and_another_mode_is_asked_for_again(archive: Archive) -> None:
    talk = Talk(archive, setting=JOINED)
    talk.ask("/桥接 开", who="2")
    assert rows(archive, "SELECT * FROM bridge_consents") == []
    talk.ask("/桥接 开", who="1")
    with archive.reading() as db:
        assert not agreed(db).agrees(TG, QQ, "essence")


def test_the_operator_sees_pauses_and_resumes(tmp_path: Path) -> None:
    data, config = tmp_path / "data", tmp_path / "config.toml"
    config.write_text(f'data = "{data}"\n[[bridge]]\ngroups = ["{TG}", "{QQ}"]\nname = "dev"\n')
    with open_archive(data, create=True).writing() as db:
        consent.approve(db, [TG, QQ])
        agree(db, TG, [QQ], "essence", "telegram:1")
    (one,) = run("bridge", "list", "--config", config, "--json").json
    states = [(group["archived"], group["agrees"], group["waiting"]) for group in one["groups"]]
    assert states == [(True, True, 0), (True, False, 0)] and not one["paused"]
    assert "chendian bridge resume dev" in run("bridge", "pause", "dev", "--config", config).out
    assert "paused" in run("bridge", "list", "--config", config).out
    assert "open again" in run("bridge", "resume", "dev", "--config", config).out
    assert "chendian bridge list" in run("bridge", "pause", "x", "--config", config, expect=1).err


def test_the_configuration_names_what_is_wrong_with_a_bridge(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    for lines, named in (
        (f'groups = ["{TG}"]', "bridge"), (f'groups = ["{TG}", "{TG}"]', "twice"),
        (f'groups = ["{TG}", "there"]', "there"),
    ):  # fmt: skip
        config.write_text(f"[[bridge]]\n{lines}\n")
        assert named in run("bridge", "list", "--config", config, expect=1).err
