"""Values of each feature switched on, for chart-testing: `ci/<feature>-values.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.kinds.api import File, Knob
from generator.spec.model import Chart

#: Switches that are no `enabled`, and the value that shows what they do.
_OTHERS: Mapping[str, Any] = {
    "tls.terminate": False,
    "tls.issuer.create": True,
    "roles.viewers": [{"kind": "Group", "name": "developers"}],
}


def files(chart: Chart, knobs: Iterable[Knob]) -> Iterator[File]:
    for name, values in scenarios(chart, knobs):
        yield File(
            template="ci-values.yaml",
            path=f"ci/{name}-values.yaml",
            context={"values": nested(values)},
        )


def scenarios(chart: Chart, knobs: Iterable[Knob]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and values by dotted path: one for each switch that is off by default."""
    for knob in knobs:
        if knob.path in _OTHERS and knob.default != _OTHERS[knob.path]:
            yield _name(knob.path), {**knob.needs, knob.path: _OTHERS[knob.path]}
        elif knob.path.endswith(".enabled") and knob.default is False:
            path = knob.path.removesuffix(".enabled")
            yield _name(path), {**knob.needs, knob.path: True}
    for mode in ("ambient", "sidecar"):
        if chart.mesh and chart.mesh != mode:
            yield f"mesh-{mode}", {"global.mesh": mode}


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """`{"a.b": 1}` as `{"a": {"b": 1}}`."""
    tree: dict[str, Any] = {}
    for path, value in values.items():
        *parents, leaf = path.split(".")
        node = tree
        for part in parents:
            node = node.setdefault(part, {})
        node[leaf] = value
    return tree


def _name(path: str) -> str:
    return re.sub(r"([A-Z])", r"-\1", path.replace(".", "-")).lower()
