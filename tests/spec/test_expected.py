"""Schemas in words, and which schemas judge a value."""

from __future__ import annotations

from typing import Any

import pytest

from generator.spec.expected import describe, either, schemas_at

ROOT: dict[str, Any] = {
    "properties": {"a": {"$ref": "#/$defs/a", "x-expected": "outer"}},
    "$defs": {
        "a": {
            "allOf": [{"if": {"const": 1}, "then": {"properties": {"type": {"minimum": 3}}}}],
            "items": [{"type": "string"}],
        }
    },
}


def test_references_and_branches_judge_the_same_value() -> None:
    a = ROOT["$defs"]["a"]
    found = schemas_at(ROOT, ["properties", "a", "$ref", "allOf", 0, "if", "const"])
    assert found == (ROOT["properties"]["a"], a, a["allOf"][0], a["allOf"][0]["if"])


def test_a_property_named_like_a_keyword_is_a_property() -> None:
    path = ["properties", "a", "$ref", "allOf", 0, "then", "properties", "type", "minimum"]
    assert schemas_at(ROOT, path) == ({"minimum": 3},)


def test_paths_that_lead_nowhere_have_no_schema() -> None:
    assert schemas_at(ROOT, ["properties", "zzz", "items", 7, "type"]) == ()
    assert schemas_at(True, ["type"]) == ()


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 9}, "an integer from 1 to 9"),
        ({"type": "integer", "minimum": 0}, "an integer of at least 0"),
        ({"type": "number", "maximum": 1.5}, "a number of at most 1.5"),
        ({"type": "array", "minItems": 2, "maxItems": 2}, "a list of 2 entries"),
        ({"type": "array", "minItems": 1}, "a list of at least 1 entry"),
        ({"type": "array", "uniqueItems": True}, "a list without repeated entries"),
        ({"type": ["integer", "string"], "minimum": 1}, "an integer of at least 1 or a string"),
        ({"enum": ["only"]}, "only"),
        ({"enum": ["a", "b", 3, None]}, "one of a, b, 3 or nothing"),
        ({"const": True}, "true"),
        (
            {"anyOf": [{"type": "string"}, {"type": "string"}, {"type": "null"}]},
            "a string or nothing",
        ),
        ({"required": ["to", "rate"]}, "a map with `to` and `rate`"),
        ({"type": "object", "required": ["a", "b", "c", "d"]}, "a map"),
        ({"minimum": 3}, "a value of at least 3"),
        ({}, "a value"),
        (False, "another value"),
        ({"x-expected": "just so", "type": "integer"}, "just so"),
        ({"$ref": "#/$defs/zzz"}, "a value"),
    ],
)
def test_descriptions(schema: Any, words: str) -> None:
    assert describe(ROOT, schema) == words


def test_long_lists_are_cut() -> None:
    assert either([str(number) for number in range(40)]).endswith("13, 14, …")
    assert either([]) == ""
