"""Helpers begin with their chart's name, and no name is defined twice.

A subchart's may have the names of the charts above it in front: `umbrella.chart.labels`.

Names of `define` are global: two subcharts with a `labels` each get one of the two, by chance.
A chart of others may name its helpers as it likes, but not as one of ours.

Good:

    {{- define "chart.labels" -}}{{- end }}

Bad:

    {{- define "labels" -}}{{- end }}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.check.rules.api import Mistake
from generator.check.sources import Action, ChartSources
from generator.findings import ERROR

ID = "defines-prefixed-and-once"
SEVERITY = ERROR

_DEFINE = re.compile(r"\A(?:define|block)\s+\"([^\"]+)\"")


def check(sources: ChartSources) -> Iterator[Mistake]:
    first: dict[str, tuple[Action, str]] = {}
    for file in sources.holding("define", "block"):
        for action in file.actions:
            found = _DEFINE.match(action.text)
            if found is None:
                continue
            place = (action.path, action.line, action.col)
            if not file.foreign and not found[1].startswith(file.prefixes):
                hint = f'define "{file.prefixes[0]}{found[1]}"'
                yield Mistake(*place, f"{found[1]!r} does not begin with the chart's name", hint)
            other, foreign = first.setdefault(found[1], (action, file.foreign))
            if other is not action and not (file.foreign and foreign):
                yield Mistake(*place, f"{found[1]!r} is defined in {other.path}:{other.line} too")
