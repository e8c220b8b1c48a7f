"""A chart of others inside an umbrella: its files, and its schema among the umbrella's.

Its files stay as they are but for values.schema.json, where Helm and the umbrella need it so:

* a schema with a remote `$ref` is left out, since every installation would ask the network for it;
* a closed one comes to allow `global`, which Helm hands to each subchart, and its switch `enabled`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from generator.spec.model import Dependency

SCHEMA = "values.schema.json"

#: What Helm and the umbrella put among the values of every subchart.
_GIVEN = {
    "global": {"type": "object", "additionalProperties": True},
    "enabled": {"type": "boolean"},
}
_OPEN: dict[str, Any] = {"type": "object", "additionalProperties": True}

#: Words by which a schema names its parts other than by their paths.
_NAMING = frozenset(
    ("$anchor", "$dynamicAnchor", "$dynamicRef", "$id", "$recursiveAnchor", "$recursiveRef", "id")
)


def folder(dependency: Dependency) -> str:
    """Where it lies in the umbrella: as Helm names it, so that `# Source:` says where to look."""
    return f"charts/{dependency.name}"


def files(dependency: Dependency) -> dict[str, bytes]:
    """The files of the chart, below its folder in the umbrella."""
    own = dict(dependency.chart.files)
    schema = _read(own)
    if isinstance(schema, dict):
        if any(_remote(schema)):
            del own[SCHEMA]
        elif _closed(schema) and not _GIVEN.keys() <= schema.get("properties", {}).keys():
            own[SCHEMA] = orjson.dumps(_opened(schema), option=orjson.OPT_INDENT_2) + b"\n"
    return {f"{folder(dependency)}/{path}": data for path, data in own.items()}


def left_out(dependency: Dependency) -> tuple[str, ...]:
    """The addresses for which the chart's schema was left out."""
    return tuple(dict.fromkeys(_remote(_read(dependency.chart.files))))


def installs_crds(dependency: Dependency) -> bool:
    """Whether Helm installs definitions of resources with it, as it does once and for ever."""
    return any("crds" in path.split("/")[:-1] for path in dependency.chart.files)


def schema_of(dependency: Dependency, definition: str) -> dict[str, Any]:
    """The chart's schema as a definition of the umbrella's; an open map where it can't be one.

    Helm judges the values by the chart's own schema all the same.
    """
    from jsonschema_rs import Draft7Validator

    schema = _read(dependency.chart.files)
    if not isinstance(schema, dict) or any(_remote(schema)) or not _movable(schema):
        return _OPEN
    own = {key: one for key, one in _opened(schema).items() if key not in ("$schema", "$id", "id")}
    moved = {key: _moved(one, definition) for key, one in own.items()}
    try:
        Draft7Validator({"$ref": f"#/definitions/{definition}", "definitions": {definition: moved}})
    except ValueError:  # of an older draft, or none at all
        return _OPEN
    return moved


def _read(files: Any) -> Any:
    try:
        return orjson.loads(files[SCHEMA]) if SCHEMA in files else None
    except ValueError:
        return None  # Helm will say so, in `check` as at an installation


def _remote(schema: Any) -> Iterator[str]:
    """Addresses of other documents that a schema refers to."""
    for key, value in _pairs(schema):
        if key in ("$ref", "$dynamicRef") and isinstance(value, str) and value[:1] != "#":
            yield value


def _movable(schema: dict[str, Any]) -> bool:
    """Whether it means the same as a part of a schema of draft 7."""
    draft = str(schema.get("$schema", "draft-07"))
    inner = {key for one in schema.values() for key, value in _pairs(one) if isinstance(value, str)}
    # Beside a `$ref` draft 7 sees nothing, so the switch could not be added.
    return draft.rstrip("#").endswith(("draft-06/schema", "draft-07", "draft-07/schema")) and not (
        _NAMING & inner or "$ref" in schema
    )


def _closed(schema: dict[str, Any]) -> bool:
    return any(
        schema.get(key) is False for key in ("additionalProperties", "unevaluatedProperties")
    )


def _opened(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "properties": {**_GIVEN, **schema.get("properties", {})}}


def _moved(schema: Any, definition: str) -> Any:
    """The same with references that begin at the umbrella's schema."""
    if isinstance(schema, dict):
        return {
            key: f"#/definitions/{definition}{value[1:]}"
            if key == "$ref" and isinstance(value, str)
            else _moved(value, definition)
            for key, value in schema.items()
        }
    if isinstance(schema, list):
        return [_moved(one, definition) for one in schema]
    return schema


def _pairs(schema: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            yield key, value
            yield from _pairs(value)
    elif isinstance(schema, list):
        for one in schema:
            yield from _pairs(one)
