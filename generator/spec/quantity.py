"""Kubernetes quantities and durations: text to exact integers and back.

CPU counts in millicores, memory and storage in bytes, time in milliseconds or seconds: integers
compare and add up without rounding. A text that is none raises ValueError with a plain reason.
"""

from __future__ import annotations

import re
from fractions import Fraction

#: What the text of a quantity may be in YAML: `500m`, `"2"`, 2 or 0.5.
Written = str | int | float


def parse_cpu(written: Written) -> int:
    """Millicores: `500m` is 500, `2` is 2000."""
    expected = "a CPU quantity like 500m or 2"
    if str(written).endswith("i"):
        raise ValueError(f"{str(written)!r} is not {expected}; that is a size")
    value = _parse(written, expected) * 1000
    if value.denominator != 1:
        raise ValueError(f"{written} is finer than 1m, a thousandth of a CPU")
    return _bounded(value, written)


def format_cpu(millicores: int) -> str:
    """`500m`, `2`. Thousands of cores stay digits, though Kubernetes prints 1000 as `1k`."""
    cores, rest = divmod(millicores, 1000)
    return f"{millicores}m" if rest else str(cores)


def parse_bytes(written: Written) -> int:
    """Bytes: `512Mi` is 536870912, `1.5Gi` is 1610612736, `1e3` is 1000."""
    try:
        value = _parse(written, "a size like 512Mi or 2Gi")
    except ValueError as error:
        foreign = _FOREIGN.fullmatch(str(written))
        meant = f"; write {foreign[1]}{foreign[2].upper()}i" if foreign else ""
        raise ValueError(f"{error}{meant}") from None
    if value.denominator != 1:
        text = str(written)
        meant = f"; {text[:-1]}Mi is meant?" if text.endswith("m") else ""
        raise ValueError(f"{text} is no whole number of bytes{meant}")
    return _bounded(value, written)


def format_bytes(count: int) -> str:
    """As Kubernetes prints it, in the family in which the number is shorter: `2Gi`, `500M`."""
    return min((_binary(count), _decimal(Fraction(count))), key=len)


def canonical(written: Written) -> str:
    """A quantity as Kubernetes prints it back: in its own family of suffixes, the largest
    suffix that leaves an integer. `1024Mi` is `1Gi`, `0.5` is `500m`, `1000` is `1k`."""
    value = _parse(written, "a quantity like 500m, 2 or 512Mi")
    match = _QUANTITY.fullmatch(str(written))
    assert match is not None
    suffix = match["suffix"] or ""
    if suffix in _BINARY and value.denominator == 1:
        return _binary(int(value))
    if suffix[:1] in ("e", "E") and len(suffix) > 1:
        return _exponent(value)
    return _decimal(value)


def parse_milliseconds(text: str) -> int:
    """Milliseconds: `500ms` is 500, `2s` is 2000, `1h30m` is 5400000."""
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        raise ValueError(f"{text!r} is no duration like 500ms, 30s, 6h or 30d")
    return sum(
        int(number) * _MILLISECONDS[unit]
        for unit, number in match.groupdict().items()
        if number is not None
    )


def parse_seconds(text: str) -> int:
    """Seconds: `6h` is 21600. Parts of a second are refused."""
    seconds, rest = divmod(parse_milliseconds(text), 1000)
    if rest:
        raise ValueError(f"{text} is no whole number of seconds")
    return seconds


def format_duration(milliseconds: int) -> str:
    """The largest of h, m, s and ms that fits: units that Go and Prometheus both read."""
    if milliseconds == 0:
        return "0s"
    unit = next(unit for unit in ("h", "m", "s", "ms") if milliseconds % _MILLISECONDS[unit] == 0)
    return f"{milliseconds // _MILLISECONDS[unit]}{unit}"


_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
_DECIMAL = {suffix: Fraction(1000) ** power for power, suffix in enumerate("num kMGTPE", -3)}
_DECIMAL[""] = _DECIMAL.pop(" ")
_DECIMAL_DOWN = sorted(_DECIMAL.items(), key=lambda item: -item[1])
_QUANTITY = re.compile(
    r"(?P<number>[0-9]+\.?[0-9]*|\.[0-9]+)"
    r"(?P<suffix>[KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]{1,2})?"
)
_MILLISECONDS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_DURATION = re.compile("".join(f"(?:(?P<{unit}>[0-9]{{1,15}}){unit})?" for unit in _MILLISECONDS))
#: What people write for sizes elsewhere, and what Kubernetes calls it.
_FOREIGN = re.compile(r"([0-9.]+) ?([kmgtpKMGTP])i?[bB]?")

#: Kubernetes keeps quantities in 64 bits.
_LARGEST = 2**63 - 1


def _parse(written: Written, expected: str) -> Fraction:
    text = str(written)
    match = _QUANTITY.fullmatch(text)
    if match is None:
        negative = "; it must not be negative" if text.startswith("-") else ""
        raise ValueError(f"{text!r} is not {expected}{negative}")
    number, suffix = Fraction(match["number"]), match["suffix"] or ""
    if suffix in _BINARY:
        return number * _BINARY[suffix]
    if suffix in _DECIMAL:
        return number * _DECIMAL[suffix]
    return number * Fraction(10) ** int(suffix[1:])


def _bounded(value: Fraction, written: Written) -> int:
    if value > _LARGEST:
        raise ValueError(f"{written} is more than Kubernetes can count")
    return int(value)


def _binary(count: int) -> str:
    for suffix, unit in reversed(_BINARY.items()):
        if count and count % unit == 0:
            return f"{count // unit}{suffix}"
    return str(count)


def _decimal(value: Fraction) -> str:
    for suffix, unit in _DECIMAL_DOWN:
        if value and (value / unit).denominator == 1:
            return f"{value / unit}{suffix}"
    return "0" if not value else f"{-(-value * 10**9 // 1)}n"  # Kubernetes rounds up


def _exponent(value: Fraction) -> str:
    for power in range(18, -10, -3):
        scaled = value / Fraction(10) ** power
        if value and scaled.denominator == 1:
            return f"{scaled}e{power}" if power else str(scaled)
    return _decimal(value)
