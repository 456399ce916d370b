"""Two archives, each as those who read it find it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from crawling import Crawl
from hostile_archive import fill_hostile

from archive import groups, sessions
from archive.access import operator
from archive.database import Archive, open_archive
from archive.questions import list_questions
from archive.tags import list_tags

MEMBER = "telegram:99000000102"
"""Who reads as a member: of the developers' group."""


class Stand:
    """One archive as one reader finds it."""

    def __init__(self, app: Any, base: str, archive: Archive, cookies: dict[str, str]) -> None:
        self.app = app
        self.base = base
        self.archive = archive
        self.cookies = cookies
        self._crawl: Crawl | None = None

    @property
    def crawl(self) -> Crawl:
        """What is found from the first page on; read once."""
        if self._crawl is None:
            self._crawl = Crawl(self.base, wanted(self.archive), self.cookies)
        return self._crawl


def wanted(archive: Archive) -> list[str]:
    """Addresses that no page links to, the API's, and a message of every kind there is."""
    with archive.reading() as db:
        rows = db.execute(
            "SELECT g.key || ':' || max(m.platform_id) FROM messages m JOIN groups g"
            " ON g.id = m.group_id GROUP BY g.id, m.kind, m.flags & 2, m.service IS NULL,"
            " EXISTS(SELECT 1 FROM attachments a WHERE a.message_id = m.id)"
        ).fetchall()
    keys = [quote(key, safe=":@") for (key,) in rows]
    messages = [f"/m/{key}" for key in keys]
    return [*of_api(archive, keys[0]), *messages]


def of_api(archive: Archive, message: str) -> list[str]:
    """Addresses of every endpoint of the API."""
    with archive.reading() as db:
        group = quote(groups.list_groups(db, operator())[0].key, safe=":@")
        tag = quote(list_tags(db, operator())[0].name, safe="")
        asked = quote(list_questions(db, operator(), None)[0].key, safe=":@")
    plain = (
        "groups", "messages", "essence", "tags", "columns", "threads", "questions", "digests",
        "files", "links", "people", "months", "former-days", "coverage", "stats",
    )  # fmt: skip
    parts = (
        "search?q=a", f"groups/{group}", f"messages/{message}", f"context/{message}",
        f"voices?group={group}", f"thanks?group={group}", "days?year=2026", "essence/1",
        f"tags/{tag}", "columns/1", "threads/1", f"questions/{asked}", "digests/1",
    )  # fmt: skip
    return [f"/api/{part}" for part in (*plain, *parts)]


def hostile_archive(folder: Path) -> Archive:
    """Make an archive of hostile texts, for all to read."""
    archive = open_archive(folder, create=True)
    fill_hostile(archive)
    with archive.writing() as db:
        for group in groups.list_groups(db, operator()):
            groups.set_visibility(db, group.key, "public", "operator")
    return archive


def member_cookie(archive: Archive) -> dict[str, str]:
    """Let the member in and return what their browser sends."""
    group = next(key for key in group_keys(archive) if key.startswith("telegram:-1009900000001"))
    with archive.writing() as db:
        groups_of = {group: "member"}
        return {
            "chendian": sessions.begin_session(
                db, "member", member_key=MEMBER, account="telegram:demo", groups=groups_of
            )
        }


def group_keys(archive: Archive) -> list[str]:
    with archive.reading() as db:
        return [group.key for group in groups.list_groups(db, operator())]
