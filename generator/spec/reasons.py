"""Why a text is no name, host, image, size or time, and what to write instead.

A schema says under `x-reason` which of these a text should be: `{"x-reason": "name 40"}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from generator.spec import names
from generator.spec.quantity import (
    format_duration,
    parse_bytes,
    parse_cpu,
    parse_milliseconds,
)


def reason_hint(reason: str, text: str) -> str | None:
    """What is wrong with a text, or how to write it; None where nothing more can be said."""
    kind, _, limit = reason.partition(" ")
    problem = _PROBLEMS[kind](text, int(limit or 0))
    if problem is None:
        return None
    _, write, better = problem.partition("; write ")
    return f"write {better}" if write else f"it {problem}"


def _name(text: str, limit: int) -> str | None:
    if len(text) > limit:
        return f"has {len(text)} characters"
    return names.service_problem(text)


def _host(text: str, limit: int) -> str | None:
    """The host of a route, which may have a path below it."""
    host, slash, path = text.partition("/")
    if "://" not in text and host != host.lower() and not names.host_problem(host.lower()):
        return f"holds capital letters; write {host.lower()}{slash}{path}"
    return names.host_problem(text if "://" in text else host)


def _image(text: str, limit: int) -> str | None:
    name, colon, tag = text.partition(":")
    if name != name.lower() and not names.image_problem(name.lower() + colon + tag):
        return f"holds capital letters; write {name.lower()}{colon}{tag}"
    return names.image_problem(text)


def _version(text: str, limit: int) -> str | None:
    bare = text.removeprefix("v").removeprefix("V")
    if re.fullmatch(r"[0-9]+(\.[0-9]+){0,2}", bare):
        parts = [str(int(part)) for part in bare.split(".")]
        better = ".".join([*parts, "0", "0"][:3])
        return f"has another form; write {better}"
    if "+" in bare:
        return "holds a +, which no registry takes as a tag"
    return None


def _cpu(text: str, limit: int) -> str | None:
    units = re.fullmatch(r"([0-9.]+) ?(?:v?cpus?|cores?|c)", text, re.IGNORECASE)
    return _quantity(text, parse_cpu, units[1] if units else None)


def _bytes(text: str, limit: int) -> str | None:
    if re.fullmatch("[1-9][0-9]*", text):
        return f"has no unit; write {text}Mi, or {text}Gi"
    thousandths = re.fullmatch(r"([0-9]+)m", text)
    return _quantity(text, parse_bytes, f"{thousandths[1]}Mi" if thousandths else None)


def _quantity(text: str, parse: Callable[[str], int], meant: str | None) -> str | None:
    """Of several ways in which people write quantities elsewhere, the one that was used."""
    pair = re.fullmatch(r"(\w+) ?(?:-|/|\.\.|,) ?(\w+)", text)
    if meant is None and pair and _reads(pair[1], parse) and _reads(pair[2], parse):
        decimal = re.fullmatch("[0-9]+,[0-9]+[A-Za-z]*", text)
        meant = text.replace(",", ".") if decimal else f"[{pair[1]}, {pair[2]}]"
    elif meant is None and _reads(text.replace(",", "."), parse) and "," in text:
        meant = text.replace(",", ".")
    if meant:
        return f"has another form; write {meant}"
    try:
        return "must be above 0" if parse(text) == 0 else None
    except ValueError as error:
        _, write, better = str(error).partition("; write ")
        if write:
            return f"has another form; write {better}"
        if text.startswith("-"):
            return "must be above 0"
        finer = str(error).partition(" is finer than ")[2]
        return f"is finer than {finer}" if finer else None


def _reads(text: str, parse: Callable[[str], int]) -> bool:
    try:
        return parse(text) > 0
    except ValueError:
        return False


def _duration(text: str, limit: int) -> str | None:
    return _time(text, 1)


def _seconds(text: str, limit: int) -> str | None:
    return _time(text, 1000)


def _time(text: str, least: int) -> str | None:
    if re.fullmatch("[1-9][0-9]*", text):
        return f"has no unit; write {text}s, or {text}m"
    words = re.fullmatch("([1-9][0-9]*) ?([a-z]+)", text.lower())
    unit = _UNITS.get(words[2]) if words else None
    written = f"{words[1]}{unit}" if words and unit else text
    try:
        milliseconds = parse_milliseconds(written)
    except ValueError:
        return None
    if milliseconds == 0:
        return "must be above 0"
    if milliseconds % least:
        return f"must be whole seconds; write {-(-milliseconds // 1000)}s"
    better = written if unit else format_duration(milliseconds)
    return f"has another form; write {better}" if better != text else None


_UNITS = {
    **dict.fromkeys(("ms", "msec", "millis", "milliseconds"), "ms"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
}


def _tag(text: str, limit: int) -> str | None:
    wrong = re.search(r"[^A-Za-z0-9._-]", text)
    if wrong:
        return f"holds {wrong[0]!r}; only letters, digits, dots, dashes and underscores are allowed"
    return f"has {len(text)} characters" if len(text) > names.LABEL_LENGTH else None


_PROBLEMS: Mapping[str, Callable[[str, int], str | None]] = {
    "bytes": _bytes,
    "cpu": _cpu,
    "duration": _duration,
    "env": lambda text, _: names.env_problem(text),
    "host": _host,
    "image": _image,
    "name": _name,
    "registry": lambda text, _: names.oci_problem(text),
    "seconds": _seconds,
    "secret": lambda text, _: names.subdomain_problem(text),
    "secret-key": lambda text, _: names.secret_key_problem(text),
    "tag": _tag,
    "version": _version,
}
