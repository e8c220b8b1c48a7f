"""CRDs of Go modules: their structural schemas as closed JSON Schemas."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vendoring.modules import INT32, KEPT, LISTS, MAPS, ONE, module

from generator.check.kubeyaml import load

# What Kubernetes itself checks in `metadata`, of custom objects too.
STRINGS = {"type": ["object", "null"], "additionalProperties": {"type": "string"}}
METADATA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "annotations": STRINGS,
        "finalizers": {"type": "array", "items": {"type": "string"}},
        "generateName": {"type": "string"},
        "labels": STRINGS,
        "name": {"type": "string"},
        "namespace": {"type": "string"},
        "ownerReferences": {"type": "array", "items": {"type": "object"}},
    },
}
OBJECT = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": METADATA}


def custom(sources: dict[str, Any]) -> dict[Path, Any]:
    files = {}
    for source in sources["custom"]:
        kinds = set()
        for crd in definitions_of(module(source), source["files"]):
            kind, group = crd["spec"]["names"]["kind"], crd["spec"]["group"]
            for version in crd["spec"]["versions"]:
                if kind in source["kinds"] and version["served"]:
                    schema = closed(version["schema"]["openAPIV3Schema"], root=True)
                    files[Path("custom", group, f"{kind}_{version['name']}.json.gz")] = schema
                    kinds.add(kind)
        if missing := set(source["kinds"]) - kinds:
            sys.exit(f"{source['module']}@{source['version']} has no {', '.join(sorted(missing))}")
    return files


def definitions_of(folder: Path, pattern: str) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob(pattern)):
        for text in re.split(r"(?m)^---\s*$", file.read_text()):
            document = load(text)
            if document and document["kind"] == "CustomResourceDefinition":
                yield document


def closed(schema: dict[str, Any], *, root: bool = False) -> dict[str, Any]:
    """A CRD's schema as JSON Schema: fields that it does not name are refused, as kubectl does."""
    slim = kept(schema)
    if schema.get("format") == "int32":
        slim = {**INT32, **slim}
    for key in ("exclusiveMinimum", "exclusiveMaximum"):  # a flag in OpenAPI, the limit here
        if slim.pop(key, False):
            slim[key] = slim.pop(key.removeprefix("exclusive").lower())
    if schema.get("x-kubernetes-int-or-string"):
        slim["type"] = ["integer", "string"]
    if schema.get("nullable") and "type" in slim:
        types = slim["type"] if isinstance(slim["type"], list) else [slim["type"]]
        slim["type"] = [*types, "null"]
        if "enum" in slim:
            slim["enum"] = [*slim["enum"], None]
    if "properties" in schema:
        slim["properties"] = {name: closed(each) for name, each in schema["properties"].items()}
    if root or schema.get("x-kubernetes-embedded-resource"):
        slim["properties"] = {**slim.get("properties", {}), **OBJECT}
    if isinstance(extra := schema.get("additionalProperties"), dict):
        slim["additionalProperties"] = closed(extra)
    elif "properties" in slim and not (extra or schema.get("x-kubernetes-preserve-unknown-fields")):
        slim["additionalProperties"] = False
    if "items" in schema:
        slim["items"] = closed(schema["items"])
    for key in (*LISTS, "not"):
        if key in schema and not (key == "anyOf" and "x-kubernetes-int-or-string" in schema):
            slim[key] = junctor(schema[key])
    return slim


def kept(schema: dict[str, Any]) -> dict[str, Any]:
    slim = {k: schema[k] for k in sorted(KEPT & schema.keys())}
    if "pattern" in slim:  # Go takes a category without braces, other libraries do not
        slim["pattern"] = scoped(re.sub(r"\\([pP])([A-Z])", r"\\\1{\2}", slim["pattern"]))
    return slim


def junctor(schema: Any) -> Any:
    """Below allOf, anyOf, oneOf and not a schema names only some fields: it closes nothing."""
    if isinstance(schema, list):
        return [junctor(each) for each in schema]
    if isinstance(schema, bool):
        return schema
    slim = kept(schema)
    for key in (*ONE, *LISTS, "additionalProperties"):
        if key in schema:
            slim[key] = junctor(schema[key])
    for key in MAPS:
        if key in schema:
            slim[key] = {name: junctor(each) for name, each in schema[key].items()}
    return slim


def scoped(pattern: str) -> str:
    """`(?i)` holds to the end of its group; ECMA's expressions want that said: `(?i:…)`."""
    while (start := pattern.find("(?i)")) >= 0:
        depth, end = 0, start + 4
        while end < len(pattern) and depth >= 0:
            character = pattern[end]
            depth += (character == "(") - (character == ")")
            end += 2 if character == "\\" else 1
        end -= depth < 0
        pattern = f"{pattern[:start]}(?i:{pattern[start + 4 : end]}){pattern[end:]}"
    return pattern
