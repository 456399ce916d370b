"""Which tables are carried as rows, in the order in which they can be put in again.

Row ids mean nothing elsewhere: groups, members and messages are named by their keys, and what has
an id of its own is known again by what makes it itself.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["plain", "own", "group", "member", "message", "person", "essence", "tags",
               "columns", "threads", "questions", "editions"]  # fmt: skip
"""What a column holds: `own` is the row's id, `person` a member's key as text; a table's name, a
row of that table."""

_KINDS: dict[str, Kind] = {
    "id": "own", "group_id": "group", "member_id": "member", "message_id": "message",
    "essence_id": "essence", "tag_id": "tags", "synonym_of": "tags", "column_id": "columns",
    "thread_id": "threads", "question_id": "questions", "edition_id": "editions",
    "member_key": "person", "who": "person", "by": "person", "made_by": "person",
    "marked_by": "person", "added_by": "person",
}  # fmt: skip


class Column(NamedTuple):
    """A column that is carried."""

    name: str
    kind: Kind


class Table(NamedTuple):
    """A table that is carried, or some rows of one."""

    name: str
    """As lines say it: the table's, and behind a colon which of its rows."""
    columns: tuple[Column, ...]
    only: str = "1"
    """SQL, of a row `t`: whether it is carried."""
    itself: tuple[str, ...] = ()
    """Columns that make a row with an id of its own the same one elsewhere."""
    order: str = "t.rowid"
    settles: bool = False
    """Says how the archive behaves: only an archive that is a copy takes it."""

    @property
    def sql(self) -> str:
        """The table's name in the database."""
        return self.name.partition(":")[0]


def _table(
    name: str,
    columns: str,
    only: str = "1",
    itself: str = "",
    order: str = "t.rowid",
    settles: bool = False,
    **kinds: Kind,
) -> Table:
    named = tuple(Column(one, kinds.get(one, _KINDS.get(one, "plain"))) for one in columns.split())
    return Table(name, named, only, tuple(itself.split()), order, settles)


_ALIAS = "kind group_id other target"
_GROUPS = "(SELECT value FROM json_each(:groups))"
_HIDDEN = "(SELECT value FROM json_each(:hidden))"


def _among(links: str, own: str) -> str:
    """Return SQL: a message of the row is carried."""
    return (
        f"EXISTS (SELECT 1 FROM {links} l JOIN messages m ON m.id = l.message_id"
        f" WHERE l.{own} = t.id AND m.group_id IN {_GROUPS} AND m.id >= :first AND m.id < :end"
        f" AND ifnull(m.sender_id, 0) NOT IN {_HIDDEN})"
    )


def _unhidden(links: str, link: str, own: str) -> str:
    """Return SQL: no message of the row is of somebody hidden, whose words its text may have."""
    return (
        f"NOT EXISTS (SELECT 1 FROM {links} l JOIN messages m ON m.id = l.message_id"
        f" WHERE l.{link} = t.{own} AND m.sender_id IN {_HIDDEN})"
    )


TABLES: tuple[Table, ...] = (
    _table("groups", "key title kind time_zone visibility title_only with_ids without_ids",
           f"t.id IN {_GROUPS}"),
    _table("members", "key name username", ":whole OR EXISTS (SELECT 1 FROM memberships s"
           f" WHERE s.member_id = t.id AND s.group_id IN {_GROUPS})", key="person"),
    _table("memberships", "group_id member_id name named_at role"),
    _table("member_names", "group_id member_id folded name"),
    _table("aliases:group", _ALIAS, "kind = 'group'", group_id="plain", target="group"),
    _table("aliases:member", _ALIAS, "kind = 'member'", group_id="plain", target="member"),
    _table("aliases:message", _ALIAS, "kind = 'message'", target="message"),
    _table("aliases:time", _ALIAS, "kind IN ('title', 'unmarked', 'recall')"),
    _table("tags", "id folded name synonym_of", ":whole OR EXISTS (SELECT 1 FROM message_tags l"
           f" WHERE l.tag_id IN (t.id, t.synonym_of) AND l.group_id IN {_GROUPS})",
           itself="folded", order="t.synonym_of IS NOT NULL, t.rowid"),
    _table("message_tags", "message_id tag_id group_id added_by", "added_by IS NOT NULL"),
    _table("reacted", "message_id who at said"),
    _table("marks", "message_id at removed"),
    _table("orphans", "group_id platform_id kind who at said"),
    _table("coverage", "group_id since until complete source why", ":all_time"),
    _table("codes", "code message_id"),
    _table("bridged", "message_id target part mode at copy_id other_ids said kept gone",
           "copy_id IS NOT NULL"),
    _table("item_levels", "message_id level by at"),
    _table("essence", "id group_id title reason marked_by marked_at source",
           _among("essence_messages", "essence_id"),
           itself="group_id title marked_by marked_at"),
    _table("essence_messages", "essence_id message_id"),
    _table("essence_texts", "essence_id text by at",
           _unhidden("essence_messages", "essence_id", "essence_id")),
    _table("columns", "id group_id folded title made_by made_at",
           _among("column_messages", "column_id"), itself="group_id folded"),
    _table("column_messages", "column_id message_id position note added_by"),
    _table("threads", "id group_id title made_by made_at edited edited_by edited_at edited_over",
           _among("thread_messages", "thread_id"),
           itself="group_id title made_by made_at", edited_by="person"),
    _table("thread_messages", "thread_id message_id"),
    _table("questions", "id message_id event_key assigned_to token", itself="message_id",
           assigned_to="person"),
    _table("answers", "message_id question_id counts accepted"),
    _table("nominations", "message_id who reason at"),
    _table("reports", "id message_id who reason at handled_at handled_by",
           itself="message_id who", handled_by="person"),
    _table("saved", "member_key message_id at"),
    _table("dismissed", "message_id by at"),
    _table("reviewed", "message_id shown by at"),
    _table("introductions", "group_id member_key text at"),
    _table("roster", "group_id who member_key name role expires_on note"),
    _table("group_texts", "group_id name text set_by set_at", set_by="person"),
    _table("shown_names", "group_id member_key name folded at"),
    _table("publish_consents", "member_key at", settles=True),
    _table("consents", "group_key since until notice started_by stopped_by", settles=True),
    _table("pauses", "group_key since until who", settles=True),
    _table("opt_outs", "member_key at who", settles=True, member_key="plain", who="plain"),
    _table("forgotten_names", "group_id match member_key", settles=True, member_key="plain"),
    _table("tombstones", "group_id match forgotten_at", settles=True),
    _table("erased_people", "mark at", settles=True),
    _table("group_settings", "group_id name value by at", settles=True),
    _table("question_offers", "group_key enabled offered_at", settles=True),
    _table("muted_askers", "token at who", settles=True),
    _table("job_switches", "job place since", settles=True),
    _table("greeted", "group_id member_key at", settles=True),
    _table("candidates", "message_id score why at", settles=True),
    _table("editions", "id kind place period state digest edits made_at approved_at approved_by"
           " sent_at", itself="kind place period", settles=True, approved_by="person"),
    _table("edition_messages", "message_id edition_id", settles=True),
    _table("bridge_consents", "group_key other_key mode since by until ended_by", settles=True,
           ended_by="person"),
    _table("bridge_pauses", "what since by", settles=True),
    _table("audit", "at who action target detail", settles=True, who="plain"),
    _table("meta", "name value", "name = 'secret'", settles=True),
)  # fmt: skip
BY_NAME = {table.name: table for table in TABLES}
