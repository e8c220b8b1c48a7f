"""A source against a JSON Schema (Draft 2020-12): every error at once, in words that help."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import jsonschema_rs

from generator.findings import Finding
from generator.spec.expected import Schema, describe, listed, schemas_at, word
from generator.spec.place import Path_, dotted, shown
from generator.spec.remedy import allowed_keys, better, got, hint_for, meant_by, nearest
from generator.spec.source import Source

__all__ = ["nearest", "refused", "validate"]


def validate(source: Source, schema: dict[str, Any]) -> tuple[Finding, ...]:
    """All findings, sorted by place. One for each value, however many keywords refuse it."""
    validator = jsonschema_rs.Draft202012Validator(schema)
    if validator.is_valid(source.data):
        return ()
    report = _Report(source, schema)
    for error in validator.iter_errors(source.data):
        report.add(error)
    return report.findings()


def refused(source: Source, schema: dict[str, Any]) -> tuple[Path_, ...]:
    """The paths of all keys and values that the schema refuses, and of maps that lack a key."""
    found: list[Path_] = []
    errors: Iterable[Any] = jsonschema_rs.Draft202012Validator(schema).iter_errors(source.data)
    for error in errors:
        path = tuple(error.instance_path)
        if error.kind.name == "propertyNames":
            found.append((*path, error.kind.error.instance))
        elif error.kind.name in ("additionalProperties", "unevaluatedProperties"):
            found.extend((*path, key) for key in error.kind.unexpected)
        else:
            found.append(path)
    return tuple(found)


class _Report:
    """Gathers errors as findings about values and findings about keys."""

    def __init__(self, source: Source, schema: Schema) -> None:
        self.source = source
        self.schema = schema
        self._values: dict[Path_, tuple[int, Finding]] = {}
        self._missing: dict[tuple[Path_, str], Finding] = {}
        self._keys: dict[tuple[Path_, str], Finding] = {}
        self._meant: set[tuple[Path_, str]] = set()

    def findings(self) -> tuple[Finding, ...]:
        """A key that is misspelt is not missing. What an alias repeats is reported once."""
        missing = {at: found for at, found in self._missing.items() if at not in self._meant}
        found = [(path, one) for (path, _), one in (*self._keys.items(), *missing.items())]
        found += [(path, one) for path, (_, one) in self._values.items()]
        once: dict[tuple[object, ...], Finding] = {}
        for path, one in found:
            said = one.message.removeprefix(dotted(path))
            once.setdefault((one.path, one.line, one.col, said), one)
        return tuple(sorted(once.values()))

    def add(self, error: Any) -> None:
        keyword = error.kind.name
        path = tuple(error.instance_path)
        if keyword in ("anyOf", "oneOf"):
            inner = _right_branch(error)
            if inner:
                for one in inner:
                    self.add(one)
                return
        # Behind a reference, only the inner error of `propertyNames` has the whole path.
        judged = error.kind.error if keyword == "propertyNames" else error
        schemas = schemas_at(self.schema, judged.evaluation_path)
        if keyword in ("additionalProperties", "unevaluatedProperties"):
            for key in error.kind.unexpected:
                self._unknown(path, key, schemas)
        elif keyword == "required":
            self._required(path, error.kind.property, schemas)
        elif keyword == "propertyNames":
            self._name(path, judged.instance, schemas)
        else:
            self._value(path, keyword, schemas)

    def _unknown(self, path: Path_, key: str, schemas: Sequence[Schema]) -> None:
        known = [name for schema in schemas for name in schema.get("properties", ())]
        present = _at(self.source.data, path)
        free = [name for name in dict.fromkeys(known) if name not in present]
        close = meant_by(key, schemas, free) or nearest(key, free)
        if close:
            self._meant.add((path, close))
        self._keys[(path, key)] = self.source.finding(
            (*path, key),
            "unknown-key",
            f"{_lead(path)}unknown key {shown(key)}",
            hint=f"did you mean {close!r}?"
            if close
            else word(schemas, "x-hint") or allowed_keys(free),
            key=True,
        )

    def _required(self, path: Path_, key: str, schemas: Sequence[Schema]) -> None:
        maps: list[Schema] = [s["properties"] for s in schemas if key in s.get("properties", ())]
        about = f", {describe(self.schema, maps[0][key])}" if maps else ""
        hint = f"add `{key}:`{about}"
        self._missing[(path, key)] = self.source.finding(
            path, "missing-key", f"{_lead(path)}the key {key!r} is missing", hint=hint, key=True
        )

    def _name(self, path: Path_, key: str, schemas: Sequence[Schema]) -> None:
        expected = describe(self.schema, schemas[-1]) if schemas else "another name"
        pattern = next((s["pattern"] for s in reversed(schemas) if "pattern" in s), None)
        hint = word(schemas, "x-hint") or better(key, pattern, word(schemas, "x-reason"))
        self._keys[(path, key)] = self.source.finding(
            (*path, key),
            "key-name",
            f"{_lead(path)}expected {expected}, got the key {shown(key)}",
            hint=hint,
            key=True,
        )

    def _value(self, path: Path_, keyword: str, schemas: Sequence[Schema]) -> None:
        rank = _RANK.get(keyword, len(_RANK))
        if path in self._values and self._values[path][0] <= rank:
            return
        value = _at(self.source.data, path)
        schema = schemas[-1] if schemas else {}
        expected = word(schemas, "x-expected") or _words(self.schema, keyword, schema)
        at, hint = path, word(schemas, "x-hint")
        if keyword == "uniqueItems":
            at = (*path, _repeated(value))
            message = f"{dotted(at)}: {got(value[at[-1]], at)} is listed twice"
            hint = hint or "remove one of the two"
        elif keyword == "falseSchema":
            message = f"{dotted(path)}: nothing can stand here, got {got(value, path)}"
            hint = hint or "remove it"
        else:
            secret = any("x-secret" in schema for schema in schemas)
            message = f"{_lead(path)}expected {expected}, got {got(value, path, secret=secret)}"
            hint = hint if secret else hint_for(self.source, path, value, schemas, hint)
        whole = isinstance(value, dict) and bool(value)  # a block begins below its key
        finding = self.source.finding(at, "value", message, hint, key=whole)
        self._values[path] = (rank, finding)


#: Of several keywords that refuse one value, the first of these tells most.
_RANK = {"type": 0, "enum": 1, "const": 2, "anyOf": 3, "oneOf": 4, "pattern": 5}

#: Errors about the keys of a map, not about its being a map.
_KEY_ERRORS = ("additionalProperties", "unevaluatedProperties", "required", "propertyNames")


def _words(root: Schema, keyword: str, schema: Schema) -> str:
    if keyword == "enum":
        return listed(schema["enum"])
    if keyword == "oneOf":
        return f"exactly one of: {describe(root, schema)}"
    return describe(root, schema)


def _right_branch(error: Any) -> Sequence[Any]:
    """The errors of the one branch that the value was meant for, if that can be told.

    A map given where text or a map may stand was meant as the map: then what is wrong inside
    it is worth more than a sentence on both.
    """
    depth = len(error.instance_path)
    branches = getattr(error.kind, "context", ())
    fitting = [branch for branch in branches if _fits(branch, depth)]
    if len(fitting) != 1:
        return ()
    inner = [one for one in fitting[0] if _is_inner(one, depth)]
    return inner if len(inner) == len(fitting[0]) else ()


def _fits(branch: Sequence[Any], depth: int) -> bool:
    """The value has the branch's type."""
    for error in branch:
        if len(error.instance_path) > depth:
            continue
        if error.kind.name in ("type", "const", "enum"):
            return False
        nested = getattr(error.kind, "context", None)
        if nested is not None and not any(_fits(one, depth) for one in nested):
            return False
    return True


def _is_inner(error: Any, depth: int) -> bool:
    if len(error.instance_path) > depth or error.kind.name in _KEY_ERRORS:
        return True
    return bool(getattr(error.kind, "context", None)) and bool(_right_branch(error))


def _at(data: Any, path: Path_) -> Any:
    for part in path:
        data = data[part]
    return data


def _repeated(entries: list[Any]) -> int:
    """Index of the first entry that stands before itself already."""
    return next(i for i, entry in enumerate(entries) if entry in entries[:i])


def _lead(path: Path_) -> str:
    return f"{dotted(path)}: " if path else ""
