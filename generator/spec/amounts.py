"""Requests that are legal and surely a slip: 100 cores for 100m, 512Ki of memory for 512Mi."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from generator.findings import WARNING, Finding
from generator.spec.place import Path_, dotted
from generator.spec.quantity import parse_bytes, parse_cpu
from generator.spec.source import Source

#: What few nodes have, in cores; and what no process starts with, in bytes.
_MOST_CORES = 32
_LEAST_MEMORY = 4 * 1024**2

Judge = Callable[[Any], tuple[str, str] | None]


def amount_warnings(source: Source) -> Iterator[Finding]:
    """A warning at each `cpu` or `memory` below `resources` whose request can hardly be meant."""
    for chart, data in source.data["charts"].items():
        for name, settings in data["components"].items():
            path = ("charts", chart, "components", name)
            for at, message, hint in _slips(settings, path):
                text = f"{dotted(at)}: {message}"
                yield replace(source.finding(at, "amount", text, hint), severity=WARNING)


def _slips(data: Any, path: Path_) -> Iterator[tuple[Path_, str, str]]:
    if not isinstance(data, Mapping):
        return
    for key, value in data.items():
        if key == "resources" and isinstance(value, Mapping):
            for name, judge in _JUDGES.items():
                for at, one in _requests(value.get(name), (*path, key, name)):
                    if slip := judge(one):
                        yield at, *slip
        else:
            yield from _slips(value, (*path, key))


def _requests(value: Any, path: Path_) -> Iterator[tuple[Path_, Any]]:
    """The request: the value itself, or the first of a pair."""
    if isinstance(value, list):
        yield (*path, 0), value[0]
    elif value is not None:
        yield path, value


def _cpu(value: Any) -> tuple[str, str] | None:
    if parse_cpu(value) <= _MOST_CORES * 1000:
        return None
    return f"{value} are whole cores, and few nodes have as many", f"{value}m, if that is meant"


def _memory(value: Any) -> tuple[str, str] | None:
    if parse_bytes(value) >= _LEAST_MEMORY:
        return None
    number = str(value).rstrip("KMGTPEkmi")
    unit = "Gi" if "M" in str(value) else "Mi"
    return f"{value} of memory is too little for any process", f"{number}{unit}, if that is meant"


_JUDGES: Mapping[str, Judge] = {"cpu": _cpu, "memory": _memory}
