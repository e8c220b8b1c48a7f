"""Read what `status` speaks of: the release's history and its namespace, in a few calls."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator.check.objects import mapping, maps
from generator.errors import ToolError
from generator.release.history import History, told_history
from generator.release.target import Target
from generator.tools.kubectl import ClusterError, Json, Kubectl, reason_of
from generator.tools.pool import together

KINDS = (
    "deployments.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "replicasets.apps",
    "jobs.batch",
    "cronjobs.batch",
    "horizontalpodautoscalers.autoscaling",
    "poddisruptionbudgets.policy",
    "persistentvolumeclaims",
    "pods",
    "events",
)
#: Kinds of others that are read where the release has objects of their groups.
_OF_GROUPS = {
    "cert-manager.io": "certificates.cert-manager.io",
    "postgresql.cnpg.io": "clusters.postgresql.cnpg.io",
}
#: A line for each Secret: its name and its certificate. The key never leaves kubectl.
_TLS = (
    '{{range .items}}{{$name := .metadata.name}}{{with .data}}{{with index . "tls.crt"}}'
    '{{$name}} {{.}}{{"\\n"}}{{end}}{{end}}{{end}}'
)
_Answer = tuple[tuple[Json, ...], tuple[str, ...]]
_FORBIDDEN = re.compile(r'cannot list resource "([^"]+)"')


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """What was read. `certificates` are base64 PEM by Secret, None where they were not readable."""

    target: Target
    history: History
    items: tuple[Json, ...] = field(repr=False)
    certificates: Mapping[str, str] | None = field(repr=False)
    unknown: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[Json, ...]:
        return tuple(one for one in self.items if one.get("kind") == kind)

    def named(self, kind: str, name: str) -> Json | None:
        return next((one for one in self.of(kind) if name_of(one) == name), None)


def read_facts(target: Target, kubectl: Kubectl) -> Facts:
    """All of it. Raises `GeneratorError` where not even the release can be read."""
    history = told_history(target, kubectl)
    last = history.last
    if last is None:
        return Facts(target=target, history=history, items=(), certificates=None)
    groups = {one.group for one in last.objects}
    kinds = (*KINDS, *(kind for group, kind in _OF_GROUPS.items() if group in groups))
    (items, unknown), (certificates, hidden) = together(
        [
            lambda: _list(kubectl, target.namespace, kinds),
            lambda: _tls(kubectl, target.namespace),
        ]
    )
    return Facts(
        target=target,
        history=history,
        items=items,
        certificates=None if hidden else certificates[0],
        unknown=(*unknown, *hidden),
    )


def name_of(one: Json) -> str:
    return str(mapping(one.get("metadata")).get("name", ""))


def labels_of(one: Json) -> Mapping[str, Any]:
    return mapping(mapping(one.get("metadata")).get("labels"))


def selected(selector: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    """Whether a selector takes what has these labels. An empty one takes nothing here."""
    wanted = mapping(selector.get("matchLabels"))
    rules = maps(selector.get("matchExpressions"))
    if not wanted and not rules:
        return False
    same = all(labels.get(key) == value for key, value in wanted.items())
    return same and all(_holds(rule, labels) for rule in rules)


def _holds(rule: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    value, values = labels.get(rule.get("key", "")), rule.get("values") or ()
    match rule.get("operator"):
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case _:
            return value is None


def _list(kubectl: Kubectl, namespace: str, kinds: Sequence[str]) -> _Answer:
    """What can be read, and which kinds could not."""
    try:
        text, hidden = _get(kubectl, namespace, ",".join(kinds), "--output=json")
    except ClusterError as error:
        if error.reason != "unknown-kind" or tuple(kinds) == KINDS:
            raise
        return _list(kubectl, namespace, KINDS)  # what brought another kind was removed since
    items = json.loads(text)["items"] if text.strip() else ()
    return tuple(items), hidden


def _tls(kubectl: Kubectl, namespace: str) -> _Answer:
    """A map of names to certificates."""
    words = (f"--output=go-template={_TLS}", "--field-selector=type!=helm.sh/release.v1")
    text, hidden = _get(kubectl, namespace, "secrets", *words)
    return (dict(line.split(" ", 1) for line in text.splitlines() if " " in line),), hidden


def _get(kubectl: Kubectl, namespace: str, kinds: str, *words: str) -> tuple[str, tuple[str, ...]]:
    """What kubectl printed of what it may read, and the kinds that it may not."""
    command = ("get", kinds, f"--namespace={namespace}", *words)
    done = kubectl.run(*command, accept=(0, 1))
    hidden = tuple(_FORBIDDEN.findall(done.stderr))
    if done.code and not hidden:
        error = ToolError((str(kubectl.path), *command), done.code, done.stderr)
        raise ClusterError(error, reason_of(error))
    return done.stdout, hidden
