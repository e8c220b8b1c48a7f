"""What belongs to a chart as a whole: its namespace's rules, its routes, its Secrets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generator.kinds.api import File, Knob, Problem
from generator.kinds.umbrella import (
    certificates,
    gateway,
    mesh,
    namespace,
    people,
    policies,
    preflight,
    routes,
    secrets,
)
from generator.spec.model import Chart

COMMON = str(Path(__file__).parent.parent / "common" / "templates")
FOLDERS = (str(Path(__file__).parent / "templates"), COMMON)

#: Each has `knobs(chart)` and `files(chart)`: nothing, where the spec does not ask for it.
FEATURES = (
    routes,
    gateway,
    certificates,
    secrets,
    preflight,
    people,
    policies,
    mesh,
    namespace,
)


def knobs(chart: Chart) -> Sequence[Knob]:
    """The values of the umbrella itself."""
    return [knob for feature in FEATURES for knob in feature.knobs(chart)]


def files(chart: Chart) -> Sequence[File]:
    """The umbrella's own files, beside those that every chart has."""
    return [file for feature in FEATURES for file in feature.files(chart)]


def problems(chart: Chart) -> Sequence[Problem]:
    """What no schema can say is wrong. Paths are relative to the chart."""
    return [
        *routes.problems(chart),
        *certificates.problems(chart),
        *secrets.problems(chart),
        *policies.problems(chart),
    ]


def raw_manifests(chart: Chart, root: Path) -> dict[str, bytes]:
    """The author's own templates, copied as they are. `root` is the folder of platform.yaml."""
    return {f"templates/{Path(name).name}": (root / name).read_bytes() for name in chart.manifests}
