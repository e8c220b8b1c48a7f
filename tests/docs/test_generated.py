"""What documentation generates is what the product says: reference, rules, picture, tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from generator.kinds import load_kinds
from generator.reference import spec_reference
from generator.spec.schema import platform_schema
from tests.docs.markdown import ROOT, script

PAGES = script().pages()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_generated_page_is_fresh(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == PAGES[page], "run scripts/docs"


def test_every_setting_is_in_the_reference() -> None:
    text = PAGES[ROOT / "docs" / "reference.md"]
    schema = platform_schema(load_kinds())
    for name in settings(schema):
        assert f"`{name}`" in text or f".{name}` |" in text, name


def test_every_setting_and_kind_says_what_it_is() -> None:
    text = PAGES[ROOT / "docs" / "reference.md"]
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) > 200
    assert not [row for row in rows if row.endswith("|  |")]


def test_the_reference_of_a_small_schema() -> None:
    """Each form that a type can have, in words."""
    schema = {
        "description": "A thing.",
        "required": ["name"],
        "properties": {
            "name": {"$ref": "#/definitions/name"},
            "size": {"type": "integer", "minimum": 1, "default": 3, "description": "How large|so."},
            "mode": {"enum": ["a", "b"], "default": "", "description": "Which <mode>, `<x>`."},
            "parts": {
                "type": "array",
                "items": {"type": "object", "properties": {"on": {"type": "boolean"}}},
                "description": "Parts.",
            },
            "named": {"type": "object", "additionalProperties": {"type": "string"}},
            "either": {"anyOf": [{"const": False}, {"type": "number", "exclusiveMaximum": 2}]},
        },
        "definitions": {
            "name": {"type": "string", "x-expected": "a name", "description": "What to call it."},
            **{
                name: {"type": "object", "description": name, "properties": {}}
                for name in ("chart", "route", "component", "kind-web")
            },
        },
    }
    lines = spec_reference(schema).splitlines()
    assert lines[:12] == [
        "### platform.yaml",
        "",
        "A thing.",
        "",
        "| Setting | Type | Default | What it says |",
        "| --- | --- | --- | --- |",
        "| `name` | [name](#type-name) | **required** | What to call it. |",
        "| `size` | whole number from 1 | `3` | How large\\|so. |",
        '| `mode` | `a`, `b` | `""` | Which &lt;mode>, `<x>`. |',
        "| `parts` | list |  | Parts. |",
        "| `parts[].on` | `true` or `false` |  |  |",
        "| `named` | map of text |  |  |",
    ]
    assert lines[12] == "| `either` | `false` or number below 2 |  |  |"
    assert '| <a id="type-name"></a>name | A name. What to call it. |' in lines


def settings(node: Any) -> Iterator[str]:
    """The names of all properties anywhere in a schema."""
    if isinstance(node, Mapping):
        for name, child in node.items():
            if name == "properties" and isinstance(child, Mapping):
                yield from (key for key in child if key != "kind")
            yield from settings(child)
    elif isinstance(node, list):
        for child in node:
            yield from settings(child)


def test_a_block_is_replaced_between_its_markers_only() -> None:
    page = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n"
    assert script().block(page, "x", r"new \1") == "a\n<!-- x -->\nnew \\1\n<!-- /x -->\nb\n"
    with pytest.raises(SystemExit, match="expected one <!-- y -->"):
        script().block(page, "y", "new")
