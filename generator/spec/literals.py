"""What stands inside values: images of no fixed version, hosts that no edge leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.findings import Finding
from generator.spec.intact import Intact
from generator.spec.model import Chart, Component
from generator.spec.place import Path_, dotted, shown
from generator.spec.remedy import nearest

#: Addresses of what may run in a cluster. A bucket (`s3://`) or a file is none.
_ADDRESS = re.compile(
    r"(?:https?|wss?|tcp|grpc|rediss?|valkeys?|postgres(?:ql)?(?:\+\w+)?|mysql(?:\+\w+)?|amqps?"
    r"|mongodb|nats|kafka|memcached?|smtps?)://(?:[^/@\s]*@)?([A-Za-z0-9.-]+)(?::[0-9]+)?(?:[/?#].*)?"
)
#: A host without a scheme, in variables that by their name hold one.
_HOST = re.compile(r"([A-Za-z0-9.-]+)(?::[0-9]+)?")
_HOLDS_HOST = re.compile(r"(?:^|_)(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVERS?|BROKERS?|ENDPOINT)$")
_ENDING = re.compile(r"(?:\.svc(?:\.cluster\.local)?)?\.?$")
_ITSELF = frozenset(("localhost", "127.0.0.1", "0.0.0.0"))


def literal_problems(found: Intact, charts: tuple[Chart, ...]) -> Iterator[Finding]:
    """Findings on texts that the schema takes, but that could not work."""
    for chart in charts:
        if chart.app_version == "latest":
            path = (*chart.path, "appVersion")
            yield _latest(found, path, 'appVersion: "1.4.2"')
        for component in chart.components:
            data = _data(found, component.path)
            yield from _images(found, data, component.path)
            yield from _Hosts(found, charts, chart, component).findings(data)


def _data(found: Intact, path: Path_) -> Mapping[str, Any]:
    data: Any = found.source.data
    for part in path:
        data = data[part]
    settings: Mapping[str, Any] = data
    return settings


def _images(found: Intact, data: Mapping[str, Any], path: Path_) -> Iterator[Finding]:
    """`:latest` in any `image` of a component, at whatever depth."""
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _images(found, value, (*path, key))
        elif key == "image" and isinstance(value, str) and value.endswith(":latest"):
            yield _latest(found, (*path, key), f"image: {value.removesuffix('latest')}1.4.2")


def _latest(found: Intact, path: Path_, hint: str) -> Finding:
    what = "`latest` is another image tomorrow: two pods may run two versions"
    hint = f"name the version, for example {hint}"
    return found.source.finding(path, "image-latest", f"{dotted(path)}: {what}", hint)


class _Hosts:
    """Looks for components whose address stands in the environment of one that cannot reach it."""

    def __init__(
        self, found: Intact, charts: tuple[Chart, ...], chart: Chart, component: Component
    ) -> None:
        self._found = found
        self._charts = {one.namespace: one for one in charts}
        self._chart = chart
        self._component = component
        edges = chart.edges_from.get(component.name, ())
        self._reached = {(e.target.chart_name, e.target.name) for e in edges if e.target}
        self._outside = {e.outside.host for e in edges if e.outside}

    def findings(self, data: Mapping[str, Any]) -> Iterator[Finding]:
        env = data.get("env")
        for name, text in env.items() if isinstance(env, dict) else ():
            path = (*self._component.path, "env", name)
            for part in str(text).split(","):
                problem = self._problem(name, part.strip())
                if problem:
                    what, hint = problem
                    message = f"{dotted(path)}: {what}"
                    yield self._found.source.finding(path, "env-host", message, hint)

    def _problem(self, name: str, text: str) -> tuple[str, str] | None:
        address = _ADDRESS.fullmatch(text)
        match = address or (_HOST.fullmatch(text) if _HOLDS_HOST.search(name) else None)
        if match is None:
            return None
        host = _ENDING.sub("", match[1].lower())
        service, _, namespace = host.partition(".")
        chart = self._charts.get(namespace or self._chart.namespace)
        if chart is None or host in self._outside or service in _ITSELF:
            return None
        target = next((one for one in chart.components if service in _services(one)), None)
        if target is not None:
            return self._unreached(match[1], target)
        foreign = chart.manifests or chart.dependencies
        if address is None or foreign or self._found.left_out(chart.name, service):
            return None
        close = nearest(service, [one.name for one in chart.components])
        hint = f"did you mean {close!r}?" if close else f"connects: [tcp://{host}:…]"
        return f"there is no component {shown(service)}, and `connects` has no such address", hint

    def _unreached(self, host: str, target: Component) -> tuple[str, str] | None:
        if target is self._component or (target.chart_name, target.name) in self._reached:
            return None
        own = target.chart_name == self._component.chart_name
        name = target.name if own else f"{target.chart_name}/{target.name}"
        if target.link is None:
            return f"{shown(host)} is a {target.kind}, which serves no port", "remove the variable"
        connects = ", ".join((*self._component.connects, name))
        what = f"{shown(host)} is not among `connects`, so the network policies close the way"
        return what, f"connects: [{connects}]"


def _services(component: Component) -> tuple[str, ...]:
    """Names that a component is reached by."""
    link = component.link
    if link is None:
        return (component.name,)
    return (component.name, link.service, *((link.direct.service,) if link.direct else ()))
