"""Values that the data kinds share: one definition of type, default and documentation each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from generator.kinds.api import Knob
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.common.server import spread
from generator.kinds.data.settings import CERT_MANAGER, NONE

REPLICA_POLICY = s.enum("preserve", "enforce")


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
            doc="`preserve` keeps the replicas that run until `replicas` changes, so that an "
            "upgrade does not undo `kubectl scale`. `enforce` sets `replicas`. Rendering without "
            "a cluster (helm template, Argo CD) can only enforce.",
            default="preserve",
            schema=REPLICA_POLICY,
            live=True,
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
    return [
        *(
            replace(knob, default=security(user, group)) if knob.path == SECURITY else knob
            for knob in k.pod(user, grace)
        ),
        spread(),
        Knob(
            path="secretRevision",
            doc="Change it to start the pods anew after a Secret has changed.",
            default="",
            schema=s.STRING,
        ),
    ]


def security(user: int, group: int) -> dict[str, Any]:
    """The security context that all kinds give to pods, for another user and group."""
    default = next(knob.default for knob in k.pod(user, 0) if knob.path == SECURITY)
    return {**default, "runAsGroup": group, "fsGroup": group}


SECURITY = "podSecurityContext"
