"""Admission policies for the namespace: what the chart promises holds for all that comes in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.kinds.api import File, Knob, Problem
from generator.kinds.common import schemas as s
from generator.kinds.umbrella import preflight
from generator.kinds.umbrella.capacity import has_gateway
from generator.kinds.umbrella.words import account
from generator.spec.model import Chart, Component

_POLICIES = ("images", "resources", "services", "tokens")
_ACTIONS = {"type": "array", "minItems": 1, "items": s.enum("Audit", "Deny", "Warn")}


def knobs(chart: Chart) -> Iterator[Knob]:
    if chart.policies is None:
        return
    wanted = {"policies.enabled": True}
    yield Knob(
        path="policies.enabled",
        doc="Admission policies for the namespace, on Kubernetes 1.30 and later. They are objects "
        "of the whole cluster: installing them takes the right to make those.",
        default=chart.policies.enabled,
        schema=s.BOOLEAN,
    )
    yield Knob(
        path="policies.actions",
        doc="What happens to an object that breaks one. Begin with Warn and Audit in a namespace "
        "that is in use. Deny and Warn exclude each other.",
        default=["Deny", "Audit"],
        schema=_ACTIONS,
        flip=["Warn", "Audit"],
        needs=wanted,
    )
    yield Knob(
        path="policies.registries",
        doc="Registries, with or without a path, that images may come from; `global.imageRegistry` "
        "is one of them. Empty means any. Images that others inject count, too.",
        default=list(chart.policies.registries),
        schema=s.NAMES,
        flip=["mirror.example.com"],
        needs=wanted,
    )
    yield Knob(
        path="policies.requireDigest",
        doc="Whether every image must be named by its digest.",
        default=False,
        schema=s.BOOLEAN,
        needs=wanted,
    )
    yield Knob(
        path="policies.tokenAccounts",
        doc="More service accounts whose pods may have a token for the Kubernetes API.",
        default=[],
        schema=s.NAMES,
        flip=["flipped"],
        needs=wanted,
    )


def files(chart: Chart) -> Iterator[File]:
    if chart.policies is None:
        return
    tokens = [name for component in chart.components for name in _accounts(component, chart)]
    for name in _POLICIES:
        yield File(
            template=f"policy-{name}.yaml",
            path=f"templates/validatingadmissionpolicy-{name}.yaml",
            context={"tokens": tokens, "gateway": has_gateway(chart)},
        )
        yield File(
            template="policybinding.yaml",
            path=f"templates/validatingadmissionpolicybinding-{name}.yaml",
            context={"policy": name},
        )


def _accounts(component: Component, chart: Chart) -> Iterator[str]:
    """Service accounts of a component whose pods have a token, as expressions."""
    for workload in component.kind_module.workloads(component):
        if workload.token and workload.name == component.name:
            yield account(component, chart.name)
        elif workload.token:
            yield f'printf "%s{workload.name}" (include "{chart.name}.prefix" .)'


def problems(chart: Chart) -> Iterator[Problem]:
    """Registries that the chart's own images do not come from."""
    if chart.policies is None or not chart.policies.registries:
        return
    allowed = tuple(f"{registry.rstrip('/')}/" for registry in chart.policies.registries)
    refused = sorted({image for image in images(chart) if not image.startswith(allowed)})
    if refused:
        yield Problem(
            path=("policies", "registries"),
            rule="registry-refused",
            message=f"would refuse images of the chart itself: {', '.join(refused)}",
            hint=f"registries: [{', '.join(sorted({i.rpartition('/')[0] for i in refused}))}, …]",
        )


def images(chart: Chart) -> Iterator[str]:
    """The images of all components as the registry's host, a slash and the repository."""
    for component in chart.components:
        yield from _images(component.kind_module.knobs(component, chart))
    yield from _images(preflight.knobs(chart))


def _images(knobs: Iterable[Knob]) -> Iterator[str]:
    defaults = {knob.path: knob.default for knob in knobs}
    for path, repository in defaults.items():
        if path.endswith("image.repository"):
            registry = defaults.get(f"{path.removesuffix('repository')}registry")
            path = repository if "/" in repository else f"library/{repository}"
            yield f"{registry}/{repository}" if registry else f"docker.io/{path}"
