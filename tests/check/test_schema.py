from __future__ import annotations

import pytest

from generator.check.schema import Problem, Schema, dotted, shown


@pytest.mark.parametrize(
    ("schema", "value", "message", "hint"),
    [
        ({"type": "integer"}, "1", 'expected integer, got string "1"', None),
        ({"type": ["integer", "null"]}, 1.5, "expected integer, got number 1.5", None),
        ({"type": ["object", "array"]}, None, "expected list or map, got null", None),
        ({"const": 1}, 2, "expected integer 1, got integer 2", None),
        ({"enum": ["Always", "Never"]}, "always", None, "did you mean Always?"),
        ({"enum": [1, 2]}, 3, "expected one of 1, 2, got integer 3", "there are: 1, 2"),
        ({"minimum": 1}, 0, "integer 0 is below 1", None),
        ({"maximum": 1}, 2, "integer 2 is above 1", None),
        ({"exclusiveMinimum": 1}, 1, "integer 1 is not above 1", None),
        ({"exclusiveMaximum": 1}, 1, "integer 1 is not below 1", None),
        ({"minLength": 1}, "", "has 0 characters, fewer than 1", None),
        ({"maxLength": 1}, "ab", "has 2 characters, more than 1", None),
        ({"minItems": 1}, [], "has 0 items, fewer than 1", None),
        ({"maxItems": 0}, [1], "has 1 items, more than 0", None),
        ({"minProperties": 1}, {}, "has 0 fields, fewer than 1", None),
        ({"maxProperties": 0}, {"a": 1}, "has 1 fields, more than 0", None),
        ({"uniqueItems": True}, [1, 1], "the same item twice", None),
        ({"required": ["a"]}, {}, "field 'a' is missing", None),
        ({"pattern": "^a$"}, "b", 'string "b" does not match ^a$', None),
        (
            {"not": {"required": ["a", "b"]}},
            {"a": 1, "b": 1},
            "not allowed together: 'a', 'b'",
            None,
        ),
        ({"not": {"type": "string"}}, "a", 'string "a" is not allowed here', None),
        (
            {"oneOf": [{"required": ["a"]}, {"required": ["b", "c"]}]},
            {},
            "one of these is needed: 'a' or 'b' with 'c'",
            None,
        ),
        (
            {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
            {"a": 1, "b": 1},
            "fits several forms, of which only one is allowed",
            None,
        ),
        (
            {"anyOf": [{"type": "integer"}, {"type": "string"}]},
            [],
            "expected integer or string, got list []",
            None,
        ),
    ],
)
def test_messages(schema, value, message, hint):
    (problem,) = Schema(schema).problems(value)
    assert problem.path == ()
    assert message is None or problem.message == message
    assert problem.hint == hint


def test_of_several_forms_the_one_that_was_meant():
    schema = Schema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {
                        "a": {"type": "object", "properties": {"b": {"type": "integer"}}}
                    },
                },
            ]
        }
    )
    assert schema.problems({"a": {"b": "x"}}) == (
        Problem(("a", "b"), 'expected integer, got string "x"'),
    )


def test_unknown_fields_one_by_one_with_the_nearest_or_all_there_are():
    closed = {"additionalProperties": False, "properties": {"replicas": {}, "image": {}}}
    problems = Schema({"properties": {"web": closed}}).problems({"web": {"replica": 1, "x": 2}})
    assert problems == (
        Problem(("web", "replica"), "unknown field", "did you mean replicas?"),
        Problem(("web", "x"), "unknown field", "there are: image, replicas"),
    )


def test_problems_through_references():
    schema = Schema(
        {
            "definitions": {"a": {"additionalProperties": False, "properties": {"port": {}}}},
            "properties": {"x": {"$ref": "#/definitions/a"}},
        }
    )
    assert schema.problems({"x": {"prt": 1}}) == (
        Problem(("x", "prt"), "unknown field", "did you mean port?"),
    )


def test_long_values_are_cut():
    assert len(shown("x" * 500)) < 80
    assert shown({"a": [True, None]}) == 'map {"a": [true, null]}'


def test_dotted():
    assert dotted(()) == ""
    assert dotted(("spec", "a", 0, "b-c", 1, "d.e")) == 'spec.a[0].b-c[1]["d.e"]'
    assert dotted(("a b", "c")) == '["a b"].c'


def test_a_schema_that_is_none_is_refused_at_once_when_asked():
    with pytest.raises(ValueError, match="no_such_type"):
        Schema({"type": "no_such_type"}, check=True)
