from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema_rs import Draft7Validator

from generator.build import upstream
from generator.spec.model import Dependency, Upstream
from generator.spec.place import Place

CLOSED = {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "string"}}}


def dependency(schema: Any) -> Dependency:
    files = {"Chart.yaml": b"name: page"}
    if schema is not None:
        files["values.schema.json"] = (
            schema if isinstance(schema, bytes) else json.dumps(schema).encode()
        )
    return Dependency(
        path=("charts", "shop", "dependencies", "status"),
        place=Place("platform.yaml", 1, 1),
        name="status",
        archive="vendor/page.tgz",
        origin=None,
        chart=Upstream(name="page", version="0.3.0", description="", files=files),
        values={},
        enabled=True,
    )


def accepts(schema: Any, values: Any) -> bool:
    definitions = {"x": upstream.schema_of(dependency(schema), "x")}
    whole = {"$ref": "#/definitions/x", "definitions": definitions}
    return bool(Draft7Validator(whole).is_valid(values))


def test_a_closed_schema_lets_in_what_helm_and_the_umbrella_add():
    (written,) = [d for path, d in upstream.files(dependency(CLOSED)).items() if "schema" in path]
    for schema in (json.loads(written), CLOSED):
        assert accepts(schema, {"a": "b", "enabled": False, "global": {"any": 1}})
        assert not accepts(schema, {"b": "b"})


def test_an_open_schema_stays_as_it_is():
    content = b'{"type":  "object"}'
    assert upstream.files(dependency(content))["charts/status/values.schema.json"] == content


def test_references_are_those_of_the_umbrella():
    schema = {
        "definitions": {"s": {"type": "string"}},
        "properties": {"a": {"$ref": "#/definitions/s"}},
    }
    assert accepts(schema, {"a": "b"})
    assert not accepts(schema, {"a": 1})


def test_a_tree_refers_to_itself():
    schema = {"properties": {"inner": {"$ref": "#"}, "a": {"type": "string"}}}
    assert not accepts(schema, {"inner": {"inner": {"a": 1}}})
    assert accepts(schema, {"inner": {"inner": {"a": "b"}}})


@pytest.mark.parametrize(
    "schema",
    [
        None,
        b"no JSON",
        True,
        {"type": "nonsense"},
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "additionalProperties": False},
        {"$schema": "http://json-schema.org/draft-04/schema#", "additionalProperties": False},
        {"properties": {"a": {"$id": "#a"}}, "additionalProperties": False},
        {"$ref": "#/definitions/a", "definitions": {"a": CLOSED}},
        {
            "properties": {"a": {"$ref": "https://example.com/a.json"}},
            "additionalProperties": False,
        },
    ],
)
def test_what_would_not_mean_the_same_is_an_open_map(schema):
    assert upstream.schema_of(dependency(schema), "x") == {
        "type": "object",
        "additionalProperties": True,
    }


def test_a_property_named_like_a_word_of_schemas_is_none():
    schema = {"properties": {"id": {"type": "string"}, "$ref": {"type": "string"}}}
    assert not accepts(schema, {"id": 1})
    assert upstream.left_out(dependency(schema)) == ()


def test_remote_references_are_found_wherever_they_stand():
    schema = {"allOf": [{"$ref": "https://a.example.com"}, {"items": {"$ref": "other.json"}}]}
    assert upstream.left_out(dependency(schema)) == ("https://a.example.com", "other.json")
    assert "charts/status/values.schema.json" not in upstream.files(dependency(schema))
