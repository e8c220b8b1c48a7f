"""How CRDs and Go types become schemas: the parts of scripts/vendor-schemas, without a network."""

from __future__ import annotations

import sys

import pytest

from generator.check.schema import Schema
from tests.needs import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
from vendoring.custom import closed, scoped
from vendoring.kubernetes import definition, go_enums, slimmed

CRD = {
    "type": "object",
    "description": "prose",
    "properties": {
        "spec": {
            "type": "object",
            "required": ["port"],
            "properties": {
                "port": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}]},
                "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "mode": {"type": "string", "enum": ["A"], "nullable": True, "default": "A"},
                "count": {"type": "integer", "format": "int32", "minimum": 1},
                "object": {"type": "object", "x-kubernetes-embedded-resource": True},
                "description": {"type": "string", "description": "prose"},
            },
            "oneOf": [{"required": ["labels"]}, {"properties": {"any": {"minProperties": 1}}}],
        }
    },
}


@pytest.fixture(scope="module")
def schema() -> Schema:
    return Schema(closed(CRD, root=True))


def messages(schema: Schema, spec: object) -> list[str]:
    value = {"apiVersion": "a/v1", "kind": "A", "metadata": {"name": "a"}, "spec": spec}
    return [f"{problem.path[-1]}: {problem.message}" for problem in schema.problems(value)]


@pytest.mark.parametrize(
    "spec",
    [
        {"port": 80, "labels": {"a": "b"}, "any": {}},
        {"port": "http", "labels": {}, "any": {}, "mode": None},
        {"port": 1, "any": {"what": ["ever"]}},
        {"port": 1, "any": {"a": 1}, "object": {"apiVersion": "v1", "metadata": {"name": "b"}}},
        {"port": 1, "any": {"a": 1}, "count": 5, "description": "x"},
    ],
)
def test_what_a_crd_takes(schema, spec):
    assert messages(schema, spec) == []


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"any": {"a": 1}}, "spec: field 'port' is missing"),
        ({"port": True, "any": {"a": 1}}, "port: expected integer or string, got true"),
        ({"port": 1, "any": {"a": 1}, "ports": 1}, "ports: unknown field"),
        ({"port": 1, "labels": {"a": 1}, "any": {}}, "a: expected string, got integer 1"),
        ({"port": 1, "any": {"a": 1}, "mode": "B"}, 'mode: expected one of A, got string "B"'),
        ({"port": 1, "any": {"a": 1}, "count": None}, "count: expected integer, got null"),
        ({"port": 1, "any": {"a": 1}, "count": 2**31}, "count: integer 2147483648 is above"),
        ({"port": 1, "any": {"a": 1}, "object": {"spec": 1}}, "spec: unknown field"),
    ],
)
def test_what_it_refuses(schema, spec, message):
    (line,) = messages(schema, spec)
    assert line.startswith(message)


@pytest.mark.parametrize(
    ("pattern", "same"),
    [
        ("^(?i)(abort|warn)?$", "^(?i:(abort|warn)?$)"),
        ("^((?i)mon|tue)day$", "^((?i:mon|tue))day$"),
        ("^((?i)a\\)b)((?i)c)$", "^((?i:a\\)b))((?i:c))$"),
        ("^a$", "^a$"),
    ],
)
def test_case_flags_get_a_scope(pattern, same):
    assert scoped(pattern) == same


def test_prose_goes_and_fields_of_that_name_stay():
    given = {"description": "x", "properties": {"description": {"type": "string", "title": "y"}}}
    assert slimmed(given) == {"properties": {"description": {"type": "string"}}}


TYPES = """package v1

import (
	core "k8s.io/api/core/v1"
)

// Policy says.
// +enum
// And goes on.
type Policy string

const (
	Always Policy = "Always"
	Never  Policy = "Never"
)

type Inner struct {
	// How often.
	Policy *Policy `json:"policy,omitempty" protobuf:"x"`
}

type Outer struct {
	Inner    `json:",inline"`
	Policies []Policy      `json:"policies"`
	Far      core.Protocol `json:"far"`
	Text     string        `json:"text"`
}
"""
CORE = """package v1

// +enum
type Protocol string

const (
	ProtocolTCP Protocol = "TCP"
)
"""


def test_words_come_from_the_types_of_go(tmp_path):
    for group, text in (("shop", TYPES), ("core", CORE)):
        folder = tmp_path / group / "v1"
        folder.mkdir(parents=True)
        (folder / "types.go").write_text(text)
    enums = go_enums(tmp_path)
    assert enums["io.k8s.api.shop.v1.Outer"] == {
        "policy": ["Always", "Never"],
        "policies": ["Always", "Never"],
        "far": ["TCP"],
    }
    given = {"properties": {"policy": {"type": ["string", "null"]}, "text": {"type": "string"}}}
    slim = definition("io.k8s.api.shop.v1.Outer", given, enums)
    assert slim["properties"]["policy"]["enum"] == [None, "", "Always", "Never"]
    assert "enum" not in slim["properties"]["text"]
