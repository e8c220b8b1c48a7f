"""The namespace's own rules: what it denies, and how much it may use."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.api import File, Knob
from generator.kinds.common import schemas as s
from generator.kinds.umbrella.capacity import limit_range, quota
from generator.spec.model import Chart


def knobs(chart: Chart) -> Iterator[Knob]:
    yield Knob(
        path="networkPolicy.enabled",
        doc="Deny all traffic of the namespace that no policy allows.",
        default=True,
        schema=s.BOOLEAN,
    )
    if not chart.quota:
        return
    yield Knob(
        path="quota.enabled",
        doc="Limit what the namespace may use as a whole.",
        default=True,
        schema=s.BOOLEAN,
    )
    yield Knob(
        path="quota.hard",
        doc="The limits: all components at the most replicas of platform.yaml in the middle of a "
        "rollout, and 5 % more. Other replicas or resources in values do not change them.",
        default=quota(chart),
        schema=s.OPEN_FILLED,
        flip={"pods": "12345"},
    )
    yield Knob(
        path="limitRange.enabled",
        doc="Give containers without requests and limits the defaults below.",
        default=True,
        schema=s.BOOLEAN,
    )
    yield Knob(
        path="limitRange.limits",
        doc="Defaults and most for one container.",
        default=limit_range(chart),
        schema=s.OPEN_FILLED,
        flip={"max": {"cpu": "123m"}},
    )


def files(chart: Chart) -> Iterator[File]:
    names = ["networkpolicy-default-deny", "networkpolicy-dns"]
    if chart.quota:
        names += ["resourcequota", "limitrange"]
    for name in names:
        yield File(template=f"{name}.yaml", path=f"templates/{name}.yaml")
    yield File(template="namespace.yaml", path="files/namespace.yaml")
