"""Errors of a schema become findings: at the author's line, once, in words that help."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from generator.findings import Finding, text
from generator.spec.source import read_source
from generator.spec.validate import validate

PORT = {"type": "integer", "minimum": 1, "maximum": 65535}
CPU = {
    "anyOf": [{"type": "string", "pattern": "^[0-9]+m?$"}, {"type": "number"}],
    "x-expected": "a CPU quantity like 500m or 2",
}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["name", "version"],
    "additionalProperties": False,
    "properties": {
        "name": {"$ref": "#/definitions/name"},
        "version": {"type": "string", "x-expected": "a version like 1.4.0"},
        "replicas": {"type": "integer", "minimum": 1},
        "debug": {"type": "boolean"},
        "ratio": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "level": {"enum": ["low", "medium", "high"]},
        "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "maxItems": 3},
        "cpu": {
            "anyOf": [
                {"$ref": "#/definitions/cpu"},
                {
                    "type": "array",
                    "minItems": 2,
                    "maxItems": 2,
                    "items": {"$ref": "#/definitions/cpu"},
                },
            ],
            "x-expected": "a CPU quantity, or [request, limit]",
        },
        "route": {"anyOf": [{"type": "string"}, {"$ref": "#/definitions/route"}]},
        "target": {"oneOf": [{"required": ["to"]}, {"required": ["redirect"]}]},
        "env": {
            "type": "object",
            "propertyNames": {"pattern": "^[A-Z_]+$", "x-expected": "a variable name"},
            "additionalProperties": {"type": "string", "x-hint": "put the value in quotes"},
        },
        "secrets": {"type": "object", "additionalProperties": {"type": "string", "pattern": "^x/"}},
        "pair": {"prefixItems": [{"type": "string"}], "items": False},
        "components": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"$ref": "#/definitions/name"},
            "additionalProperties": {"$ref": "#/definitions/component"},
        },
    },
    "definitions": {
        "name": {"type": "string", "pattern": "^[a-z][-a-z0-9]*$", "x-expected": "a small name"},
        "cpu": CPU,
        "route": {
            "type": "object",
            "additionalProperties": False,
            "required": ["to"],
            "properties": {"to": {"type": "string"}, "rate": {"type": "integer", "minimum": 1}},
        },
        "component": {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"enum": ["cron", "web"]}},
            "allOf": [
                {
                    "if": {"required": ["kind"], "properties": {"kind": {"const": kind}}},
                    "then": {"$ref": f"#/definitions/{kind}"},
                }
                for kind in ("cron", "web")
            ],
        },
        "cron": {
            "additionalProperties": False,
            "required": ["schedule"],
            "properties": {"kind": {}, "schedule": {"type": "string"}},
        },
        "web": {
            "additionalProperties": False,
            "required": ["port"],
            "properties": {"kind": {}, "port": PORT, "image": {"type": "string"}},
        },
    },
}
GOOD = 'name: shop\nversion: "1.0"\n'


def findings(folder: Path, spec: str, schema: dict[str, Any] = SCHEMA) -> tuple[Finding, ...]:
    (folder / "p.yaml").write_text(spec, encoding="utf-8")
    return validate(read_source(folder / "p.yaml", folder), schema)


def said(folder: Path, spec: str, schema: dict[str, Any] = SCHEMA) -> str:
    return text(findings(folder, spec, schema))


def test_a_good_spec_has_no_findings(tmp_path: Path) -> None:
    assert findings(tmp_path, GOOD) == ()


CASES = {
    "replicas: many": "p.yaml:3:11: replicas: expected an integer of at least 1, got 'many'",
    "replicas: 0": "p.yaml:3:11: replicas: expected an integer of at least 1, got 0",
    'replicas: "3"': (
        "p.yaml:3:11: replicas: expected an integer of at least 1, got '3'\n"
        "    hint: remove the quotes: replicas: 3"
    ),
    "replicas:": (
        "p.yaml:3:10: replicas: expected an integer of at least 1, got nothing\n"
        "    hint: write a value, or remove the key"
    ),
    "debug: yes": (
        "p.yaml:3:8: debug: expected true or false, got 'yes'\n    hint: write debug: true"
    ),
    "debug: Off": (
        "p.yaml:3:8: debug: expected true or false, got 'Off'\n    hint: write debug: false"
    ),
    "debug: maybe": "p.yaml:3:8: debug: expected true or false, got 'maybe'",
    "ratio: 1": "p.yaml:3:8: ratio: expected a number above 0 below 1, got 1",
    'ratio: "0.5"': (
        "p.yaml:3:8: ratio: expected a number above 0 below 1, got '0.5'\n"
        "    hint: remove the quotes: ratio: 0.5"
    ),
    "level: hihg": (
        "p.yaml:3:8: level: expected one of low, medium or high, got 'hihg'\n"
        "    hint: did you mean 'high'?"
    ),
    "level: x": "p.yaml:3:8: level: expected one of low, medium or high, got 'x'",
    "level: 3": "p.yaml:3:8: level: expected one of low, medium or high, got 3",
    "tags: web": (
        "p.yaml:3:7: tags: expected a list of 0 to 3 entries, got 'web'\n"
        "    hint: write a list: tags: [web]"
    ),
    "tags: [a, 1.10]": (
        "p.yaml:3:11: tags[1]: expected a string, got 1.1\n"
        '    hint: put the value in quotes: "1.10"'
    ),
    "tags: [a, b, a]": (
        "p.yaml:3:14: tags[2]: 'a' is listed twice\n    hint: remove one of the two"
    ),
    "tags: [a, b, c, d]": (
        "p.yaml:3:7: tags: expected a list of 0 to 3 entries, got a list of 4 entries"
    ),
    "cpu: lots": "p.yaml:3:6: cpu: expected a CPU quantity, or [request, limit], got 'lots'",
    "cpu: [1, lots]": "p.yaml:3:10: cpu[1]: expected a CPU quantity like 500m or 2, got 'lots'",
    "cpu: [1]": (
        "p.yaml:3:6: cpu: expected a CPU quantity, or [request, limit], got a list of 1 entry"
    ),
    "cpu: {request: 1}": (
        "p.yaml:3:1: cpu: expected a CPU quantity, or [request, limit], got a map with request"
    ),
    "route: 5": "p.yaml:3:8: route: expected a string or a map with `to`, got 5",
    "route: {too: x}": ("p.yaml:3:9: route: unknown key 'too'\n    hint: did you mean 'to'?"),
    "route: {to: x, rate: 0}": (
        "p.yaml:3:22: route.rate: expected an integer of at least 1, got 0"
    ),
    "target: {}": (
        "p.yaml:3:9: target: expected exactly one of: a map with `to` or a map with `redirect`, "
        "got an empty map"
    ),
    "target: {to: 1, redirect: 2}": (
        "p.yaml:3:1: target: expected exactly one of: a map with `to` or a map with `redirect`, "
        "got a map with to, redirect"
    ),
    "env: {a-b: x}": "p.yaml:3:7: env: expected a variable name, got the key 'a-b'",
    "env: {A: 1}": (
        'p.yaml:3:10: env.A: expected a string, got 1\n    hint: put the value in quotes: A: "1"'
    ),
    "env: {A: [x]}": (
        "p.yaml:3:10: env.A: expected a string, got a list of 1 entry\n"
        "    hint: put the value in quotes"
    ),
    "pair: [a, b]": "p.yaml:3:11: pair[1]: nothing can stand here, got 'b'\n    hint: remove it",
    "components: {}": (
        "p.yaml:3:13: components: expected a map of at least 1 entry, got an empty map"
    ),
    "components:": (
        "p.yaml:3:12: components: expected a map of at least 1 entry, got nothing\n"
        "    hint: indent its keys below it"
    ),
    "components: {Web_App: {kind: web, port: 1}}": (
        "p.yaml:3:14: components: expected a small name, got the key 'Web_App'\n"
        "    hint: did you mean 'web-app'?"
    ),
    "components: {a: {kind: wbe, port: x}}": (
        "p.yaml:3:24: components.a.kind: expected one of cron or web, got 'wbe'\n"
        "    hint: did you mean 'web'?"
    ),
    "components: {a: {}}": (
        "p.yaml:3:14: components.a: the key 'kind' is missing\n"
        "    hint: add `kind:`, one of cron or web"
    ),
    "components: {a: {kind: web, port: http}}": (
        "p.yaml:3:35: components.a.port: expected an integer from 1 to 65535, got 'http'"
    ),
    "components: {a: {kind: cron, port: 80, schedule: x}}": (
        "p.yaml:3:30: components.a: unknown key 'port'\n    hint: remove it: no other key is "
        "allowed here"
    ),
    "components: {a: {kind: web}}": (
        "p.yaml:3:14: components.a: the key 'port' is missing\n"
        "    hint: add `port:`, an integer from 1 to 65535"
    ),
    "components: {a: {kind: web, prot: 80}}": (
        "p.yaml:3:29: components.a: unknown key 'prot'\n    hint: did you mean 'port'?"
    ),
    "Debug: true": "p.yaml:3:1: unknown key 'Debug'\n    hint: did you mean 'debug'?",
    "zzz: 1": (
        "p.yaml:3:1: unknown key 'zzz'\n    hint: allowed here: replicas, debug, ratio, level, "
        "tags, cpu, route, target, env, secrets, pair, components"
    ),
}


@pytest.mark.parametrize(("line", "message"), CASES.items(), ids=CASES)
def test_one_mistake_has_one_message(tmp_path: Path, line: str, message: str) -> None:
    assert said(tmp_path, f"{GOOD}{line}\n") == message


def test_all_mistakes_come_at_once_in_order(tmp_path: Path) -> None:
    spec = "version: 1.10\ncolour: red\nreplicas: x\n"
    assert said(tmp_path, spec) == (
        "p.yaml:1:1: the key 'name' is missing\n"
        "    hint: add `name:`, a small name\n"
        "p.yaml:1:10: version: expected a version like 1.4.0, got 1.1\n"
        '    hint: put the value in quotes: version: "1.10"\n'
        "p.yaml:2:1: unknown key 'colour'\n"
        "    hint: allowed here: name, debug, ratio, level, tags, cpu, route, target, env, "
        "secrets, pair, components\n"
        "p.yaml:3:11: replicas: expected an integer of at least 1, got 'x'"
    )


def test_missing_keys_are_told_one_by_one(tmp_path: Path) -> None:
    assert [f.message for f in findings(tmp_path, "replicas: 1\n")] == [
        "the key 'name' is missing",
        "the key 'version' is missing",
    ]


def test_a_missing_key_lies_at_the_key_of_its_map(tmp_path: Path) -> None:
    spec = f"{GOOD}components:\n  shop:\n    kind: web\n    image: x\n"
    assert [f.place for f in findings(tmp_path, spec)] == ["p.yaml:4:3"]


def test_what_an_alias_repeats_is_told_once(tmp_path: Path) -> None:
    spec = f"{GOOD}components:\n  a: &a {{kind: web, port: x}}\n  b: *a\n  c:\n    <<: *a\n"
    assert said(tmp_path, spec) == (
        "p.yaml:4:27: components.a.port: expected an integer from 1 to 65535, got 'x'"
    )


def test_an_included_file_gets_its_own_findings(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("components:\n  a: {kind: web, port: 0}\n")
    schema = {**SCHEMA, "properties": {**SCHEMA["properties"], "include": {}}}
    assert said(tmp_path, f"{GOOD}include: [more.yaml]\n", schema) == (
        "more.yaml:2:24: components.a.port: expected an integer from 1 to 65535, got 0"
    )


SECRET = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"


@pytest.mark.parametrize(
    "spec",
    [
        f"secrets: {{KEY: {SECRET}}}",
        f"env: {{DB_PASSWORD: [{SECRET}]}}",
        f"components: {{api-token: {SECRET}}}",
        "env: {API_KEY: 4242424242424242}",
        "env: {STRIPE_SECRET: 4242424242424242}",
    ],
)
def test_secrets_are_never_printed(tmp_path: Path, spec: str) -> None:
    message = said(tmp_path, f"{GOOD}{spec}\n")
    assert message
    for part in (SECRET, "4242424242424242"):
        assert part not in message


def test_logins_in_addresses_are_never_printed(tmp_path: Path) -> None:
    message = said(tmp_path, f"{GOOD}level: postgres://shop:hunter2@db/shop\n")
    assert "hunter2" not in message
    assert "'postgres://…@db/shop'" in message


def test_long_values_are_cut(tmp_path: Path) -> None:
    message = said(tmp_path, f"{GOOD}level: {'x' * 500}\n")
    assert f"got '{'x' * 59}…' (500 characters)" in message


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    message = said(tmp_path, f'{GOOD}level: "a\\e[31m\\nb"\n')
    assert "got 'a\\x1b[31m\\nb'" in message


def test_a_hint_of_the_author_wins(tmp_path: Path) -> None:
    schema = {"properties": {"a": {"type": "boolean", "x-hint": "ask the team"}}}
    assert said(tmp_path, "a: yes\n", schema).endswith("hint: ask the team")


def test_words_beside_a_reference_win(tmp_path: Path) -> None:
    schema = {
        "properties": {"a": {"$ref": "#/definitions/n", "x-expected": "the outer words"}},
        "definitions": {"n": {"type": "integer", "x-expected": "the inner words"}},
    }
    assert "expected the outer words, got 'x'" in said(tmp_path, "a: x\n", schema)


UNUSUAL = {
    "not": ({"not": {"required": ["x"]}}, "{x: 1}", "a: expected anything but a map with `x`, got"),
    "const": ({"const": "one"}, "two", "expected 'one', got 'two'"),
    "multipleOf": ({"type": "integer", "multipleOf": 5}, "7", "expected an integer in steps of 5"),
    "types": ({"type": ["string", "null"]}, "7", "expected a string or nothing, got 7"),
    "minLength": ({"type": "string", "minLength": 1}, '""', "a string of at least 1 character"),
    "maxLength": ({"type": "string", "maxLength": 2}, "abc", "a string of 0 to 2 characters, got"),
    "pattern": ({"type": "string", "pattern": "^a+$"}, "b", "a string that matches ^a+$, got 'b'"),
    "contains": ({"contains": {"const": 1}}, "[2]", "expected a list that holds 1, got a list"),
    "dependent": ({"dependentRequired": {"x": ["y"]}}, "{x: 1}", "a: the key 'y' is missing"),
    "unevaluated": ({"unevaluatedProperties": False}, "{x: 1}", "a: unknown key 'x'"),
    "closed": (False, "1", "a: nothing can stand here, got 1"),
    "patterned": (
        {"patternProperties": {"^x": {"type": "integer"}}},
        "{xy: z}",
        "a.xy: expected an integer, got 'z'",
    ),
    "dependent schema": (
        {"dependentSchemas": {"x": {"properties": {"y": {"type": "integer"}}}}},
        "{x: 1, y: z}",
        "a.y: expected an integer, got 'z'",
    ),
    "escaped reference": ({"$ref": "#/definitions/a~1b~0c"}, "x", "expected an integer, got 'x'"),
    "allOf": ({"allOf": [{"type": "integer"}, {"minimum": 3}]}, "1", "of at least 3, got 1"),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_every_keyword_has_words(tmp_path: Path, name: str) -> None:
    schema, value, expected = UNUSUAL[name]
    whole = {"properties": {"a": schema}, "definitions": {"a/b~c": {"type": "integer"}}}
    assert expected in said(tmp_path, f"a: {value}\n", whole)


def test_five_hundred_components_are_judged_quickly(tmp_path: Path) -> None:
    """Measured: 3 CPU milliseconds when all is well, 20 when every component has a mistake."""
    good = "".join(f"  c{i}: {{kind: web, port: 80, image: x}}\n" for i in range(500))
    (tmp_path / "p.yaml").write_text(f"{GOOD}components:\n{good}")
    assert _cost(tmp_path, 0) < 0.05
    (tmp_path / "p.yaml").write_text(f"{GOOD}components:\n{good.replace('port: 80', 'prt: 80')}")
    assert _cost(tmp_path, 500) < 0.5


def _cost(folder: Path, count: int) -> float:
    source = read_source(folder / "p.yaml", folder)
    best = 9.0
    for _ in range(5):
        start = time.process_time()
        assert len(validate(source, SCHEMA)) == count
        best = min(best, time.process_time() - start)
    return best
