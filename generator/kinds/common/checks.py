"""What no schema can say of an application's settings."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.api import Problem
from generator.kinds.common.app import App, Scale
from generator.spec.model import Chart, Component


def app_problems(component: Component, chart: Chart) -> Iterator[Problem]:
    """Limits below requests, secrets that are not declared, variables that are set twice."""
    app: App = component.settings.app
    yield from limit_problems(component)
    declared = {secret.name: secret.keys for secret in chart.secrets}
    for name, secret, key in app.secrets:
        if secret not in declared:
            yield Problem(
                path=("secrets", name),
                rule="secret-reference",
                message=f"no secret {secret!r} is declared",
                hint=f"secrets: {{{secret}: [{key}]}} below charts.{chart.name}",
            )
        elif key not in declared[secret]:
            yield Problem(
                path=("secrets", name),
                rule="secret-reference",
                message=f"secret {secret!r} has no key {key!r}",
                hint=f"its keys: {', '.join(declared[secret])}",
            )
    plain = {name for name, _ in app.env}
    for name, _, _ in app.secrets:
        if name in plain:
            yield Problem(
                path=("secrets", name),
                rule="env-twice",
                message=f"the variable {name} is also in `env`",
                hint="remove one of the two",
            )


def limit_problems(component: Component) -> Iterator[Problem]:
    resources = component.settings.app.resources
    for what, request, limit in (
        ("cpu", resources.cpu_request, resources.cpu_limit),
        ("memory", resources.memory_request, resources.memory_limit),
    ):
        if request > limit:
            yield Problem(
                path=("resources", what),
                rule="limit-below-request",
                message="the limit is below the request",
                hint=f"{what}: [request, limit], the smaller one first",
            )


def scale_problems(component: Component) -> Iterator[Problem]:
    scale: Scale = component.settings.scale
    if scale.least > scale.most:
        yield Problem(
            path=("scale", "min"),
            rule="scale-range",
            message=f"min {scale.least} is above max {scale.most}",
            hint=f"scale: {{min: {scale.most}, max: {scale.least}}}",
        )
