"""A plan as JSON: a stable shape for scripts.

    version, environment, helm, cluster {id, kubernetes}, blocked, pending, summary, releases

`version` grows when a field goes or means something else; fields may come. A release has action
(install, upgrade, nothing, blocked), revision (0 before the first, null if unreadable), findings,
changes (null if nobody can tell) and hooks; a change has action (created, changed, removed,
replaced, kept), kind, namespace, name, fields, conflicts, refused and recipe; a field has path,
change (added, changed, removed, order), before, after and secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.findings import Finding
from generator.release.changes import ObjectChange
from generator.release.difference import Change
from generator.release.plan import Plan, ReleasePlan

VERSION = 1


def as_data(plan: Plan) -> dict[str, Any]:
    """The whole plan, without a value of a Secret."""
    return {
        "version": VERSION,
        "environment": plan.environment,
        "cluster": {"id": plan.server.id, "kubernetes": plan.server.version},
        "helm": plan.helm,
        "blocked": plan.blocked,
        "pending": plan.pending,
        "summary": _counts(plan.counts),
        "releases": [_release(one) for one in plan.releases],
    }


def _release(one: ReleasePlan) -> dict[str, Any]:
    return {
        "release": one.target.release,
        "namespace": one.target.namespace,
        "chartVersion": one.target.version,
        "revision": one.revision,
        "action": one.action,
        "findings": [_finding(found) for found in one.findings],
        "changes": None if one.changes is None else [_object(each) for each in one.objects],
        "hooks": [f"{hook.kind}/{hook.name}" for hook in one.hooks],
        "summary": _counts(one.counts),
    }


def _counts(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(counts)


def _finding(found: Finding) -> dict[str, Any]:
    return {name: getattr(found, name) for name in Finding.__slots__}


def _object(one: ObjectChange) -> dict[str, Any]:
    return {
        "action": one.action,
        "apiVersion": one.api_version,
        "kind": one.kind,
        "namespace": one.namespace,
        "name": one.name,
        "template": one.path,
        "fields": [_field(change) for change in one.fields],
        "conflicts": [
            {"manager": str(owner), "fields": list(fields)} for owner, fields in one.taken.items()
        ],
        "refused": one.refused,
        "recipe": list(one.recipe),
    }


def _field(change: Change) -> dict[str, Any]:
    return {
        "path": change.path,
        "change": change.what,
        "before": change.before,
        "after": change.after,
        "secret": change.secret,
    }
