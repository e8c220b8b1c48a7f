"""Priority classes of the chart's workloads: data before applications before jobs."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.api import File, Knob
from generator.kinds.common import schemas as s
from generator.spec.model import Chart

#: Ending of the name, value, what it is for. Below a billion, which is where the cluster's own are.
CLASSES = (
    ("data", 1_000_000, "Databases and what keeps state: the last to give way"),
    ("app", 100_000, "Applications"),
    ("jobs", 10_000, "Jobs, which may wait and give way to nobody's harm"),
)


def knobs(chart: Chart) -> Iterator[Knob]:
    if chart.priorities:
        yield Knob(
            path="priorityClasses.enabled",
            doc="Create the priority classes, objects of the whole cluster. Components use one "
            "when their `priorityClassName` names it.",
            default=False,
            schema=s.BOOLEAN,
        )


def files(chart: Chart) -> Iterator[File]:
    if not chart.priorities:
        return
    for name, value, about in CLASSES:
        yield File(
            template="priorityclass.yaml",
            path=f"templates/priorityclass-{name}.yaml",
            context={"end": name, "value": value, "about": about},
        )
