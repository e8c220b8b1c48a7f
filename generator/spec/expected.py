"""A JSON Schema in words: `an integer from 1 to 65535`, `one of web, worker or cron`.

A schema's author gives better words beside any (sub)schema: `x-expected` says what a value should
be ("a quantity like 500m or 2"), `x-hint` what to do about one that is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.spec.place import plural, shown

Schema = Mapping[str, Any]

_TYPES = {
    "object": "a map",
    "array": "a list",
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}
_MAX_LISTED = 15
_MAX_REQUIRED = 3

# Keywords that lead from a value to a part of it, and how many steps of a path they take.
_INWARD = {
    "properties": 2,
    "patternProperties": 2,
    "prefixItems": 2,
    "additionalProperties": 1,
    "items": 1,
    "contains": 1,
    "propertyNames": 1,
    "unevaluatedProperties": 1,
    "unevaluatedItems": 1,
}


def schemas_at(root: Any, path: Sequence[str | int]) -> tuple[Schema, ...]:
    """The schemas that judge the value a keyword failed on, the outermost first.

    `path` is the evaluation path of the keyword: through references and branches.
    """
    node: Any = root
    here: list[Schema] = [root] if isinstance(root, Mapping) else []
    steps = iter(path[:-1])  # the last one is the keyword itself
    for step in steps:
        if step == "$ref":
            node = _pointed(root, node["$ref"])
        else:
            node = _step(node, step)
            if step in _INWARD and isinstance(node, Mapping | list):
                here = []
                if _INWARD[str(step)] == 2:
                    node = _step(node, next(steps, ""))
        if isinstance(node, Mapping) and _is_schema(node):
            here.append(node)
    return tuple(here)


def resolved(root: Any, schema: Schema) -> Iterator[Schema]:
    """The schema and what it refers to, the outermost first."""
    while isinstance(schema, Mapping):
        yield schema
        if "$ref" not in schema:
            return
        schema = _pointed(root, schema["$ref"])


def word(schemas: Sequence[Schema], name: str) -> str | None:
    """What the author wrote under `x-expected` or `x-hint`, the outermost first."""
    return next((str(schema[name]) for schema in schemas if name in schema), None)


def describe(root: Any, schema: Schema) -> str:
    """What a value should be. Never empty."""
    chain = tuple(resolved(root, schema))
    given = word(chain, "x-expected")
    if given:
        return given
    for one in chain:
        if "const" in one:
            return shown(one["const"])
        if "enum" in one:
            return listed(one["enum"])
        for branches in ("anyOf", "oneOf"):
            if branches in one:
                words = [describe(root, branch) for branch in one[branches]]
                return either(list(dict.fromkeys(words)))
        if 0 < len(one.get("required", ())) <= _MAX_REQUIRED:
            keys = " and ".join(f"`{key}`" for key in one["required"])
            return f"a map with {keys}"
        if "type" in one:
            return _typed(one)
        if "allOf" in one:
            return describe(root, one["allOf"][0])
        if "not" in one:
            return f"anything but {describe(root, one['not'])}"
        if "contains" in one:
            return f"a list that holds {describe(root, one['contains'])}"
    return _limits("a value", chain[-1]) if chain else "another value"


def listed(options: Sequence[Any]) -> str:
    names = [option if isinstance(option, str) else shown(option) for option in options]
    if len(names) == 1:
        return names[0]
    return f"one of {either(names)}"


def either(names: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`; the end of a long list is cut."""
    if len(names) > _MAX_LISTED:
        return f"{', '.join(names[:_MAX_LISTED])}, …"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _typed(schema: Schema) -> str:
    types = [schema["type"]] if isinstance(schema["type"], str) else list(schema["type"])
    words = [_TYPES[one] for one in types]
    words[0] = _limits(words[0], schema)
    return either(words)


def _limits(noun: str, schema: Schema) -> str:
    """The noun with its range, length or pattern."""
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    parts = []
    if low is not None and high is not None:
        parts.append(f"from {low} to {high}")
    else:
        words = (("of at least", low), ("of at most", high), ("above", above), ("below", below))
        parts = [f"{word} {bound}" for word, bound in words if bound is not None]
    if "multipleOf" in schema:
        parts.append(f"in steps of {schema['multipleOf']}")
    for keyword, unit in (("Length", "character"), ("Items", "entry"), ("Properties", "entry")):
        least, most = schema.get(f"min{keyword}"), schema.get(f"max{keyword}")
        if least is not None and least == most:
            parts.append(f"of {_count(least, unit)}")
        elif most is not None:
            parts.append(f"of {least or 0} to {_count(most, unit)}")
        elif least:
            parts.append(f"of at least {_count(least, unit)}")
    if "pattern" in schema:
        parts.append(f"that matches {schema['pattern']}")
    if schema.get("uniqueItems") and not parts:
        parts.append("without repeated entries")
    return " ".join([noun, *parts])


def _count(number: int, unit: str) -> str:
    return plural(number, unit) if unit != "entry" or number == 1 else f"{number} entries"


def _pointed(root: Any, reference: str) -> Any:
    """The target of a reference inside the document; there are no others."""
    node: Any = root
    for part in reference.removeprefix("#").split("/")[1:]:
        node = _step(node, part.replace("~1", "/").replace("~0", "~"))
    return node


def _step(node: Any, part: str | int) -> Any:
    if isinstance(node, list):
        index = int(part) if str(part).isdigit() else len(node)
        return node[index] if index < len(node) else {}
    return node.get(str(part), {}) if isinstance(node, Mapping) else {}


def _is_schema(node: Schema) -> bool:
    """Not the map under `dependentSchemas` and its like: those hold schemas by name."""
    return any(key in node for key in _SCHEMA_KEYS)


_SCHEMA_KEYS = (
    *_INWARD,
    *("$ref", "type", "enum", "const", "anyOf", "oneOf", "allOf", "not", "if", "required"),
    *("pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems"),
    *("minProperties", "maxProperties", "x-expected", "x-hint", "description"),
)
