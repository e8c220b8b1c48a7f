"""Kubernetes quantities as whole numbers of billionths, which is as fine as Kubernetes counts."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache

#: What one is: `parse("1")`.
ONE = 10**9

_FORM = re.compile(r"([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]+)?")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


@cache
def parse(value: str | int | float) -> int | None:
    """The number of billionths, None where it is no quantity: the schemas say so already."""
    found = _FORM.fullmatch(str(value))
    if found is None:
        return None
    unit = found[2] or ""
    if unit in _BINARY:
        factor = Fraction(2 ** _BINARY[unit])
    else:
        power = _DECIMAL[unit] if unit in _DECIMAL else int(unit[1:])
        factor = Fraction(10) ** power
    return int(Fraction(found[1]) * factor * ONE)


def amount(value: object) -> int:
    """As `parse`; nothing, and what is none, count as 0."""
    return (parse(value) if isinstance(value, (str, int, float)) else None) or 0


def readable(value: int, resource: str) -> str:
    """A sum in the units that people write for such a resource: `46.4`, `61.5Gi`, `97`."""
    number = value / ONE
    if resource.endswith("cpu"):
        return f"{number:.4g}" if number >= 1 else f"{number * 1000:.4g}m"
    if resource.rpartition(".")[2] in ("memory", "storage", "ephemeral-storage"):
        return f"{number / 2**30:.4g}Gi" if number >= 2**30 else f"{number / 2**20:.4g}Mi"
    return f"{number:g}"
