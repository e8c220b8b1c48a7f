"""What belongs to a chart as a whole: its namespace's rules, its routes, its Secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.kinds.api import File, Knob, Problem
from generator.kinds.umbrella import (
    certificates,
    gateway,
    mesh,
    namespace,
    people,
    policies,
    preflight,
    priorities,
    routes,
    scenarios,
    secrets,
    words,
)
from generator.kinds.umbrella.layers import layers
from generator.kinds.umbrella.network import network
from generator.spec.model import Chart, Edge

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
    priorities,
    namespace,
)

#: First words of the chart's own values, as far as a component could have such a name.
KEYS = frozenset(
    ("gateway", "global", "hsts", "ingress", "policies", "preflight", "quota")
) | frozenset(("redirects", "roles", "routes", "tls"))


def knobs(chart: Chart) -> Sequence[Knob]:
    """The values of the umbrella itself."""
    return [knob for feature in FEATURES for knob in feature.knobs(chart)]


def files(chart: Chart) -> Sequence[File]:
    """The umbrella's own files, beside those that every chart has."""
    found = [file for feature in FEATURES for file in feature.files(chart)]
    if chart.routes or chart.policies or any(_within(chart)):
        found.append(File(template="validate.yaml", path="templates/validate.yaml"))
    # The namespace's own values are all on, and costly to compute.
    switches = [k for feature in FEATURES if feature is not namespace for k in feature.knobs(chart)]
    return [*found, *scenarios.files(chart, switches)]


def _within(chart: Chart) -> Iterator[Edge]:
    """Connections that stay in the release."""
    return (edge for edge in chart.edges if edge.link is not None and edge.namespace is None)


def context(chart: Chart) -> Mapping[str, Any]:
    """What the chart's own templates see besides the chart."""
    names = [(words.needed(each), words.secret_name(each, chart.name)) for each in chart.secrets]
    return {
        "net": network(chart),
        "provider": secrets.provider(chart),
        "secret_names": names,
        "value": words.value,
        "account": words.account,
        "existing": existing(chart),
        "urls": words.addresses,
        "layers": layers(chart),
    }


def existing(chart: Chart) -> Sequence[str]:
    """Secrets that must be there before the release, unless a value makes the chart make them."""
    names = [secret.name for secret in chart.secrets]
    if chart.routes:
        names.append(f"{chart.name}-tls")
    return [f"Secret/{name}" for name in dict.fromkeys(names)]


def problems(chart: Chart) -> Sequence[Problem]:
    """What no schema can say is wrong. Paths are relative to the chart."""
    return [
        *certificates.problems(chart),
        *secrets.problems(chart),
        *policies.problems(chart),
    ]


def raw_manifests(chart: Chart, root: Path) -> dict[str, bytes]:
    """The author's own templates, copied as they are. `root` is the folder of platform.yaml."""
    return {f"templates/{Path(name).name}": (root / name).read_bytes() for name in chart.manifests}
