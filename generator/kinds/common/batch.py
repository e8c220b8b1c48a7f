"""What scheduled and one-off jobs share: pods that run to their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.kinds.api import Knob
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.common.app import App, waits
from generator.spec.model import Chart, Component
from generator.spec.quantity import parse_seconds


@dataclass(frozen=True, kw_only=True)
class Batch:
    """How long a run may take, in seconds, and how often a failed one is tried again."""

    deadline: int
    retries: int


def read_batch(data: Mapping[str, Any]) -> Batch:
    return Batch(deadline=parse_seconds(data.get("deadline", "1h")), retries=data.get("retries", 2))


def batch_knobs(component: Component, chart: Chart, own: Sequence[Knob]) -> list[Knob]:
    """All values: the kind's own ones, and those of its container and pod."""
    app: App = component.settings.app
    batch: Batch = component.settings.batch
    return [
        *k.naming(),
        *k.image(app.image),
        *own,
        *limits(batch),
        *k.resources(app.resources),
        *k.environment(app),
        *(k.wait() if waits(component, chart) else ()),
        *k.pod(app.user, app.grace),
        *k.service_account(),
        *k.network_policy(),
    ]


def limits(batch: Batch) -> list[Knob]:
    return [
        Knob(
            path="activeDeadlineSeconds",
            doc="Seconds after which a run is ended, with all its retries.",
            default=batch.deadline,
            schema=s.POSITIVE,
        ),
        Knob(
            path="backoffLimit",
            doc="How often a failed run is tried again.",
            default=batch.retries,
            schema=s.COUNT,
        ),
    ]
