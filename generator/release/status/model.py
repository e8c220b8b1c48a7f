"""What `status` says, as plain values. Its field names are the JSON that scripts read."""

from __future__ import annotations

from dataclasses import dataclass

#: How one thing is. `OFF` is meant to be so: nothing is wanted of it.
READY, WAITING, FAILED, MISSING, OFF = "ready", "waiting", "failed", "missing", "off"


@dataclass(frozen=True, kw_only=True, slots=True)
class Autoscaler:
    """A HorizontalPodAutoscaler. `problem` says why it does not scale, as the cluster says it."""

    name: str
    current: int
    desired: int
    minimum: int
    maximum: int
    problem: str | None

    @property
    def at_maximum(self) -> bool:
        return self.desired >= self.maximum > self.minimum


@dataclass(frozen=True, kw_only=True, slots=True)
class Restarts:
    """How often containers of a component's pods started anew; why and when the last time."""

    count: int
    reason: str | None = None
    at: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """One workload of the release. `disruptions` is how many pods may be evicted now."""

    kind: str
    name: str
    state: str
    ready: int
    wanted: int
    images: tuple[str, ...]
    restarts: Restarts
    autoscaler: Autoscaler | None = None
    disruptions: int | None = None
    primary: str | None = None
    reasons: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A volume claim of the release."""

    name: str
    state: str
    phase: str
    size: str
    storage_class: str | None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """A TLS Secret. `expires` is None where it is not known."""

    secret: str
    state: str
    expires: str | None
    soon: bool = False
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """A CronJob. `backup` where its component says that it makes one."""

    name: str
    state: str
    schedule: str
    backup: bool
    last_success: str | None
    last_run: str | None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """One revision, as it is listed."""

    revision: int
    status: str
    chart_version: str
    at: str
    description: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseStatus:
    """One release. `unknown` are the kinds that this user must not read, each with the reason."""

    release: str
    namespace: str
    environment: str
    revision: int | None
    status: str
    chart_version: str
    app_version: str
    since: str
    pending: bool
    ready: bool
    history: tuple[Past, ...] = ()
    components: tuple[Component, ...] = ()
    claims: tuple[Claim, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    unknown: tuple[str, ...] = ()
