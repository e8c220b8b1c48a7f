"""What an API server refuses to change in place, and the way to change it without a loss."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from generator.check import quantity
from generator.release.difference import Change
from generator.tools.kubectl import Json

_REFUSALS = re.compile(
    r"(?i)is immutable|immutable after creation|updates to statefulset spec|cannot change roleRef"
    r"|may not change once set|can not be less than (?:the )?(?:previous value|status.capacity)"
    r"|field can not be less than|updates to \w+ spec for fields other than"
)


#: What cannot be changed, below `spec`; of kinds that are not here, whatever changed.
_FIELDS: Mapping[str, frozenset[str]] = {
    "DaemonSet": frozenset({"selector"}),
    "Deployment": frozenset({"selector"}),
    "ReplicaSet": frozenset({"selector"}),
    "Service": frozenset({"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"}),
    "StatefulSet": frozenset(
        {"podManagementPolicy", "selector", "serviceName", "volumeClaimTemplates"}
    ),
}


def fixed(kind: str, fields: Sequence[Change]) -> tuple[Change, ...]:
    """Those of the changes that the API server refuses."""
    names = _FIELDS.get(kind)
    if names is None:
        return tuple(fields)
    return tuple(one for one in fields if len(one.steps) > 1 and one.steps[1] in names)


def refused(message: str) -> bool:
    """Whether the API server's answer speaks of a field that cannot be changed."""
    return _REFUSALS.search(message) is not None


def recipe(live: Json, fields: Sequence[Change]) -> tuple[str, ...]:
    """Lines to paste before the next deploy, or to read where nothing can be pasted."""
    make = _RECIPES.get(live["kind"], _rename)
    return make(live, fields)


def _where(live: Json) -> str:
    metadata = live["metadata"]
    namespace = metadata.get("namespace")
    return f"{metadata['name']}" + (f" --namespace {namespace}" if namespace else "")


def _stateful_set(live: Json, fields: Sequence[Change]) -> tuple[str, ...]:
    lines: list[str] = []
    for change in fields:
        if "volumeClaimTemplates" in change.steps and change.steps[-1] == "storage":
            old, new = (quantity.amount(value) for value in (change.before, change.after))
            if new < old:
                return (
                    f"# a volume never shrinks: set it back to {change.before}, or move the data"
                    " to a component with another name",
                )
            lines += _grown(live, change)
    lines.append(
        f"kubectl delete statefulset {_where(live)} --cascade=orphan"
        "    # its pods and volumes stay, and the next deploy takes them over"
    )
    if any(change.steps[:2] == ("spec", "selector") for change in fields):
        lines.append(
            "# its pods carry the labels of the old selector: after the deploy, delete them one"
            " at a time"
        )
    return tuple(lines)


def _grown(live: Json, change: Change) -> list[str]:
    """A larger claim template changes no claim that is there."""
    claim = next((dict(s)["name"] for s in change.steps if isinstance(s, tuple)), "data")
    namespace = live["metadata"].get("namespace", "default")
    patch = f'{{"spec":{{"resources":{{"requests":{{"storage":"{change.after}"}}}}}}}}'
    count = (live.get("spec") or {}).get("replicas", 1)
    return [
        f"kubectl patch pvc {claim}-{live['metadata']['name']}-{number}"
        f" --namespace {namespace} --patch '{patch}'"
        for number in range(count)
    ]


def _deployment(live: Json, fields: Sequence[Change]) -> tuple[str, ...]:
    old: Mapping[str, Any] = live["spec"]["selector"].get("matchLabels") or {}
    labels = ",".join(f"{key}={value}" for key, value in sorted(old.items()))
    namespace = live["metadata"].get("namespace", "default")
    return (
        f"kubectl delete deployment {_where(live)} --cascade=orphan    # its pods go on serving",
        f"# after the deploy: kubectl delete replicaset --namespace {namespace}"
        f" --selector {labels}",
    )


def _job(live: Json, fields: Sequence[Change]) -> tuple[str, ...]:
    status = live.get("status") or {}
    note = "it runs: wait for its end first" if status.get("active") else "it has ended"
    return (f"kubectl delete job {_where(live)}    # {note}",)


def _service(live: Json, fields: Sequence[Change]) -> tuple[str, ...]:
    return (
        f"kubectl delete service {_where(live)}    # nobody reaches it until the deploy that must"
        " follow at once",
    )


def _binding(live: Json, fields: Sequence[Change]) -> tuple[str, ...]:
    kind = live["kind"].lower()
    return (
        f"kubectl delete {kind} {_where(live)}    # its subjects lack these rights until the"
        " deploy that must follow at once",
    )


def _claim(live: Json, fields: Sequence[Change]) -> tuple[str, ...]:
    return ("# a claim never shrinks nor changes its class: set it back, or use another name",)


def _rename(live: Json, fields: Sequence[Change]) -> tuple[str, ...]:
    return (
        f"# set it back, or delete it if it holds nothing: kubectl delete {live['kind'].lower()}"
        f" {_where(live)}",
    )


_RECIPES: Mapping[str, Callable[[Json, Sequence[Change]], tuple[str, ...]]] = {
    "ClusterRoleBinding": _binding,
    "Deployment": _deployment,
    "Job": _job,
    "PersistentVolumeClaim": _claim,
    "RoleBinding": _binding,
    "Service": _service,
    "StatefulSet": _stateful_set,
}
