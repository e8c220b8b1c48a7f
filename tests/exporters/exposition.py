"""What an exporter says, and whether it is what the lists of known metrics say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from generator.kinds.prometheus.known import TARGET

#: The names of all series with all labels that their series have.
Said = dict[str, set[str]]

#: Not by prometheus-client: it gives counters the `_total` that some of these lack.
_LABEL: Final = r'(\w+)="(?:[^"\\]|\\.)*"'
_SERIES: Final = re.compile(rf"([A-Za-z_:][\w:]*)(?:\{{((?:{_LABEL},?)*)\}})? \S+(?: \d+)?")


def said(*texts: str) -> Said:
    found: Said = {}
    for text in texts:
        for line in text.splitlines():
            if line and not line.startswith("#"):
                series = _SERIES.fullmatch(line.strip())
                assert series, line
                found.setdefault(series[1], set()).update(re.findall(_LABEL, series[2] or ""))
    return found


def differences(
    known: Mapping[str, Iterable[str]], found: Said, *, more: Iterable[str] = ()
) -> list[str]:
    """Where a list is wrong: names and labels that there are not, labels that it lacks.

    `more` are labels that this release has and the chart's no longer.
    """
    wrong = []
    for name, labels in known.items():
        if name not in found:
            wrong.append(f"{name}: nobody has it")
            continue
        there = found[name] - set(more)
        wrong += [f"{name}: has no label {one}" for one in sorted(set(labels) - there)]
        wrong += [f"{name}: has {one}, too" for one in sorted(there - set(labels) - TARGET)]
    return wrong
