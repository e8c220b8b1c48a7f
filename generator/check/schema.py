"""Validate a value against a JSON Schema, and say what is wrong in our own words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from jsonschema_rs import Draft7Validator, ValidationError

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_QUANTITY = "numkMGTPE"  # in the pattern of quantities and of nothing else
_LONGEST = 60


class Problem(NamedTuple):
    """What is wrong at which place of a value."""

    path: tuple[str | int, ...]
    message: str
    hint: str | None = None


class Schema:
    """A JSON Schema (draft 7), compiled when the first value comes, or at once to check it."""

    def __init__(self, schema: Mapping[str, Any], *, check: bool = False) -> None:
        self._schema = schema
        if check:
            _ = self._validator

    @cached_property
    def _validator(self) -> Draft7Validator:
        from jsonschema_rs import Draft7Validator

        return Draft7Validator(dict(self._schema))

    def problems(self, value: Any) -> tuple[Problem, ...]:
        """All that is wrong with the value, in the order of its places."""
        if self._validator.is_valid(value):
            return ()
        found = [
            problem
            for error in self._validator.iter_errors(value)
            for problem in self._explain(error)
        ]
        return tuple(sorted(found, key=lambda each: [str(part) for part in each.path]))

    def _explain(self, error: ValidationError) -> Iterator[Problem]:
        path = tuple(error.instance_path)
        kind, details = type(error.kind).__name__, error.kind.as_dict()
        if kind == "AdditionalProperties":
            for name in details["unexpected"]:
                yield Problem((*path, name), "unknown field", nearest(name, self._fields(error)))
        elif kind == "PropertyNames":
            name = str(details["error"].instance)
            yield Problem((*path, name), "is set by the chart itself", "remove it")
        elif kind in ("AnyOf", "OneOfNotValid"):
            yield from self._closest(error, details["context"])
        else:
            message = _MESSAGES.get(kind, _as_is)(error, details)
            hint = nearest(error.instance, details["options"]) if kind == "Enum" else None
            yield Problem(path, message, hint)

    def _fields(self, error: ValidationError) -> Sequence[str]:
        """The fields that the schema names where it met an unknown one."""
        place: Any = self._schema
        for part in error.schema_path[:-1]:
            place = place[part]
        return tuple(place.get("properties", ()))

    def _closest(
        self, error: ValidationError, branches: Sequence[Sequence[ValidationError]]
    ) -> Iterator[Problem]:
        """Of several forms, none of which fits, the one that was meant: it fits furthest down."""
        required = [
            [one.kind.as_dict()["property"] for one in branch]
            for branch in branches
            if all(type(one.kind).__name__ == "Required" for one in branch)
        ]
        path = tuple(error.instance_path)
        if branches and len(required) == len(branches):
            forms = " or ".join(" with ".join(map(repr, names)) for names in required)
            yield Problem(path, f"one of these is needed: {forms}")
            return
        deepest = max(branches, key=_depth, default=())
        if deepest and _depth(deepest) > len(path):
            for inner in deepest:
                yield from self._explain(inner)
            return
        types = {t for b in branches for e in b for t in e.kind.as_dict().get("types", ())}
        wanted = f"expected {_or(sorted(types))}, got" if types else "no form that is allowed:"
        yield Problem(path, f"{wanted} {shown(error.instance)}")


def shown(value: Any) -> str:
    """A value in a message: with its type, and not longer than a line."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return text if value is None or isinstance(value, bool) else f"{_type(value)} {text}"


def dotted(path: Sequence[str | int]) -> str:
    """`spec.containers[0].env`, as kubectl writes it; keys with dots in brackets."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(part, ensure_ascii=False)}]"
    return text


def nearest(value: Any, known: Sequence[Any]) -> str | None:
    """A hint with the word that was meant, or with all that there are if they are few."""
    import difflib

    words = [str(word) for word in known if word not in (None, "")]
    close = difflib.get_close_matches(str(value), words, n=1, cutoff=0.6)
    if not close:  # `ifnotpresent`
        close = [word for word in words if word.lower() == str(value).lower()]
    if close:
        return f"did you mean {close[0]}?"
    return f"there are: {', '.join(sorted(words))}" if 0 < len(words) <= 12 else None


def _depth(branch: Sequence[ValidationError]) -> int:
    return max((len(error.instance_path) for error in branch), default=0)


def _pattern(error: ValidationError, details: Mapping[str, Any]) -> str:
    if _QUANTITY in details["pattern"]:
        return f"{shown(error.instance)} is no quantity such as 500m or 2Gi"
    return f"{shown(error.instance)} does not match {details['pattern']}"


def _as_is(error: ValidationError, _: Mapping[str, Any]) -> str:
    message = error.message
    return message if len(message) <= 200 else f"{message[:199]}…"


def _limit(words: str) -> Any:
    return lambda error, details: f"{shown(error.instance)} is {words} {details['limit']}"


def _length(words: str) -> Any:
    return lambda error, details: f"has {len(error.instance)} {words} {details['limit']}"


def _excluded(error: ValidationError, details: Mapping[str, Any]) -> str:
    required = details["schema"].get("required") if isinstance(details["schema"], dict) else None
    if required:
        return f"not allowed together: {', '.join(map(repr, required))}"
    return f"{shown(error.instance)} is not allowed here"


_MESSAGES: dict[str, Any] = {
    "Constant": lambda e, d: f"expected {shown(d['expected_value'])}, got {shown(e.instance)}",
    "Enum": lambda e, d: (
        f"expected one of {', '.join(str(o) for o in d['options'] if o not in (None, ''))},"
        f" got {shown(e.instance)}"
    ),
    "ExclusiveMaximum": _limit("not below"),
    "ExclusiveMinimum": _limit("not above"),
    "FalseSchema": lambda e, d: "not allowed here",
    "MaxItems": _length("items, more than"),
    "MaxLength": _length("characters, more than"),
    "MaxProperties": _length("fields, more than"),
    "Maximum": _limit("above"),
    "MinItems": _length("items, fewer than"),
    "MinLength": _length("characters, fewer than"),
    "MinProperties": _length("fields, fewer than"),
    "Minimum": _limit("below"),
    "Not": _excluded,
    "OneOfMultipleValid": lambda e, d: "fits several forms, of which only one is allowed",
    "Pattern": _pattern,
    "Required": lambda e, d: f"field {d['property']!r} is missing",
    "Type": lambda e, d: (
        f"expected {_or([t for t in d['types'] if t != 'null'])}, got {shown(e.instance)}"
    ),
    "UniqueItems": lambda e, d: "the same item twice",
}


def _or(words: Sequence[str]) -> str:
    names = [_NAMES.get(word, word) for word in words]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


_NAMES = {"array": "list", "object": "map", "null": "null"}


def _type(value: Any) -> str:
    if isinstance(value, str):
        return "string"
    if isinstance(value, dict):
        return "map"
    if isinstance(value, list):
        return "list"
    return "integer" if isinstance(value, int) else "number"
