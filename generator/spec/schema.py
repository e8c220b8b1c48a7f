"""The JSON Schema of platform.yaml: the base, plus each kind's own settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import orjson

from generator.kinds.api import Kind


def platform_schema(
    kinds: Mapping[str, Kind], used: Collection[str] | None = None
) -> dict[str, Any]:
    """The whole schema, one document without remote references, for editors and the reader.

    A component is judged by the settings of its own kind only (`if`/`then`), so that an
    error speaks of that kind and an editor offers nothing else. To judge a spec, the kinds that
    are `used` in it are enough: all are named, but only of these does it have the settings.
    """
    described = sorted(used or kinds)
    schema: dict[str, Any] = orjson.loads(_BASE.read_bytes())
    definitions = schema["definitions"]
    for name in described:
        kind = kinds[name]
        definitions[f"kind-{name}"] = {
            "type": "object",
            "description": kind.SUMMARY,
            "additionalProperties": False,
            "required": ["kind", *kind.SETTINGS.get("required", ())],
            "properties": {"kind": {"const": name}, **kind.SETTINGS["properties"], **_EVERY},
            **{word: kind.SETTINGS[word] for word in _CONDITION if word in kind.SETTINGS},
        }
    definitions["component"] = {
        "type": "object",
        "description": "One component of the platform. Its kind says which settings it has.",
        "required": ["kind"],
        "properties": {
            "kind": {"enum": sorted(kinds), "description": "What the component is."},
        },
        "allOf": [
            {
                "if": {"required": ["kind"], "properties": {"kind": {"const": name}}},
                "then": {"$ref": f"#/definitions/kind-{name}"},
            }
            for name in described
        ],
    }
    return schema


#: What a kind may ask for under a condition.
_CONDITION = ("if", "then", "else")

#: Settings that a component has whatever its kind.
_EVERY = {
    "alerts": {"$ref": "#/definitions/alerts"},
    "patches": {"$ref": "#/definitions/patches"},
}
_BASE = Path(__file__).with_name("base.schema.json")
