"""Values of a container: its image, resources, environment and probes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.kinds.api import Container, Knob
from generator.kinds.common import schemas as s
from generator.kinds.common.app import App, Image
from generator.spec.quantity import format_bytes, format_cpu


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
            schema=s.NOT_EMPTY,
            flip="another/repository",
        ),
        Knob(
            path=f"{at}.tag",
            doc="Tag. Empty means the chart's appVersion." if not value.tag else "Tag.",
            default=value.tag,
            schema=s.NOT_EMPTY if value.tag else s.STRING,
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


def probe(at: str, doc: str, handler: Mapping[str, Any], **numbers: int) -> Knob:
    return Knob(
        path=at,
        doc=doc,
        default={**handler, **numbers},
        schema=s.OPEN,
        flip={"periodSeconds": 77},
    )


def probes(*, live: Mapping[str, Any], ready: Mapping[str, Any], slow: bool = False) -> list[Knob]:
    """Three probes that differ: patience at the start, haste when traffic is at stake.

    `slow` is for probes that cost more than an open connection, such as commands.
    """
    return [
        probe(
            "startupProbe",
            "Until it succeeds once, the other probes wait.",
            live,
            periodSeconds=5 if slow else 2,
            timeoutSeconds=10 if slow else 2,
            failureThreshold=24 if slow else 60,
        ),
        probe(
            "livenessProbe",
            "When it fails, the container is started anew.",
            live,
            periodSeconds=30 if slow else 10,
            timeoutSeconds=10 if slow else 5,
            failureThreshold=3,
        ),
        probe(
            "readinessProbe",
            "When it fails, the pod gets no traffic and a rollout waits.",
            ready,
            periodSeconds=15 if slow else 5,
            timeoutSeconds=10 if slow else 3,
            failureThreshold=2,
        ),
    ]


def wait(*, waiting: bool = True, timeout: int = 120) -> list[Knob]:
    """The init containers that wait for what a component connects to.

    Without `waiting`, only a test pod uses the image.
    """
    found = image(WAIT_IMAGE, at="wait.image", what="the waiting container")
    if waiting:
        found.append(
            Knob(
                path="wait.timeoutSeconds",
                doc="Seconds to wait for each connection before the pod is started anew.",
                default=timeout,
                schema=s.POSITIVE,
            )
        )
    return found


WAIT_IMAGE = Image(repository="docker.io/library/busybox", tag="1.37.0")
