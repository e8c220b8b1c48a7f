"""Kubernetes' own schemas, without prose, with the words of its Go types and ranges of ports.

The words come from one version of the Go types, the newest: Kubernetes adds words and hardly ever
removes one, so an old version may be told that a word of a newer one is right.
"""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vendoring.modules import INT32, KEPT, LISTS, MAPS, ONE, module

PORT = {"minimum": 1, "maximum": 65535}
PORTS = {("ContainerPort", "containerPort"), ("ServicePort", "port")}
QUANTITY = r"^[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]+(\.[0-9]*)?)?$"


def kubernetes(sources: dict[str, Any]) -> dict[Path, Any]:
    pinned = sources["kubernetes"]
    if importlib.metadata.version(pinned["package"]) != pinned["version"]:
        sys.exit(f"{pinned['package']} {pinned['version']} is needed: scripts/environment dev")
    enums = go_enums(module(sources["enums"]))
    folder = importlib.resources.files("kubernetes_validate") / "kubernetes-json-schema"
    files = {}
    for minor in pinned["minors"]:
        path = folder / f"v1.{minor}.0-local-strict" / "_definitions.json"
        definitions = json.loads(path.read_text())["$defs"]
        kinds = {
            "/".join(filter(None, (gvk["group"], gvk["version"], gvk["kind"]))): name
            for name, schema in sorted(definitions.items())
            for gvk in schema.get("x-kubernetes-group-version-kind", ())
            if len(schema["x-kubernetes-group-version-kind"]) == 1
        }
        slim = {name: definition(name, schema, enums) for name, schema in definitions.items()}
        files[Path(f"kubernetes/1.{minor}.json.gz")] = {"kinds": kinds, "$defs": slim}
    return files


def definition(name: str, schema: dict[str, Any], enums: dict[str, Any]) -> dict[str, Any]:
    if name.endswith(".IntOrString"):
        return {"type": ["string", "integer", "null"]}
    if name.endswith(".Quantity"):
        return {"type": ["string", "number", "null"], "pattern": QUANTITY}
    slim = slimmed(schema)
    for field, property_ in slim.get("properties", {}).items():
        if (name.rpartition(".")[2], field) in PORTS:
            property_.update(PORT)
        if words := enums.get(name, {}).get(field):
            target = property_.get("items", property_)
            if "string" in target.get("type", ()):
                # An empty word is none given: the server puts its default there.
                null = [None] if "null" in target["type"] else []
                target["enum"] = [*null, "", *(word for word in words if word)]
    return slim


def slimmed(schema: Any) -> Any:
    """A Kubernetes schema without prose."""
    if isinstance(schema, bool):
        return schema
    slim = {k: schema[k] for k in sorted(KEPT & schema.keys())}
    if schema.get("format") == "int32":
        slim.update(INT32)
    if "$ref" in schema:
        slim["$ref"] = "#/$defs/" + schema["$ref"].rpartition("/")[2]
    for key in (*ONE, "additionalProperties"):
        if key in schema:
            slim[key] = slimmed(schema[key])
    for key in LISTS:
        if key in schema:
            slim[key] = [slimmed(each) for each in schema[key]]
    for key in MAPS:
        if key in schema:
            slim[key] = {name: slimmed(each) for name, each in schema[key].items()}
    return slim


def go_enums(folder: Path) -> dict[str, dict[str, list[str]]]:
    """Of each definition, the fields that hold one of a few words: types marked `+enum` in Go."""
    words: dict[str, list[str]] = {}
    fields: dict[str, list[tuple[str, str]]] = {}
    for file in sorted(folder.glob("*/*/types.go")):
        text, package = file.read_text(), ".".join(file.parts[-3:-1])
        aliases = {
            alias or path.split("/")[-1]: path.replace("/", ".")
            for alias, path in re.findall(r'^\t(\w*) ?"k8s.io/api/(.*)"$', text, re.M)
        }
        for name in re.findall(r"\+enum\n(?://.*\n)*type (\w+) string", text):
            found = re.findall(rf'^\s*(?:const )?\w+\s+{name}\s+= "(.*)"', text, re.M)
            words[f"{package}.{name}"] = sorted(set(found))
        for name, body in re.findall(r"^type (\w+) struct \{\n(.*?)^\}", text, re.M | re.S):
            own = fields.setdefault(f"{package}.{name}", [])
            for kind, key in re.findall(
                r'^\s*(?:\w+\s+)?[\[\]*]*([\w.]+)\s+`json:"([^"]*)', body, re.M
            ):
                space, _, plain = kind.rpartition(".")
                own.append((key.split(",")[0], f"{aliases.get(space, package)}.{plain}"))

    def flat(struct: str) -> Iterator[tuple[str, str]]:
        for key, kind in fields.get(struct, ()):
            yield from [(key, kind)] if key else flat(kind)  # inlined structs have no key

    return {
        f"io.k8s.api.{struct}": {key: words[kind] for key, kind in flat(struct) if kind in words}
        for struct in fields
    }
