"""Selectors hold only labels that never change, and fit the pods that they are meant for.

The selector of a Deployment or StatefulSet cannot be changed: with a version in it the next
upgrade fails. With one in a Service's selector, requests stop until all pods are new.

Good:

    kind: Deployment
    metadata: {name: a}
    spec:
      selector: {matchLabels: {app.kubernetes.io/name: a}}
      template: {metadata: {labels: {app.kubernetes.io/name: a}}}

Bad:

    kind: Deployment
    metadata: {name: a}
    spec:
      selector: {matchLabels: {app.kubernetes.io/version: "1"}}
      template: {metadata: {labels: {app.kubernetes.io/version: "1"}}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.check.objects import Object, Workload
from generator.check.rules.api import Violation
from generator.check.selectors import selector_keys, selects
from generator.findings import ERROR

ID = "selectors-stable"
SEVERITY = ERROR

_CHANGING = frozenset({"app.kubernetes.io/version", "helm.sh/chart", "chart", "version"})


def check(obj: Object, workload: Workload | None) -> Iterator[Violation]:
    selector, place = _selector(obj)
    for key in selector_keys(selector):
        if key in _CHANGING:
            yield Violation(obj, f"{place}: {key} changes with every version")
    if workload and workload.serving and not selects(selector, workload.labels):
        yield Violation(obj, f"{place}: does not fit the labels of its own pods")


def _selector(obj: Object) -> tuple[Any, str]:
    if obj.kind == "Service":
        return {"matchLabels": obj.spec.get("selector")}, "spec.selector"
    place = "podSelector" if obj.kind == "NetworkPolicy" else "selector"
    return obj.spec.get(place), f"spec.{place}"
