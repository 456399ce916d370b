"""What a query means: frozen nodes, and the rules by which they are joined.

Three things hold in every tree: And and Or are flat and have two members or more, a Not stands
only in an And that has a member which is not one, and Everything stands only first in an And or
alone.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class _Node(msgspec.Struct, frozen=True):
    """The base of all nodes."""


class Everything(_Node, frozen=True):
    """Every message: stands where a query (or a part of it) has nothing to look for."""


class Term(_Node, frozen=True):
    """An unquoted word, as typed."""

    text: str


class Phrase(_Node, frozen=True):
    """The text between quotes, as typed."""

    text: str


class Prefix(_Node, frozen=True):
    """A word that may go on: `docke*`, without its star."""

    text: str


class From(_Node, frozen=True):
    """Sent by this person: a name, user name or member key."""

    name: str


class In(_Node, frozen=True):
    """Said in this group: its title or key."""

    group: str


class Tag(_Node, frozen=True):
    """Carries this tag."""

    name: str


class Is(_Node, frozen=True):
    """`what` is one of `fields.IS`: essence recalled edited question pinned service …"""

    what: str


class Has(_Node, frozen=True):
    """`what` is one of `fields.HAS`: link file photo video voice audio sticker …"""

    what: str


class Since(_Node, frozen=True):
    """Sent at this Unix second or later."""

    at: int


class Until(_Node, frozen=True):
    """Sent before this Unix second."""

    at: int


class Not(_Node, frozen=True):
    """What the node does not match."""

    node: Node


class And(_Node, frozen=True):
    """What every member matches."""

    nodes: tuple[Node, ...]


class Or(_Node, frozen=True):
    """What at least one member matches."""

    nodes: tuple[Node, ...]


Filter = From | In | Tag | Is | Has | Since | Until
Node = Everything | Term | Phrase | Prefix | Filter | Not | And | Or

EVERYTHING = Everything()


class Written(msgspec.Struct, frozen=True):
    """A filter of the query's top level, and where it is written in the text."""

    field: str
    """Canonical name: from in tag is has before after on."""
    value: str
    """As typed, without quotes."""
    negated: bool
    start: int
    end: int
    """Of the whole filter in `Query.text`, with its sign."""
    node: Node
    """What it means without its sign."""


class Query(msgspec.Struct, frozen=True):
    """A query that was understood."""

    node: Node
    """Everything() is a member of the top exactly when `terms` is empty."""
    text: str
    """As typed; lone surrogates and NULs are replaced."""
    terms: tuple[str, ...] = ()
    """Words, phrases and prefixes looked for (not those excluded), for highlights."""
    notes: tuple[str, ...] = ()
    """What was ignored or doubtful, for the person who asked."""
    filters: tuple[Written, ...] = ()


def all_of(nodes: Iterable[Node | None]) -> Node | None:
    """Join what must all hold; None stands for an ignored part, and when all are ignored."""
    flat = list(dict.fromkeys(_spread(And, nodes)))
    members = [node for node in flat if node != EVERYTHING]
    for kind in (From, In):
        members = _either(members, kind)
    if all(isinstance(node, Not) for node in members):
        members[:0] = [EVERYTHING] if flat else []
    return _one_or(And, members)


def any_of(nodes: Iterable[Node | None]) -> Node | None:
    """Join what may each hold."""
    members = [all_of([node]) if isinstance(node, Not) else node for node in _spread(Or, nodes)]
    return _one_or(Or, [node for node in dict.fromkeys(members) if node is not None])


def negate(node: Node | None) -> Node | None:
    """Turn a node round; dates turn into dates."""
    match node:
        case None:
            return None
        case Not(node=inner):
            return inner
        case Since(at=at):
            return Until(at)
        case Until(at=at):
            return Since(at)
        case And(nodes=nodes) if nodes[0] == EVERYTHING or all(map(_is_date, nodes)):
            return any_of(negate(member) for member in nodes if member != EVERYTHING)
        case Or(nodes=nodes) if all(map(_is_date, nodes)):
            return all_of(map(negate, nodes))
    return Not(node)


def top(node: Node | None) -> Node:
    """Finish a tree: a query that looks for no text starts from Everything."""
    whole = all_of([node]) or EVERYTHING
    if whole == EVERYTHING or positive_terms(whole):
        return whole
    members = whole.nodes if isinstance(whole, And) else (whole,)
    return whole if members[0] == EVERYTHING else And((EVERYTHING, *members))


def positive_terms(node: Node) -> tuple[str, ...]:
    """Collect the texts that a hit may contain, in the order written, each once."""
    match node:
        case Term(text=text) | Phrase(text=text) | Prefix(text=text):
            return (text,)
        case And(nodes=nodes) | Or(nodes=nodes):
            return tuple(dict.fromkeys(text for part in nodes for text in positive_terms(part)))
    return ()


def _is_date(node: Node) -> bool:
    return isinstance(node, Since | Until)


def _spread(kind: type[And] | type[Or], nodes: Iterable[Node | None]) -> Iterable[Node]:
    for node in nodes:
        if isinstance(node, kind):
            yield from node.nodes
        elif node is not None:
            yield node


def _one_or(kind: type[And] | type[Or], members: list[Node]) -> Node | None:
    if len(members) < 2:
        return members[0] if members else None
    return kind(tuple(members))


def _either(members: list[Node], kind: type[From] | type[In]) -> list[Node]:
    """Let several senders (or groups) stand for one another: a message has only one."""
    same = [node for node in members if _only(node, kind)]
    if len(same) < 2:
        return members
    joined = any_of(same)
    rest = [joined if node is same[0] else node for node in members if node not in same[1:]]
    return [node for node in rest if node is not None]


def _only(node: Node, kind: type[From] | type[In]) -> bool:
    if isinstance(node, Or):
        return all(isinstance(member, kind) for member in node.nodes)
    return isinstance(node, kind)


def needs_words(node: Node) -> bool:
    """Tell whether only messages that say something can match."""
    match node:
        case Term() | Phrase() | Prefix():
            return True
        case And(nodes=nodes):
            return any(map(needs_words, nodes))
        case Or(nodes=nodes):
            return all(map(needs_words, nodes))
    return False


def asks_for_recalled(node: Node) -> bool:
    """Tell whether what was taken back is asked for."""
    match node:
        case Is(what="recalled"):
            return True
        case And(nodes=nodes) | Or(nodes=nodes):
            return any(map(asks_for_recalled, nodes))
    return False


def dated(node: Node) -> bool:
    """Tell whether a date is part of it."""
    match node:
        case Since() | Until():
            return True
        case And(nodes=nodes) | Or(nodes=nodes):
            return any(map(dated, nodes))
        case Not(node=inner):
            return dated(inner)
    return False
