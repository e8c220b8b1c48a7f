"""Roles for people: one who looks and one who operates. Nobody has them until bound."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.api import File, Knob
from generator.kinds.common import schemas as s
from generator.spec.model import Chart

_SUBJECTS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["kind", "name"],
        "additionalProperties": False,
        "properties": {
            "kind": {"type": "string", "enum": ["Group", "User", "ServiceAccount"]},
            "name": {"type": "string", "minLength": 1},
            "namespace": {"type": "string"},
        },
    },
}
_ROLES = {
    "viewer": "may look at everything but Secrets",
    "operator": "may also restart, scale and enter pods",
}


def knobs(chart: Chart) -> Iterator[Knob]:
    if not chart.roles:
        return
    yield Knob(
        path="roles.enabled",
        doc="Create the roles for people: a viewer and an operator.",
        default=True,
        schema=s.BOOLEAN,
    )
    for role, may in _ROLES.items():
        yield Knob(
            path=f"roles.{role}s",
            doc=f"Who {may}: subjects with `kind` and `name`.",
            default=[],
            schema=_SUBJECTS,
            flip=[{"kind": "Group", "name": "flipped"}],
            needs={"roles.enabled": True},
        )


def files(chart: Chart) -> Iterator[File]:
    if not chart.roles:
        return
    for role in _ROLES:
        yield File(template=f"role-{role}.yaml", path=f"templates/role-{role}.yaml")
        yield File(
            template="rolebinding.yaml",
            path=f"templates/rolebinding-{role}.yaml",
            context={"role": role},
        )
