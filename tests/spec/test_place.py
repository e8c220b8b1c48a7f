"""How places, paths and values are spoken of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.spec.place import MAX_SHOWN, Place, dotted, plural, shown


def test_places_sort_by_file_and_line() -> None:
    places = [Place("b.yaml", 1, 1), Place("a.yaml", 10, 1), Place("a.yaml", 9, 5)]
    assert [str(place) for place in sorted(places)] == ["a.yaml:9:5", "a.yaml:10:1", "b.yaml:1:1"]


def test_paths_are_dotted() -> None:
    assert dotted(("charts", "shop", "connects", 0, "to")) == "charts.shop.connects[0].to"
    assert dotted(()) == ""
    assert dotted(("env", "\x1b[31m")) == "env.\\x1b[31m"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *(("shop", "'shop'"), ("", "empty text"), ("it's", '"it\'s"'), ("a\nb", "'a\\nb'")),
        *((1.5, "1.5"), (8000, "8000"), (True, "true"), (False, "false"), (None, "nothing")),
        *(({}, "an empty map"), ({"a": 1}, "a map"), ([], "an empty list"), ([1], "a list")),
        *(("x" * 60, f"'{'x' * 60}'"), ("x" * 61, f"'{'x' * 59}…'")),
    ],
)
def test_values_are_shown(value: object, text: str) -> None:
    assert shown(value) == text


@given(st.text())
def test_shown_text_is_one_short_printable_line(text: str) -> None:
    assert shown(text).isprintable()
    assert len(shown(text)) <= MAX_SHOWN + 2


def test_plurals() -> None:
    assert [plural(count, "space") for count in (0, 1, 2)] == ["0 spaces", "1 space", "2 spaces"]
