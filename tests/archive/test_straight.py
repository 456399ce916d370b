"""Straight to what is called so: each reader is led only to what that reader may see."""

from __future__ import annotations

import time

import pytest
from told import QQ, TG, full_group, said, told

from archive import consent
from archive.access import Reader, member, operator, public
from archive.database import Archive
from archive.essence import mark
from archive.groups import set_visibility
from archive.records import Group
from archive.rights import set_alias
from archive.straight import straight_to
from archive.tags import set_synonym


@pytest.fixture
def group(archive: Archive) -> Archive:
    told(archive, [
        full_group("八方群"), Group(QQ, "摄影课"),
        said("1", "怎么做备份 #备份#"), said("2", "拍照 #白砝#", group=QQ, who="43"),
        said("3", "每周备份一次", who="毕峰"),
    ])  # fmt: skip
    with archive.writing() as db:
        mark(db, [f"{TG}:3"], by="operator", title="备份要先试恢复")
    return archive


def led(archive: Archive, typed: str, reader: Reader) -> list[tuple[str, str, str]]:
    with archive.reading() as db:
        return [(s.kind, s.name, s.target) for s in straight_to(archive, db, typed, reader)]


BIFENG = ("person", "毕峰", "from:毕峰")
BAFANG = ("group", "八方群", TG)
BACKUP = ("tag", "备份", "备份")
OTHER = ("tag", "白砝", "白砝")
POST = ("essence", "备份要先试恢复", "1")


def test_people_groups_tags_and_essence_are_found_by_initials(group: Archive) -> None:
    assert led(group, "bf", operator()) == [BIFENG, BAFANG, BACKUP, OTHER, POST]
    assert led(group, "beifen", operator()) == [BACKUP, POST]
    assert led(group, "备份", operator()) == [BACKUP, POST]
    assert led(group, "备份 恢复 from:毕峰", operator()) == []


def test_each_reader_is_led_only_to_what_is_theirs_31(group: Archive) -> None:
    """TRUST 31."""
    assert led(group, "bf", member(frozenset({TG}))) == [BIFENG, BAFANG, BACKUP, POST]
    assert led(group, "bf", member(frozenset({QQ}))) == [OTHER]
    assert led(group, "bf", public()) == []
    with group.writing() as db:
        set_visibility(db, TG, "public", "operator")
    # people have no names outside their group
    assert led(group, "bf", public()) == [BAFANG, BACKUP, POST]
    assert led(group, "bf", member(frozenset({QQ}))) == [BAFANG, BACKUP, OTHER, POST]


def test_an_essence_title_is_masked_for_who_is_outside(group: Archive) -> None:
    with group.writing() as db:
        set_visibility(db, TG, "public", "operator")
        mark(db, [f"{TG}:1"], by="operator", title="备份找我 13812345678")
    names = [name for _, name, _ in led(group, "bfzw", public())]
    assert names == ["备份找我 138****5678"]


def test_who_opted_out_and_who_has_an_alias_is_not_found_by_name(group: Archive) -> None:
    assert BIFENG in led(group, "bifeng", operator())
    with group.writing() as db:
        set_alias(db, TG, "telegram:毕峰", "老鬼", by="operator")
    assert _soon(group, "lg", ("person", "老鬼", "from:老鬼"))
    assert led(group, "bifeng", member(frozenset({TG}))) == []
    assert led(group, "lg", member(frozenset({TG}))) == [("person", "老鬼", "from:老鬼")]
    with group.writing() as db:
        consent.opt_out(db, "telegram:毕峰", "telegram:毕峰")
    assert led(group, "lg", operator()) == []


def test_new_names_are_found_and_gone_ones_are_not(group: Archive) -> None:
    assert led(group, "xr", operator()) == []
    told(group, [said("9", "来了 #新人#", who="许然")])
    assert _soon(group, "xr", ("person", "许然", "from:许然"))
    assert _soon(group, "xr", ("tag", "新人", "新人"))
    with group.writing() as db:
        db.execute("UPDATE groups SET title = '别的'")
        db.execute("DELETE FROM message_tags")
    assert [kind for kind, *_ in led(group, "bf", operator())] == ["person", "essence"]


def test_a_synonym_leads_to_its_tag(group: Archive) -> None:
    with group.writing() as db:
        set_synonym(db, "backup", "备份", "operator")
    assert _soon(group, "backup", ("tag", "backup", "备份"))


def _soon(archive: Archive, typed: str, wanted: tuple[str, str, str]) -> bool:
    """Ask until it is found: each kind of names is not read again more often than it is quick."""
    until = time.monotonic() + 60
    while wanted not in led(archive, typed, operator()):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
