"""Values that several kinds have: one definition of type, default and documentation each.

The same definition writes values.yaml, values.schema.json and the README's table.
"""

from __future__ import annotations

from typing import Any

from generator.kinds.api import Container, Knob
from generator.kinds.common import schemas as s
from generator.kinds.common.app import App, Image, Scale
from generator.spec.quantity import format_bytes, format_cpu


def naming() -> list[Knob]:
    return [
        Knob(
            path="fullnameOverride",
            doc="Name of the objects. Empty means the component's name, after the release's name "
            "unless the release is named after its chart.",
            default="",
            schema={"type": "string", "maxLength": 52},
            flip="another-name",
        )
    ]


def image(value: Image, *, at: str = "image", what: str = "the container") -> list[Knob]:
    """Registry, repository, tag, digest and pull policy of one image."""
    registry, repository = value.registry, value.path
    return [
        Knob(
            path=f"{at}.registry",
            doc=f"Registry of {what}'s image. `global.imageRegistry` wins over it.",
            default=registry,
            schema=s.STRING,
            flip="mirror.example.com",
        ),
        Knob(
            path=f"{at}.repository",
            doc=f"Repository of {what}'s image.",
            default=repository,
            schema={"type": "string", "minLength": 1},
            flip="another/repository",
        ),
        Knob(
            path=f"{at}.tag",
            doc="Tag. Empty means the chart's appVersion." if not value.tag else "Tag.",
            default=value.tag,
            schema=s.STRING,
            flip="9.9.9",
        ),
        Knob(
            path=f"{at}.digest",
            doc="Digest, `sha256:…`. When set, it decides and the tag only informs.",
            default=value.digest,
            schema=s.DIGEST,
            flip="sha256:" + "0" * 64,
        ),
        Knob(
            path=f"{at}.pullPolicy",
            doc="When to pull the image.",
            default="IfNotPresent",
            schema=s.PULL_POLICY,
        ),
    ]


def resources(value: Container, *, at: str = "resources", doc: str | None = None) -> list[Knob]:
    """Requests and limits as Kubernetes has them, with ephemeral storage."""
    return [
        Knob(
            path=at,
            doc=doc or "Requests and limits of the container.",
            default=resource_map(value),
            schema=s.RESOURCES,
            flip={"requests": {"cpu": "123m"}},
        )
    ]


def resource_map(value: Container, ephemeral: str = "1Gi") -> dict[str, Any]:
    return {
        "requests": {
            "cpu": format_cpu(value.cpu_request),
            "memory": format_bytes(value.memory_request),
            "ephemeral-storage": "64Mi",
        },
        "limits": {
            "cpu": format_cpu(value.cpu_limit),
            "memory": format_bytes(value.memory_limit),
            "ephemeral-storage": ephemeral,
        },
    }


def scale(value: Scale) -> list[Knob]:
    """Replicas, and the autoscaler's range and targets where the spec has one."""
    replicas = Knob(
        path="replicas",
        doc="Replicas while the autoscaler is off." if value.auto else "Replicas.",
        default=value.least,
        schema=s.COUNT,
        needs={"autoscaling.enabled": False} if value.auto else {},
    )
    if not value.auto:
        return [replicas]
    on = {"autoscaling.enabled": True}
    return [
        replicas,
        Knob(
            path="autoscaling.enabled",
            doc="Let a HorizontalPodAutoscaler decide on the replicas.",
            default=True,
            schema=s.BOOLEAN,
        ),
        Knob(
            path="autoscaling.minReplicas",
            doc="Least replicas.",
            default=value.least,
            schema=s.POSITIVE,
            needs=on,
        ),
        Knob(
            path="autoscaling.maxReplicas",
            doc="Most replicas.",
            default=value.most,
            schema=s.POSITIVE,
            needs=on,
        ),
        Knob(
            path="autoscaling.cpu",
            doc="Target of the CPU use, percent of the request. 0 means that CPU does not count.",
            default=value.cpu or 0,
            schema=s.PERCENT,
            needs=on,
        ),
        Knob(
            path="autoscaling.memory",
            doc="Target of the memory use, percent of the request. 0 means that it does not count.",
            default=value.memory or 0,
            schema=s.PERCENT,
            needs=on,
        ),
    ]


def environment(app: App) -> list[Knob]:
    return [
        Knob(
            path="env",
            doc="Environment variables.",
            default=dict(app.env),
            schema=s.STRINGS,
            flip={"FLIPPED": "yes"},
        ),
        Knob(
            path="secretEnv",
            doc="Environment variables from Secrets: variable to `name` and `key`.",
            default={name: {"name": secret, "key": key} for name, secret, key in app.secrets},
            schema=s.SECRET_ENV,
            flip={"FLIPPED": {"name": "a-secret", "key": "a-key"}},
        ),
    ]


def pod(user: int, grace: int) -> list[Knob]:
    """Metadata, security, scheduling: what an installer may add to any pod."""
    return [
        Knob(path="podAnnotations", doc="Annotations of the pods.", default={}, schema=s.LABELS),
        Knob(path="podLabels", doc="More labels of the pods.", default={}, schema=s.LABELS),
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


def disruption(budget: int | str) -> list[Knob]:
    return [
        Knob(
            path="podDisruptionBudget.enabled",
            doc="Limit how many pods a drain of nodes may end at once.",
            default=True,
            schema=s.BOOLEAN,
        ),
        Knob(
            path="podDisruptionBudget.maxUnavailable",
            doc="How many pods may be away at once: a number or percent.",
            default=budget,
            schema=s.INT_OR_STRING,
            flip="34%",
        ),
    ]


def service_account() -> list[Knob]:
    return [
        Knob(
            path="serviceAccount.create",
            doc="Create a service account of its own.",
            default=True,
            schema=s.BOOLEAN,
        ),
        Knob(
            path="serviceAccount.name",
            doc="Name of the service account. Empty means the component's name.",
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


def probe(at: str, doc: str, handler: dict[str, Any], **numbers: int) -> Knob:
    return Knob(
        path=at,
        doc=doc,
        default={**handler, **numbers},
        schema=s.OPEN,
        flip={"periodSeconds": 77},
    )


def wait(timeout: int = 120) -> list[Knob]:
    """The init containers that wait for what a component connects to."""
    return [
        *(
            knob
            for knob in image(WAIT_IMAGE, at="wait.image", what="the waiting init containers")
            if not knob.path.endswith("digest")
        ),
        Knob(
            path="wait.timeoutSeconds",
            doc="Seconds to wait for each connection before the pod is started anew.",
            default=timeout,
            schema=s.POSITIVE,
        ),
    ]


WAIT_IMAGE = Image(repository="docker.io/library/busybox", tag="1.37.0")


def shared(*, routed: bool, mesh: str | None, ingress_namespace: str) -> list[Knob]:
    """Values below `global`, which the umbrella and all its subcharts see alike."""
    knobs = [
        Knob(
            path="global.imageRegistry",
            doc="Registry of all images, for a mirror. Empty means each image's own.",
            default="",
            schema=s.STRING,
            flip="mirror.example.com",
        ),
        Knob(
            path="global.imagePullSecrets",
            doc="Names of the Secrets to pull images with.",
            default=[],
            schema=s.NAMES,
            flip=["pull-secret"],
        ),
        Knob(
            path="global.dnsAddresses",
            doc="Addresses of a node-local DNS cache, which no selector can name.",
            default=["169.254.20.10/32"],
            schema=s.CIDRS,
            flip=["10.0.0.10/32"],
        ),
    ]
    if routed:
        knobs.append(
            Knob(
                path="global.ingressNamespace",
                doc="Namespace of the ingress controller, which the network policies let in.",
                default=ingress_namespace,
                schema=s.NAME,
                flip="another-ingress",
            )
        )
    if mesh is not None:
        knobs.append(
            Knob(
                path="global.mesh",
                doc="Istio: `none`, `ambient` or `sidecar`.",
                default=mesh,
                schema=s.MESH,
            )
        )
    return knobs
