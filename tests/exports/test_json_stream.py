"""The JSON stream gives what the json module gives, in any pieces, and survives garbage."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.exports import json_stream
from adapters.exports.encoding import Text
from adapters.exports.json_stream import Element, members


class _Pieces(Text):
    """A text that arrives in given pieces."""

    def __init__(self, pieces: list[str]) -> None:
        self.damaged = False
        self._pieces = pieces

    def chunks(self) -> Any:
        return iter(self._pieces)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)  # fmt: skip


@given(st.lists(_json, max_size=6), _json, st.integers(1, 9), st.booleans())
def test_the_stream_gives_what_json_gives(
    values: list[Any], other: Any, size: int, spaced: bool
) -> None:
    value: dict[str, Any] = {"skip": other, "a": values, "b": other, "n": 123}
    whole = json.dumps(value, ensure_ascii=size % 2 == 0, indent=1 if spaced else None)
    pieces = [whole[n : n + size] for n in range(0, len(whole), size)]
    found = list(members(_Pieces(pieces), ("b", "n"), ("a",)))
    expected = [Element("a", n, value) for n, value in enumerate(values, 1)]
    assert found == [*expected, Element("b", None, other), Element("n", None, 123)]


@given(st.text(alphabet='{}[]",:\\ax1 ', max_size=60), st.integers(1, 9))
def test_the_stream_ends_on_any_garbage(garbage: str, size: int) -> None:
    pieces = [garbage[n : n + size] for n in range(0, len(garbage), size)]
    list(members(_Pieces(pieces), ("a",), ("x",)))
    list(members(_Pieces(['{"x": [', *pieces]), (), ("x",)))


def test_a_value_that_is_not_wanted_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "LARGEST", 1000)
    long = (
        '{"skip": {"x": "' + "y\\\\" * 5000 + '\\"z"}, "n": 5, "a": [1, "' + "z" * 5000 + '", 2]}'
    )
    pieces = [long[n : n + 7] for n in range(0, len(long), 7)]
    found = list(members(_Pieces(pieces), ("n",), ("a",)))
    assert [(e.key, e.number, e.value) for e in found] == [
        ("n", None, 5), ("a", 1, 1), ("a", 2, None), ("a", 3, 2),
    ]  # fmt: skip
    assert found[2].fault == "larger than 1000 characters"
