"""Objects of foreign CRDs against the schemas of these CRDs.

The schemas are those of the versions in schemas/sources.json, closed: a field that they do not
name is a finding, as with `kubectl apply`. Rules that a CRD writes in CEL are not run, and what
an operator's webhook decides (the grammar of PromQL, sums of weights) is not known here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import deflate
import orjson

from generator.check.kubernetes import violations
from generator.check.objects import Object
from generator.check.schema import Schema
from generator.findings import NOTE, Finding

RULE = "crd-schema"
_SCHEMAS = Path(__file__).parent / "schemas" / "custom"


def check(obj: Object) -> tuple[Finding, ...]:
    """What is wrong with a custom object. A note where there is no schema to check it by."""
    group, _, version = obj.api_version.rpartition("/")
    kinds = _kinds(group)
    schema = _schema(group, obj.kind, version) if version in kinds.get(obj.kind, ()) else None
    if schema is not None:
        return tuple(violations(obj, schema, RULE))
    if versions := kinds.get(obj.kind):
        return (
            Finding(
                path=obj.path,
                rule=RULE,
                subject=obj.title,
                message=f"{obj.kind} is not served in {obj.api_version}",
                hint=f"apiVersion: {group}/{versions[0]}",
            ),
        )
    return (
        Finding(
            path=obj.path,
            rule=RULE,
            severity=NOTE,
            subject=obj.title,
            message=f"no schema for {obj.kind} of {obj.api_version}; not checked",
        ),
    )


@cache
def _kinds(group: str) -> dict[str, tuple[str, ...]]:
    """The versions of each kind of a group that there is a schema for, the stable ones first."""
    folder = _SCHEMAS / group
    kinds: dict[str, list[str]] = {}
    for name in sorted(file.name for file in folder.iterdir()) if folder.is_dir() else ():
        kind, _, version = name.removesuffix(".json.gz").rpartition("_")
        kinds.setdefault(kind, []).append(version)
    return {kind: tuple(sorted(versions, key=_stage)) for kind, versions in kinds.items()}


def _stage(version: str) -> tuple[int, str]:
    return ("beta" in version) + 2 * ("alpha" in version), version


@cache
def _schema(group: str, kind: str, version: str) -> Schema:
    file = _SCHEMAS / group / f"{kind}_{version}.json.gz"
    return Schema(orjson.loads(deflate.gzip_decompress(file.read_bytes())))
