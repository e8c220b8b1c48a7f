"""Values of a pod: metadata, security, scheduling, service account, network policy."""

from __future__ import annotations

from generator.kinds.api import Knob
from generator.kinds.common import schemas as s


def pod(user: int, grace: int) -> list[Knob]:
    """Metadata, security, scheduling: what an installer may add to any pod."""
    return [
        Knob(
            path="podAnnotations",
            doc="More annotations of the pods.",
            default={},
            schema=s.POD_ANNOTATIONS,
        ),
        Knob(path="podLabels", doc="More labels of the pods.", default={}, schema=s.POD_LABELS),
        Knob(
            path="podSecurityContext",
            doc="Security context of the pods.",
            default={
                "runAsNonRoot": True,
                "runAsUser": user,
                "runAsGroup": user,
                "fsGroup": user,
                "fsGroupChangePolicy": "OnRootMismatch",
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            schema=s.OPEN,
            flip={"runAsUser": 12345},
        ),
        Knob(
            path="securityContext",
            doc="Security context of the containers.",
            default={
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
            schema=s.OPEN,
            flip={"readOnlyRootFilesystem": False},
        ),
        Knob(
            path="terminationGracePeriodSeconds",
            doc="Seconds from the signal to end until the kill.",
            default=grace,
            schema=s.COUNT,
        ),
        *scheduling(),
    ]


def scheduling() -> list[Knob]:
    return [
        Knob(
            path="priorityClassName",
            doc="Priority class. Empty means the cluster's default.",
            default="",
            schema=s.STRING,
        ),
        Knob(path="nodeSelector", doc="Labels of the nodes.", default={}, schema=s.LABELS),
        Knob(
            path="tolerations",
            doc="Tolerations of the pods.",
            default=[],
            schema=s.OBJECTS,
            flip=[{"key": "flipped", "operator": "Exists"}],
        ),
        Knob(
            path="affinity",
            doc="Affinity, beside the spread over zones and nodes.",
            default={},
            schema=s.OPEN,
            flip={"nodeAffinity": {}},
        ),
    ]


def service_account(*, rights: bool = False) -> list[Knob]:
    """`rights` says that it has some at the Kubernetes API: never those of `default`."""
    return [
        Knob(
            path="serviceAccount.create",
            doc="Create a service account of its own.",
            default=True,
            schema=s.BOOLEAN,
            needs={"serviceAccount.name": "an-account"} if rights else {},
        ),
        Knob(
            path="serviceAccount.name",
            doc="Name of the service account. Empty means the component's name, or `default` where "
            "none is created: no account for rights at the Kubernetes API.",
            default="",
            schema=s.STRING,
            flip="another-account",
        ),
        Knob(
            path="serviceAccount.annotations",
            doc="Annotations of the service account, for the identity of a cloud.",
            default={},
            schema=s.LABELS,
            flip={"flipped": "yes"},
        ),
    ]


def network_policy() -> list[Knob]:
    return [
        Knob(
            path="networkPolicy.enabled",
            doc="Allow exactly the declared connections.",
            default=True,
            schema=s.BOOLEAN,
        ),
        Knob(
            path="networkPolicy.extraIngress",
            doc="More rules for incoming traffic.",
            default=[],
            schema=s.EXTRA_RULES,
            flip=[{"ports": [{"port": 1234}]}],
        ),
        Knob(
            path="networkPolicy.extraEgress",
            doc="More rules for outgoing traffic.",
            default=[],
            schema=s.EXTRA_RULES,
            flip=[{"ports": [{"port": 1234}]}],
        ),
    ]
