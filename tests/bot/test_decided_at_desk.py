"""What was decided at the desk wins over the configuration: greeting, its words, the digest."""

from __future__ import annotations

import pytest
from commanding import TG, said, told
from test_greeting import came, greeting, joining, said_by

from archive import consent
from archive.database import Archive
from archive.essence import mark
from archive.group_settings import decide
from archive.records import Group
from bot.config import Config, DigestConfig, GroupConfig
from bot.jobs.table import make_jobs, wanted


@pytest.fixture
def talk(archive: Archive) -> Archive:
    told(archive, Group(TG, "技术群"), said("1", "先看这个"))
    with archive.writing() as db:
        consent.start(db, TG, by="telegram:1")
        mark(db, [f"{TG}:1"], by="telegram:1")
    return archive


def jobs(archive: Archive, config: Config) -> set[str]:
    with archive.reading() as db:
        return {job.name for job, _ in wanted(db, config, make_jobs(config))}


def test_newcomers_are_greeted_as_was_decided_at_the_desk(talk: Archive) -> None:
    with talk.writing() as db:
        decide(db, TG, "greet", "on", "telegram:1")
        decide(db, TG, "welcome", "后台写的群规", "telegram:1")
    came(talk, greeting(greet=False, welcome="配置里的"), joining())
    (draft,) = said_by(talk)
    assert "后台写的群规" in draft.text and "配置里的" not in draft.text
    with talk.writing() as db:
        decide(db, TG, "greet", "off", "telegram:1")
    came(talk, greeting(greet=True), joining("telegram:78"))
    assert len(said_by(talk)) == 1


def test_a_digest_is_drafted_where_it_was_decided_at_the_desk(talk: Archive) -> None:
    both = Config(digest=DigestConfig(enabled=True, daily=True))
    off = Config(groups={TG: GroupConfig(digest=False, greet=True)})
    assert jobs(talk, both) == {"weekly digest", "daily digest"} and jobs(talk, off) == set()
    with talk.writing() as db:
        decide(db, TG, "digest", "off", "telegram:1")
    assert jobs(talk, both) == set()
    with talk.writing() as db:
        decide(db, TG, "digest", "on", "telegram:1")
    assert jobs(talk, off) == {"weekly digest"} == jobs(talk, Config())
    assert off.groups[TG].digest is False
