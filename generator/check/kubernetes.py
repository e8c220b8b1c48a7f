"""Kubernetes' own objects against the schemas of one minor version, strictly.

Fields that a version does not know are findings, as are kinds that it does not serve. What only
the API server decides (immutable fields, combinations, CEL) is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import deflate
import orjson

from generator.check.objects import Object
from generator.check.schema import Problem, Schema, dotted
from generator.errors import GeneratorError
from generator.findings import WARNING, Finding

RULE = "kubernetes-schema"
OLDEST, NEWEST = 25, 37
_SCHEMAS = Path(__file__).parent / "schemas" / "kubernetes"


def check(obj: Object, version: str) -> tuple[Finding, ...] | None:
    """What is wrong with an object on a version; None if no version of Kubernetes knows its kind.

    `version` is `1.31`, or longer.
    """
    minor = _minor(version)
    key = f"{obj.api_version}/{obj.kind}"
    schema = _schema(minor, key)
    if schema is not None:
        later = partial(_known_later, obj, minor)
        return (*_enabled(obj, minor), *violations(obj, schema, RULE, later))
    served = [other for other in range(OLDEST, NEWEST + 1) if key in _definitions(other)["kinds"]]
    if served:
        return (_not_served(obj, minor, served),)
    versions = {name.rpartition("/")[0] for name in _definitions(minor)["kinds"]}
    if obj.api_version in versions:
        return (_unknown_kind(obj, minor),)
    # The groups of others are domains: `app/v1` is a slip of the pen.
    return None if "." in obj.group else (_unknown_version(obj, minor, versions),)


def violations(
    obj: Object, schema: Schema, rule: str, newer: Callable[[Problem], str | None] | None = None
) -> Iterator[Finding]:
    """The findings of an object that does not fit its schema. `newer` may know a better hint."""
    for problem in schema.problems(obj.data):
        where = dotted(problem.path)
        yield Finding(
            path=obj.path,
            rule=rule,
            subject=obj.title,
            message=f"{where}: {problem.message}" if where else problem.message,
            hint=(newer(problem) if newer else None) or problem.hint,
        )


def _known_later(obj: Object, minor: int, problem: Problem) -> str | None:
    """That a newer version would take what this one does not."""
    key = f"{obj.api_version}/{obj.kind}"
    for later in range(minor + 1, NEWEST + 1):
        schema = _schema(later, key)
        if schema and problem.path not in [each.path for each in schema.problems(obj.data)]:
            return (
                f"it came with Kubernetes 1.{later}, perhaps off at first: do not render it before"
            )
    return None


def _minor(version: str) -> int:
    parts = version.removeprefix("v").split(".")
    if len(parts) > 1 and parts[0] == "1" and parts[1].isdigit():
        minor = int(parts[1])
        if OLDEST <= minor <= NEWEST:
            return minor
    raise GeneratorError(
        f"no schemas for Kubernetes {version!r}", hint=f"there are 1.{OLDEST} to 1.{NEWEST}"
    )


@cache
def _definitions(minor: int) -> Mapping[str, Any]:
    packed = (_SCHEMAS / f"1.{minor}.json.gz").read_bytes()
    return orjson.loads(deflate.gzip_decompress(packed))  # type: ignore[no-any-return]


@cache
def _schema(minor: int, key: str) -> Schema | None:
    """The schema of a kind with the definitions that it needs: a compiler reads all it is given."""
    known = _definitions(minor)
    name = known["kinds"].get(key)
    if name is None:
        return None
    needed: dict[str, Any] = {}
    todo = [name]
    while todo:
        each = todo.pop()
        if each not in needed:
            needed[each] = known["$defs"][each]
            todo.extend(_references(needed[each]))
    return Schema({"$ref": f"#/$defs/{name}", "$defs": needed})


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        target = schema.get("$ref")
        if isinstance(target, str):
            yield target.rpartition("/")[2]
        for value in schema.values():
            if isinstance(value, (dict, list)):
                yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


def _enabled(obj: Object, minor: int) -> Iterator[Finding]:
    """The schemas hold all that a version could serve: alpha, and beta since 1.24, is off."""
    stage = next((word for word in ("alpha", "beta") if word in obj.api_version), None)
    if stage is None:
        return
    if stage == "beta" and f"{obj.api_version}/{obj.kind}" in _definitions(OLDEST)["kinds"]:
        return  # older than that rule: on by default
    best = _versions(obj, minor)[-1]
    yield Finding(
        path=obj.path,
        rule="kubernetes-version",
        severity=WARNING,
        subject=obj.title,
        message=f"{obj.api_version} is {stage}: Kubernetes 1.{minor} serves it only where someone"
        " switched it on",
        hint=None if "alpha" in best or "beta" in best else f"apiVersion: {best}",
    )


def _versions(obj: Object, minor: int) -> list[str]:
    """The API versions, best last, in which a Kubernetes knows the object's kind in its group."""
    start, end = f"{obj.group}/" if obj.group else "", f"/{obj.kind}"
    versions = [
        key.removesuffix(end)
        for key in _definitions(minor)["kinds"]
        if key.startswith(start) and key.endswith(end)
    ]
    return sorted(versions, key=lambda each: ("alpha" not in each, "beta" not in each, each))


def _not_served(obj: Object, minor: int, served: list[int]) -> Finding:
    instead = _versions(obj, minor)
    when = f"from 1.{served[0]} on" if served[0] > minor else f"up to 1.{served[-1]}"
    return Finding(
        path=obj.path,
        rule="kubernetes-version",
        subject=obj.title,
        message=f"{obj.kind} of {obj.api_version} is not served by Kubernetes 1.{minor},"
        f" only {when}",
        hint=f"apiVersion: {instead[-1]}" if instead else None,
    )


def _unknown_kind(obj: Object, minor: int) -> Finding:
    kinds = [
        key.rpartition("/")[2]
        for key in _definitions(minor)["kinds"]
        if key.startswith(f"{obj.api_version}/")
    ]
    message = f"{obj.api_version} of Kubernetes 1.{minor} has no kind {obj.kind!r}"
    return _unknown(obj, message, obj.kind, kinds)


def _unknown_version(obj: Object, minor: int, versions: Iterable[str]) -> Finding:
    message = f"Kubernetes 1.{minor} has no API {obj.api_version!r}"
    return _unknown(obj, message, obj.api_version, versions)


def _unknown(obj: Object, message: str, word: str, known: Iterable[str]) -> Finding:
    import difflib

    close = difflib.get_close_matches(word, sorted(known), n=1)
    return Finding(
        path=obj.path,
        rule="kubernetes-version",
        subject=obj.title,
        message=message,
        hint=f"did you mean {close[0]}?" if close else None,
    )
