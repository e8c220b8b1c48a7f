"""What a spec says of an Alertmanager."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.kinds.api import Claim, Container
from generator.kinds.common.app import Image, read_image, read_resources
from generator.kinds.common.server import read_claim
from generator.kinds.prometheus.settings import LABELS, OPERATOR

IMAGE = "quay.io/prometheus/alertmanager:v0.34.0"
RESOURCES = {"cpu": ["50m", "200m"], "memory": ["64Mi", "256Mi"]}

#: Ways to tell that are reached over HTTPS, each with the key of its secret.
WEB = ("webhook", "slack", "pagerduty", "opsgenie")

#: Those whose secret is an address.
URLS = ("webhook", "slack")


@dataclass(frozen=True, kw_only=True)
class Email:
    to: str
    sender: str
    server: str
    user: str

    @property
    def port(self) -> int:
        return int(self.server.rpartition(":")[2])


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """Who is told. `ways` are all that the spec names: one is right. `key` is in the Secret."""

    name: str
    ways: tuple[str, ...]
    key: str
    channel: str | None
    email: Email | None
    match: tuple[tuple[str, tuple[str, ...]], ...]
    goes_on: bool
    heartbeat: bool

    @property
    def way(self) -> str:
        return self.ways[0]

    @property
    def matchers(self) -> tuple[str, ...]:
        """As Alertmanager writes them: `severity="critical"`, `severity=~"critical|warning"`."""
        return tuple(
            f'{label}="{values[0]}"' if len(values) == 1 else f'{label}=~"{"|".join(values)}"'
            for label, values in self.match
        )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What both flavours have. `given` are the keys that the spec has."""

    given: tuple[str, ...]
    receivers: tuple[Receiver, ...]
    group_by: tuple[str, ...]
    repeat: str

    metrics: None = None

    @property
    def default(self) -> Receiver | None:
        """Who gets what nobody else does."""
        return next((r for r in self.receivers if not r.match and not r.heartbeat), None)


@dataclass(frozen=True, kw_only=True)
class Plain(Settings):
    """An Alertmanager of this chart."""

    image: Image
    replicas: int
    resources: Container
    claim: Claim

    #: What the shared templates of services and tests ask for.
    port: int = 9093
    ready: str = "/-/ready"
    operated: bool = False

    @property
    def ports(self) -> tuple[int, ...]:
        """Ports outside that the receivers are reached by."""
        mail = {receiver.email.port for receiver in self.receivers if receiver.email}
        return tuple(sorted(mail | ({443} if any(not r.email for r in self.receivers) else set())))


@dataclass(frozen=True, kw_only=True)
class Operated(Settings):
    """An Alertmanager that the cluster has. `api` is what its configuration is written in."""

    labels: Mapping[str, str]

    operated: bool = True
    api: str = "monitoring.coreos.com/v1alpha1"


def read_settings(data: Mapping[str, Any]) -> Plain | Operated:
    both: dict[str, Any] = {
        "given": tuple(data),
        "receivers": tuple(_receiver(name, raw) for name, raw in data["receivers"].items()),
        "group_by": tuple(data.get("groupBy", ("alertname", "namespace", "job", "slo"))),
        "repeat": data.get("repeat", "4h"),
    }
    if data.get("flavor") == OPERATOR:
        return Operated(labels=data.get("operator", {}).get("labels", LABELS), **both)
    return Plain(
        image=read_image(data.get("image", IMAGE)),
        replicas=data.get("replicas", 3),
        resources=read_resources(data.get("resources", RESOURCES)),
        claim=read_claim(data["storage"]),
        **both,
    )


def _receiver(name: str, raw: Mapping[str, Any]) -> Receiver:
    ways = tuple(way for way in (*WEB, "email") if way in raw)
    mail = raw.get("email")
    return Receiver(
        name=name,
        ways=ways,
        key=mail["password"] if mail else next((raw[way] for way in ways), ""),
        channel=raw.get("channel"),
        email=mail
        and Email(to=mail["to"], sender=mail["from"], server=mail["server"], user=mail["user"]),
        match=tuple(
            (label, tuple(value) if isinstance(value, list) else (value,))
            for label, value in raw.get("match", {}).items()
        ),
        goes_on=raw.get("continue", False),
        heartbeat=raw.get("heartbeat", False),
    )
