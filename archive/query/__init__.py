"""The search language: what a person types, turned into nodes that say what it means."""

from archive.query.chips import Chip, describe, filter_text, with_filter, without_filter
from archive.query.nodes import (
    And,
    Everything,
    Filter,
    From,
    Has,
    In,
    Is,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Since,
    Tag,
    Term,
    Until,
    Written,
)
from archive.query.reading import parse

__all__ = [
    "And", "Chip", "Everything", "Filter", "From", "Has", "In", "Is", "Node", "Not", "Or",
    "Phrase", "Prefix", "Query", "Since", "Tag", "Term", "Until", "Written", "describe",
    "filter_text", "parse", "with_filter", "without_filter",
]  # fmt: skip
