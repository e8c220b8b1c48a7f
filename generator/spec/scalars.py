"""Plain scalars -> values, by the core schema of YAML 1.2: what people expect of YAML.

Only `true` and `false` are booleans, so `yes`, `on` and `NO` stay text, as do dates, `1:30`,
`1_000` and versions with two dots. `0o17` and `0x1F` are numbers. Two things are refused rather
than guessed: `017`, where YAML 1.1 reads 15 and YAML 1.2 reads 17, and numbers that JSON lacks.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from generator.spec.place import shown


@dataclass(frozen=True, slots=True)
class Refused:
    """A scalar that nobody should have to guess."""

    rule: str
    message: str
    hint: str


def resolve(text: str) -> Any:
    """The value of an unquoted scalar: text, number, boolean, None, or `Refused`."""
    if text[:1] not in FIRST:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMBER.fullmatch(text):
        return _not_a_number(text)
    digits = text.lstrip("+-")
    if digits.isdigit() and _LEADING_ZERO.match(digits):
        return _octal(text)
    if text[:2] in ("0o", "0x"):
        return int(text[2:], 8 if text[1] == "o" else 16) if len(text) < 18 else _too_large(text)
    if digits.isdigit():
        return int(text) if len(digits) < 19 else _too_large(text)
    value = float(text)
    return _too_large(text) if math.isinf(value) else value


_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
#: What anything but text starts with: most scalars are settled by one look.
FIRST = frozenset("~nNtTfF+-.0123456789") | {""}
_NUMBER = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"0[0-9]")
_NO_JSON = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def _not_a_number(text: str) -> Any:
    if not _NO_JSON.fullmatch(text):
        return text
    return Refused("number", f"{text} is a number that charts cannot hold", f'write "{text}"')


def _too_large(text: str) -> Refused:
    message = f"{shown(text)} is too large for a number"
    return Refused("number", message, "put it in quotes if it is text")


def _octal(text: str) -> Refused:
    sign = text[0] if text[0] in "+-" else ""
    digits = text.lstrip("+-").lstrip("0") or "0"
    as_octal = f"0o{digits} for the octal number, " if not set(digits) & set("89") else ""
    return Refused(
        "octal",
        f"{text} is octal for some YAML readers and decimal for others",
        f'write {as_octal}{sign}{digits} for the decimal number, or "{text}" for text',
    )
