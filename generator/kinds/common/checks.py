"""What no schema can say of an application's settings."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.api import Container, Problem
from generator.kinds.common.app import App, Scale, volume_name
from generator.spec.model import Chart, Component
from generator.spec.quantity import format_bytes, format_cpu
from generator.spec.remedy import nearest


def app_problems(component: Component, chart: Chart) -> Iterator[Problem]:
    """Limits below requests, secrets that are not declared, variables that are set twice."""
    app: App = component.settings.app
    yield from limit_problems(app.resources, "resources")
    yield from volume_problems(app)
    yield from edge_problems(component, chart)
    declared = {secret.name: secret.keys for secret in chart.secrets}
    for name, secret, key in app.secrets:
        if secret not in declared:
            close = nearest(secret, declared)
            declare = f"secrets: {{{secret}: [{key}]}} below charts.{chart.name}"
            yield Problem(
                path=("secrets", name),
                rule="secret-reference",
                message=f"no secret {secret!r} is declared",
                hint=f"did you mean '{close}/{key}'?" if close else declare,
            )
        elif key not in declared[secret]:
            close = nearest(key, declared[secret])
            yield Problem(
                path=("secrets", name),
                rule="secret-reference",
                message=f"secret {secret!r} has no key {key!r}",
                hint=f"did you mean '{secret}/{close}'?"
                if close
                else f"its keys: {', '.join(declared[secret])}",
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


def limit_problems(resources: Container, *path: str) -> Iterator[Problem]:
    """Limits below requests."""
    for what, request, limit, written in (
        ("cpu", resources.cpu_request, resources.cpu_limit, format_cpu),
        ("memory", resources.memory_request, resources.memory_limit, format_bytes),
    ):
        if request > limit:
            low, high = written(limit), written(request)
            yield Problem(
                path=(*path, what),
                rule="limit-below-request",
                message=f"the limit {low} is below the request {high}",
                hint=f"[request, limit] is the order: {what}: [{low}, {high}]",
            )


def volume_problems(app: App) -> Iterator[Problem]:
    """Two writable folders whose volumes would have one name."""
    seen: dict[str, str] = {}
    for index, path in enumerate(app.writable):
        other = seen.setdefault(volume_name(path), path)
        if other != path:
            yield Problem(
                path=("writable", index),
                rule="volume-twice",
                message=f"{path!r} and {other!r} would be volumes of the same name",
                hint="make their parent folder writable instead",
            )


def edge_problems(component: Component, chart: Chart) -> Iterator[Problem]:
    """Connections that would give one variable twice, which Kubernetes refuses."""
    app: App = component.settings.app
    own = {name for name, _ in app.env} | {name for name, _, _ in app.secrets}
    seen: dict[str, str] = {}
    for edge in chart.edges_from.get(component.name, ()):
        if edge.target is None or edge.link is None:
            continue
        for env in edge.link.env:
            other = seen.setdefault(env.name, str(edge.path[-1]))
            if other != str(edge.path[-1]) and env.name not in own:
                yield Problem(
                    path=("connects", edge.path[-1]),
                    rule="env-twice",
                    message=f"{edge.target.name} gives the variable {env.name}, as "
                    f"{component.connects[int(other)]} does already",
                    hint=f"set {env.name} in env: what is set there wins over connections",
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
