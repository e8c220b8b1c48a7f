"""Values that the data kinds share: one definition of type, default and documentation each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from generator.kinds.api import Claim, Knob
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.data.settings import CERT_MANAGER, NONE
from generator.spec.quantity import format_bytes

REPLICA_POLICY = s.enum("preserve", "enforce")
SPREAD = s.enum("DoNotSchedule", "ScheduleAnyway")


def replicas(
    count: int, doc: str, *, flip: int | None = None, needs: Mapping[str, Any] | None = None
) -> list[Knob]:
    return [
        Knob(
            path="replicas",
            doc=doc,
            default=count,
            schema=s.POSITIVE,
            flip=flip,
            needs=needs or {},
        ),
        Knob(
            path="replicaPolicy",
            doc="`preserve` keeps the replicas that run, so that an upgrade does not undo "
            "`kubectl scale`. `enforce` sets `replicas`. Rendering without a cluster (helm "
            "template, Argo CD) can only enforce.",
            default="preserve",
            schema=REPLICA_POLICY,
        ),
    ]


def storage(claim: Claim) -> list[Knob]:
    return [
        Knob(
            path="storage.size",
            doc="Size of each replica's volume. Kubernetes can't change it on a StatefulSet: "
            "RUNBOOK.md says how volumes grow.",
            default=format_bytes(claim.size),
            schema=s.QUANTITY,
            flip="7Gi",
        ),
        Knob(
            path="storage.className",
            doc="Storage class of the volumes. Empty means the cluster's default. It can't "
            "change afterwards.",
            default=claim.storage_class,
            schema=s.STRING,
        ),
    ]


def tls(mode: str) -> list[Knob]:
    on = {"tls.enabled": True}
    return [
        Knob(
            path="tls.enabled",
            doc="Encrypt all connections.",
            default=mode != NONE,
            schema=s.BOOLEAN,
        ),
        Knob(
            path="tls.secret",
            doc="Secret with the certificate (`ca.crt`, `tls.crt`, `tls.key`) for the names that "
            "RUNBOOK.md lists. Empty means the component's name and `-tls`.",
            default="",
            schema=s.STRING,
            flip="another-secret",
            needs=on,
        ),
        Knob(
            path="tls.certManager.enabled",
            doc="Let cert-manager make the certificate, by a CA of its own. It must be installed.",
            default=mode == CERT_MANAGER,
            schema=s.BOOLEAN,
            needs=on,
        ),
    ]


def pod(user: int, group: int, grace: int) -> list[Knob]:
    """What an installer may add to the pods, of an image with a user and group of its own."""
    ids = {"runAsUser": user, "runAsGroup": group, "fsGroup": group}
    return [
        replace(knob, default={**knob.default, **ids})
        if knob.path == "podSecurityContext"
        else knob
        for knob in k.pod(user, grace)
    ] + [
        Knob(
            path="spread.nodes",
            doc="`DoNotSchedule`: the replicas spread evenly over the nodes, or wait. "
            "`ScheduleAnyway`: they prefer to, for clusters with fewer nodes.",
            default="DoNotSchedule",
            schema=SPREAD,
        ),
        Knob(
            path="secretRevision",
            doc="Change it to start the pods anew after a Secret has changed.",
            default="",
            schema=s.STRING,
        ),
    ]
