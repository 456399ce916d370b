"""Several groups told together: what is told where, who decides, and that it is sent once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from scene import SUNDAY, TG, Scene

from archive import consent
from archive.database import Archive
from archive.forget import forget
from archive.groups import set_visibility
from archive.records import Group, Member, Message, Reaction
from bot.config import Config, ConfigError, DigestConfig, TogetherConfig, load_config
from bot.jobs.compute import compute

OTHER, THIRD = "telegram:-100777", "telegram:-100888"
BOTH = TogetherConfig(name="合刊", groups=(TG, OTHER))
ALL = TogetherConfig(name="大家", groups="all", admins=("telegram:1",))
DOCKER = "部署的时候先拉镜像再重启，回滚就用上一个标签，别直接删容器，这都是血的教训"
HIKING = "登山杖先买一根轻的，膝盖不好的人下山才知道它的好处，别买太便宜的那一种"
SECRET = "我们群里说的话只有我们自己知道，谁也不要往外面说，这一条特别特别重要"


def config(*together: TogetherConfig, send: str = "unapproved") -> Config:
    return Config(digest=DigestConfig(send=send, together=together))  # type: ignore[arg-type]


@pytest.fixture
def scene(archive: Archive) -> Scene:
    """Three archived groups, with one thing worth telling in each."""
    scene = Scene(archive, config(BOTH))

    async def really(words: Sequence[str]) -> bytes:
        scene.computed.append(tuple(words))
        return compute(words)

    scene.compute = really  # type: ignore[method-assign]
    scene.keep(Group(OTHER, "徒步群"), Group(THIRD, "悄悄话"))
    for group in (OTHER, THIRD):
        scene.keep(Member("telegram:1", "张三", group_key=group, role="admin"))
        with archive.writing() as db:
            consent.start(db, group, by="telegram:1")
    for number, (group, text) in enumerate(((TG, DOCKER), (OTHER, HIKING), (THIRD, SECRET)), 1):
        scene.keep(
            Message(group, str(number), int(scene.now), "telegram:2", "李四", text=text,
                    quality=3, reactions=(Reaction("❤", 9),))
        )  # fmt: skip
    return scene


def sunday(scene: Scene, wanted: Config | None = None, later: int = 0) -> None:
    """Let a process that was there before look when the digest is due."""
    scene.jobs = scene.process(wanted)
    if wanted is not None or not scene.computed:
        scene.look(SUNDAY - 86_400)
    scene.look(SUNDAY + later)


def texts(scene: Scene) -> dict[str | None, str]:
    return {draft.group_key: draft.text for draft in scene.drafts()}


def test_one_edition_goes_to_each_of_its_groups_once_and_names_nobody(scene: Scene) -> None:
    sunday(scene)
    scene.look(SUNDAY + 5)
    said = texts(scene)
    assert set(said) == {TG, OTHER} and len(scene.drafts()) == 2
    for text in said.values():
        assert "先拉镜像" in text and "登山杖" in text and "自己知道" not in text
        assert "李四" not in text and "技术群、徒步群 周报 2026-W47" in text
    assert len({draft.unique for draft in scene.drafts()}) == 2
    with scene.archive.reading() as db:
        ((stored,),) = db.execute("SELECT digest FROM editions").fetchall()
    assert "拉镜像" in stored and "李四" not in stored
    assert scene.edition("2026-W47") == "sent"


def test_of_all_groups_only_what_everybody_may_read_is_told(scene: Scene) -> None:
    """TRUST 31: nobody agreed that a private group is told elsewhere."""
    with scene.archive.writing() as db:
        set_visibility(db, OTHER, "public", "test")
    sunday(scene, config(ALL))
    said = texts(scene)
    assert set(said) == {TG, OTHER, THIRD}
    for text in said.values():
        assert "登山杖" in text and "徒步群" in text
        assert not any(word in text for word in ("拉镜像", "自己知道", "技术群", "悄悄话"))


def test_where_nothing_is_public_all_is_nothing(scene: Scene) -> None:
    sunday(scene, config(ALL))
    assert scene.drafts() == [] and scene.computed == []


def test_group_made_private_before_it_is_sent_is_left_out(scene: Scene) -> None:
    """TRUST 31: looked at again at the moment of sending."""
    with scene.archive.writing() as db:
        set_visibility(db, OTHER, "public", "test")
        set_visibility(db, THIRD, "public", "test")
    sunday(scene, config(ALL, send="approval"))
    assert scene.drafts() == []
    with scene.archive.writing() as db:
        set_visibility(db, THIRD, "private", "test")
    scene.approve()
    scene.look(SUNDAY + 60)
    for text in texts(scene).values():
        assert "登山杖" in text and "自己知道" not in text and "悄悄话" not in text


def test_group_made_public_after_it_was_drafted_is_not_said_to_be_in_it(scene: Scene) -> None:
    with scene.archive.writing() as db:
        set_visibility(db, OTHER, "public", "test")
    sunday(scene, config(ALL, send="approval"))
    with scene.archive.writing() as db:
        set_visibility(db, THIRD, "public", "test")
    scene.approve()
    scene.look(SUNDAY + 60)
    assert texts(scene) and not any("悄悄话" in text for text in texts(scene).values())


def test_group_that_withdrew_is_neither_told_nor_told_to(scene: Scene) -> None:
    """TRUST 37."""
    sunday(scene, config(BOTH, send="approval"))
    with scene.archive.writing() as db:
        consent.stop(db, OTHER, by="telegram:1")
    scene.approve()
    scene.look(SUNDAY + 60)
    (draft,) = scene.drafts()
    assert draft.group_key == TG and "登山杖" not in draft.text and "徒步群" not in draft.text


def test_it_can_be_sent_to_some_of_the_groups_only(scene: Scene) -> None:
    sunday(scene, config(msgspec.structs.replace(BOTH, send_to=(TG, "telegram:-1none"))))
    assert set(texts(scene)) == {TG}


@pytest.mark.parametrize("named", [(), ("telegram:9",)])
def test_draft_is_shown_to_who_decides(scene: Scene, named: tuple[str, ...]) -> None:
    """TRUST 32: who is named, else who is admin of every group in it at this moment."""
    scene.account.admins = {"telegram:1"}
    sunday(scene, config(msgspec.structs.replace(BOTH, admins=named), send="approval"))
    (notice,) = scene.drafts("notice")
    assert notice.member_key == (named[0] if named else "telegram:1")
    assert "/周报 合刊 通过" in notice.text and "/digest 合刊 approve" in notice.text
    assert scene.drafts() == []


def test_kill_before_any_write_is_kept_sends_it_once_to_each(scene: Scene) -> None:
    """TRUST 39."""
    real = scene.write

    class Killed(BaseException):
        pass

    scene.look(SUNDAY - 86_400)
    for round in range(1, 6):
        count = 0

        async def dies(does):  # type: ignore[no-untyped-def]
            nonlocal count
            count += 1
            if count == round:  # noqa: B023
                with scene.archive.writing() as db:
                    does(db)
                    raise Killed
            return await real(does)

        scene.write = dies  # type: ignore[method-assign]
        scene.jobs = scene.process()
        try:
            scene.look(SUNDAY + round)
        except Killed:
            continue
    scene.write = real  # type: ignore[method-assign]
    sunday(scene, later=120)
    assert sorted(draft.group_key or "" for draft in scene.drafts()) == sorted((TG, OTHER))


def test_what_was_forgotten_while_it_waits_is_written_anew_where_nothing_was_said(
    scene: Scene,
) -> None:
    """TRUST 5, 33: said in one group, not yet in the other."""
    sunday(scene)
    with scene.archive.writing() as db:
        db.execute("UPDATE outbox SET state = 'sent' WHERE group_key = ?", (TG,))
        forget(db, [f"{OTHER}:2"], "telegram:2")
    scene.look(SUNDAY + 60)
    (draft,) = scene.drafts()
    assert draft.group_key == OTHER and "拉镜像" in draft.text and "登山杖" not in draft.text


def test_place_that_is_not_configured_any_more_is_not_sent(scene: Scene) -> None:
    sunday(scene, config(BOTH, send="approval"))
    scene.approve()
    asyncio.run(scene.process(config()).look())
    assert scene.drafts() == [] and scene.edition("2026-W47") == "draft"


def test_language_is_its_own_else_the_one_of_all(scene: Scene) -> None:
    sunday(scene, config(msgspec.structs.replace(BOTH, language="en")))
    text = texts(scene)[TG]
    assert "weekly digest 2026-W47" in text and "9 reactions" in text and "周报" not in text


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ('name = "a"\ngroups = "all"', "nobody is admin"),
        ('name = "a"\ngroups = ["qq:1", "telegram:1"]', "nobody is admin"),
        (
            'name = "a"\ngroups = ["qq:1"]\n[[digest.together]]\nname = "a"\ngroups = ["qq:2"]',
            "two",
        ),
        ('name = "a:b"\ngroups = ["qq:1"]', "name"),
        ('name = "a"', "groups"),
        ('name = "a"\ngroups = []\nsend_too = []', "did you mean send_to"),
    ],
)
def test_configuration_that_cannot_be_meant_is_refused(
    archive: Archive, written: str, why: str
) -> None:
    path = archive.folder / "config.toml"
    path.write_text(f"[[digest.together]]\n{written}", "utf-8")
    with pytest.raises(ConfigError, match=why):
        load_config(path)
