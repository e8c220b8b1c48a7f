"""What belongs to a chart as a whole: its namespace's rules, its routes, its Secrets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generator.kinds.api import File, Knob
from generator.kinds.common import schemas as s
from generator.kinds.umbrella.capacity import limit_range, quota
from generator.spec.model import Chart

COMMON = str(Path(__file__).parent.parent / "common" / "templates")
FOLDERS = (str(Path(__file__).parent / "templates"), COMMON)


def knobs(chart: Chart) -> Sequence[Knob]:
    """The values of the umbrella itself."""
    found = [
        Knob(
            path="networkPolicy.enabled",
            doc="Deny all traffic of the namespace that no policy allows.",
            default=True,
            schema=s.BOOLEAN,
        )
    ]
    if chart.quota:
        found += [
            Knob(
                path="quota.enabled",
                doc="Limit what the namespace may use as a whole.",
                default=True,
                schema=s.BOOLEAN,
            ),
            Knob(
                path="quota.hard",
                doc="The limits: all components at their most replicas in the middle of a rollout, "
                "and 5 % more.",
                default=quota(chart),
                schema=s.OPEN,
                flip={"pods": "7"},
            ),
            Knob(
                path="limitRange.enabled",
                doc="Give containers without requests and limits the defaults below.",
                default=True,
                schema=s.BOOLEAN,
            ),
            Knob(
                path="limitRange.limits",
                doc="Defaults and most for one container.",
                default=limit_range(chart),
                schema=s.OPEN,
                flip={"max": {"cpu": "1"}},
            ),
        ]
    return found


def files(chart: Chart) -> Sequence[File]:
    """The umbrella's own files, beside those that every chart has."""
    names = ["networkpolicy-default-deny", "networkpolicy-dns"]
    if chart.quota:
        names += ["resourcequota", "limitrange"]
    found = [File(template=f"{name}.yaml", path=f"templates/{name}.yaml") for name in names]
    found.append(File(template="namespace.yaml", path="files/namespace.yaml"))
    return found


def raw_manifests(chart: Chart) -> dict[str, bytes]:
    """The author's own templates, copied as they are."""
    root = Path(chart.place.path).parent
    return {f"templates/{Path(name).name}": (root / name).read_bytes() for name in chart.manifests}
