"""The order of a first installation: what others wait for, then those, then public addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generator.kinds.umbrella.capacity import has_gateway
from generator.spec.model import Chart


def layers(chart: Chart) -> Mapping[str, Sequence[str]]:
    """Layer -> the values that switch it on. Nothing where one step does.

    What no layer names (quota, accounts, policies) comes first. Data is what other components of
    the chart wait for; the network comes last, so that nobody is let in before someone answers.
    """
    waited = {
        edge.target.name
        for edge in chart.edges
        if edge.target and edge.link and edge.link.wait and edge.namespace is None
    }
    if not waited:
        return {}
    names = [component.name for component in chart.components]
    order = {
        "data": [f"{name}.enabled" for name in names if name in waited],
        "app": [f"{name}.enabled" for name in names if name not in waited],
    }
    if chart.routes:
        ways = (
            ("ingress.enabled", chart.ingress.mode != "gateway"),
            ("gateway.enabled", has_gateway(chart)),
        )
        order["network"] = [path for path, has in ways if has]
    return order
