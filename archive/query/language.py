"""The search language as plug-ins of Whoosh's query parser; nothing of Whoosh leaves this file."""

from __future__ import annotations

import re
import warnings
from typing import Any

from archive.query import fields
from archive.query.nodes import Node, Written, all_of, any_of, negate
from archive.query.reading import Reading

with warnings.catch_warnings():
    # Whoosh 2.7.4 is written in ways that newer Pythons warn about
    warnings.simplefilter("ignore")
    from whoosh.qparser import plugins, syntax
    from whoosh.qparser.default import QueryParser
    from whoosh.qparser.taggers import RegexTagger

_NARROW = str.maketrans("：（）＂＊－−＋｜＆", ':()"*--+|&')
"""One character for one, so that places in the two texts agree."""
_QUOTED = (
    r'(?<![0-9A-Za-z])"(?:([^"]*+)"|([^"”]*+)”)'
    r"|[“”]([^“”\"]*+)[“”\"]|「([^」]*+)」|『([^』]*+)』"
)
# no group is possessive: before 3.11.5 Python matches one with alternatives wrongly (gh-106052)
_WORD = rf"(?:[^\s%s\"“”「『]|\([^\s()]*+\)|\(|(?!{_QUOTED})[\"“”「『])+"
_QUOTES = re.compile(_QUOTED)
_WORDS = re.compile(_WORD % "(")
_WORDS_IN_GROUP = re.compile(_WORD % "()")
_FIELD = re.compile(r"(?<!:)([^\W\d_]{1,12}):(?!:|//)")
_OPEN, _CLOSE = re.compile(r"(?<![^\s(:+-])\("), re.compile(r"\)")
# a sign counts only before a word, so that gpt-4, 2026-01, C++ and --rm stay what they are
_MINUS = re.compile(r"(?<![^\s(])-(?=[^\s)+-])")
_PLUS = re.compile(r"(?<![^\s(])\+(?=[^\s)+-])")
_ALONE = r"(?<![^\s()])(?:%s)(?=[\s)]|$)"
_NOT = re.compile(_ALONE % r"NOT(?:\s+NOT)*")
_AND, _OR = re.compile(_ALONE % "AND|&&?"), re.compile(_ALONE % r"OR|\|\|?|或")


def understand(reading: Reading) -> Node | None:
    """Read a query through Whoosh's parser; None when there is nothing to look for in it."""
    parentheses = _Parentheses(reading)
    parts = [
        _Operators(reading), parentheses, _Fields(reading), _Quotes(reading),
        plugins.WhitespacePlugin(_PLUS), _Words(parentheses),
    ]  # fmt: skip
    parser = QueryParser(None, None, plugins=parts, group=syntax.AndGroup)
    group = parser.process(reading.text.translate(_NARROW))
    node = all_of([_meaning(member, reading) for member in group])
    _remember_filters(group, reading)
    return node


class _Filter(syntax.Wrapper):  # type: ignore[misc]
    """A field and its value: a word, a quoted text or a group of these."""

    meaning: Node | None = None


class _Joined(syntax.AndGroup):  # type: ignore[misc]
    """What AND joins; a class of its own, for it must not merge with a group in parentheses."""


class _Negation(syntax.PrefixOperator):  # type: ignore[misc]
    """A minus sign, or one NOT or several in a row."""

    def replace_self(self, parser: Any, group: Any, position: int) -> int:
        odd = len(self.text.split()) % 2
        kind = syntax.NotGroup if odd else syntax.AndGroup
        group[position : position + 2] = [kind([group[position + 1]], start=self.startchar)]
        return position


class _Quotes(plugins.TaggingPlugin):  # type: ignore[misc]
    """Quoted texts, with the quotes of either language."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(_QUOTES)
        self.reading = reading

    def create(self, parser: Any, match: re.Match[str]) -> Any:
        self.reading.count()
        inside = match.lastindex or 1
        return plugins.PhrasePlugin.PhraseNode(match[inside], match.start(inside))


class _Words(plugins.TaggingPlugin):  # type: ignore[misc]
    """Everything else up to the next blank, with the parentheses that are closed in it."""

    priority = 200

    def __init__(self, parentheses: _Parentheses) -> None:
        super().__init__(_WORDS)
        self.parentheses = parentheses

    def match(self, parser: Any, text: str, pos: int) -> Any:
        found = (_WORDS_IN_GROUP if self.parentheses.depth else _WORDS).match(text, pos)
        if found is None:
            return None
        self.parentheses.reading.count()
        return syntax.WordNode(found[0]).set_range(*found.span())


class _Bracket(RegexTagger):  # type: ignore[misc]
    """An opening parenthesis before a word, or a closing one while a group is open."""

    def __init__(self, parentheses: _Parentheses, expr: re.Pattern[str], step: int) -> None:
        super().__init__(expr)
        self.parentheses = parentheses
        self.step = step

    def create(self, parser: Any, match: re.Match[str]) -> Any:
        group = self.parentheses
        if group.depth + self.step < 0:
            return None
        group.depth += self.step
        if self.step < 0:
            return group.CloseBracket()
        group.reading.count_group(group.depth)
        return group.OpenBracket()


class _Parentheses(plugins.GroupPlugin):  # type: ignore[misc]
    """Groups; Whoosh's own would drop what does not match in silence."""

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self.reading = reading
        self.depth = 0

    def taggers(self, parser: Any) -> Any:
        return [(_Bracket(self, _OPEN, 1), 0), (_Bracket(self, _CLOSE, -1), 0)]

    def do_groups(self, parser: Any, group: Any) -> Any:
        stack = [syntax.AndGroup()]
        for node in group:
            if isinstance(node, self.OpenBracket):
                stack.append(syntax.AndGroup(start=node.startchar))
            elif isinstance(node, self.CloseBracket):
                self._close(stack, node.endchar)
            else:
                stack[-1].append(node)
        if len(stack) > 1:
            self.reading.note("少了右括号，按补在末尾处理（a closing parenthesis is missing）")
        while len(stack) > 1:
            self._close(stack, len(self.reading.text))
        return stack[0]

    def _close(self, stack: list[Any], end: int) -> None:
        group = stack.pop()
        group.kwargs["end"] = end
        stack[-1].append(group)


class _Fields(plugins.FieldsPlugin):  # type: ignore[misc]
    """Fields by their names in either language; a misspelt one is an error, others are text."""

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self.reading = reading

    def taggers(self, parser: Any) -> Any:
        return [(_FieldName(self.reading), 0)]

    def do_fieldnames(self, parser: Any, group: Any) -> Any:
        fresh = group.empty_copy()
        nodes = iter(group)
        for node in nodes:
            if isinstance(node, syntax.FieldnameNode):
                operand = next(nodes, None)
                if operand is not None and operand.is_ws():
                    operand = next((n for n in nodes if not n.is_ws()), None)
                    operand = operand if isinstance(operand, syntax.TextNode) else None
                fresh.append(self._filter(parser, node, operand))
            elif isinstance(node, syntax.GroupNode):
                fresh.append(self.do_fieldnames(parser, node))
            else:
                fresh.append(node)
        return fresh

    def _filter(self, parser: Any, name: Any, operand: Any) -> Any:
        if isinstance(operand, syntax.GroupNode) and len(operand):
            end = operand.kwargs["end"]
            operand = self.do_fieldnames(parser, operand)
        elif isinstance(operand, syntax.TextNode):
            end = operand.endchar
        else:
            raise fields.missing(name.fieldname)
        return _Filter([operand], field=name.fieldname, start=name.startchar, end=end)


class _FieldName(RegexTagger):  # type: ignore[misc]
    """A known word before a colon."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(_FIELD)
        self.reading = reading

    def create(self, parser: Any, match: re.Match[str]) -> Any:
        written = match[1]
        if name := fields.field_named(written):
            return syntax.FieldnameNode(name, match[0])
        if meant := fields.misspelt(written):
            raise fields.unknown(written, meant)
        if meant := fields.doubtful(written):
            self.reading.note(
                f"「{match[0]}」按文字搜；条件要写成「{meant}:」，前面空一格"
                f"（taken as text; the filter is {meant}: after a space）"
            )
        return None


class _Operators(plugins.OperatorsPlugin):  # type: ignore[misc]
    """NOT and the minus sign, then AND, then OR, each only where it has something to join."""

    def __init__(self, reading: Reading) -> None:
        tag = self.OpTagger
        ops = [
            tag(_NOT, syntax.NotGroup, _Negation, leftassoc=False),
            tag(_MINUS, syntax.NotGroup, _Negation, leftassoc=False),
            tag(_AND, _Joined),
            tag(_OR, syntax.OrGroup),
        ]
        super().__init__([(op, 0) for op in ops], clean=True)
        self.reading = reading

    def filters(self, parser: Any) -> Any:
        return [(self.drop_dangling, 590), (self.do_operators, 600)]

    def drop_dangling(self, parser: Any, group: Any) -> Any:
        fresh = group.empty_copy()
        if all(isinstance(node, syntax.Operator) for node in group):
            fresh.extend(map(_as_word, group))
            return fresh
        for node in group:
            if isinstance(node, syntax.GroupNode):
                fresh.append(self.drop_dangling(parser, node))
            elif isinstance(node, syntax.InfixOperator) and (
                not len(fresh) or isinstance(fresh[-1], syntax.Operator)
            ):
                self.reading.ignore(node.text)
            else:
                fresh.append(node)
        while isinstance(fresh[-1], syntax.Operator):
            self.reading.ignore(fresh.pop().text)
        return fresh


def _as_word(operator: Any) -> Any:
    return syntax.WordNode(operator.text).set_range(operator.startchar, operator.endchar)


def _meaning(node: Any, reading: Reading, field: str | None = None) -> Node | None:
    """Turn a syntax node into one of ours; within a filter, words are values of its field."""
    if isinstance(node, _Filter):
        node.meaning = _meaning(node[0], reading, node.kwargs["field"])
        if node.meaning is None:
            raise fields.missing(node.kwargs["field"])
        return node.meaning
    if isinstance(node, syntax.NotGroup):
        return negate(_meaning(node[0], reading, field))
    if isinstance(node, syntax.GroupNode):
        if not len(node):
            reading.ignore("()")
        join = any_of if isinstance(node, syntax.OrGroup) else all_of
        return join([_meaning(member, reading, field) for member in node])
    text = _inside(node, reading)
    if field is not None:
        return reading.filter(field, text)
    quoted = isinstance(node, plugins.PhrasePlugin.PhraseNode)
    return reading.phrase(text) if quoted else reading.word(text)


def _inside(node: Any, reading: Reading) -> str:
    """Return a piece as it was typed, without its quotes."""
    start, end = node.startchar, node.endchar
    if isinstance(node, plugins.PhrasePlugin.PhraseNode):
        start, end = node.textstartchar, node.textstartchar + len(node.text)
    return reading.text[start:end]


def _remember_filters(group: Any, reading: Reading) -> None:
    """Keep the filters that hold for the whole query, and where they are written."""
    for node in group:
        inner = node[0] if isinstance(node, syntax.NotGroup) else node
        if isinstance(node, _Joined):
            _remember_filters(node, reading)
        elif isinstance(inner, _Filter):
            reading.written.append(_written(node, inner, reading))


def _written(node: Any, inner: Any, reading: Reading) -> Written:
    field, operand, end = inner.kwargs["field"], inner[0], inner.kwargs["end"]
    start, negated = node.kwargs["start"], node is not inner
    if isinstance(operand, syntax.GroupNode):
        value = reading.text[operand.kwargs["start"] : end]
    else:
        value = _inside(operand, reading)
    return Written(field, value, negated, start, end, inner.meaning)
