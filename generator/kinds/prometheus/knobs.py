"""The values of a Prometheus subchart."""

from __future__ import annotations

from dataclasses import replace

from generator.kinds.api import Knob
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.common import server
from generator.kinds.prometheus.settings import RELOADER, RELOADER_RESOURCES, Plain, Settings

USER = 65534


def knobs(settings: Plain, folder: str) -> list[Knob]:
    return [
        *k.naming(),
        *k.image(settings.image),
        *_replicas(settings),
        *_storage(settings),
        *scraping(settings),
        *_sending(),
        *links(settings, folder),
        *_remote_write(settings),
        *_thanos(settings),
        *_reloader(),
        *server.probes(
            ("/-/healthy", "http"),
            ("/-/ready", "http"),
            # Reading the write-ahead log after a crash takes minutes.
            {"periodSeconds": 10, "failureThreshold": 90},
        ),
        *k.pod(USER, 300),
        server.spread(),
        *k.disruption(1),
        *k.service_account(rights=True),
        *_rights(),
        *k.network_policy(),
        *server.kube_api(),
        *server.test_image(),
    ]


def _replicas(settings: Plain) -> list[Knob]:
    return [
        Knob(
            path="replicas",
            doc="Servers. Each reads everything into a volume of its own.",
            default=settings.replicas,
            schema=s.COUNT,
        ),
        *k.resources(settings.resources),
    ]


def _storage(settings: Plain) -> list[Knob]:
    return [
        Knob(
            path="retention.time",
            doc="How long samples are kept.",
            default=settings.retention,
            schema=_DURATION,
            flip="7d",
        ),
        Knob(
            path="retention.size",
            doc="How much samples may fill before the oldest go, below the volume's size. "
            "`GB` is 1024 MB here.",
            default=retention_size(settings.retention_bytes),
            schema=_RETENTION_SIZE,
            flip="3GB",
        ),
        *server.storage(settings.claim),
    ]


def retention_size(count: int) -> str:
    """Bytes as Prometheus counts them: in powers of 1024, whatever its units are called."""
    for unit, size in (("GB", 1024**3), ("MB", 1024**2)):
        if count >= 10 * size:
            return f"{count // size}{unit}"
    return f"{count}B"


def scraping(settings: Settings) -> list[Knob]:
    return [
        Knob(
            path="scrape.interval",
            doc="How often metrics are read and rules evaluated.",
            default=settings.interval,
            schema=_DURATION,
            flip="17s",
        ),
        *(
            Knob(path=f"scrape.limits.{name}", doc=doc, default=default, schema=s.COUNT)
            for name, doc, default in (
                ("samples", "Most samples of one reading. 0: no limit.", settings.limits.samples),
                ("labels", "Most labels of one sample. 0: no limit.", settings.limits.labels),
                ("targets", "Most targets of one job. 0: no limit.", settings.limits.targets),
            )
        ),
    ]


def _sending() -> list[Knob]:
    return [
        Knob(
            path="scrape.extraConfigs",
            doc="More entries of `scrape_configs`, as Prometheus has them.",
            default=[],
            schema=s.OBJECTS,
            flip=[{"job_name": "flipped"}],
        ),
        Knob(
            path="cluster",
            doc="Label `cluster` of everything that leaves this server. Empty means the "
            "platform's name.",
            default="",
            schema=s.STRING,
        ),
        server.external_url(),
    ]


def links(settings: Settings, folder: str) -> list[Knob]:
    return [
        Knob(
            path="links.runbooks",
            doc="Address of the runbooks, for the links in alerts: where the forge or the wiki "
            "shows the folder `runbooks` of this chart. Default: their place in the repository.",
            default=settings.runbooks or folder,
            schema=s.NOT_EMPTY,
            flip="https://flipped.example.com/runbooks",
        ),
        Knob(
            path="links.dashboards",
            doc="Address that people reach Grafana by, for the links in alerts. Empty: the links "
            "begin with its path.",
            default=settings.dashboards,
            schema=s.STRING,
            flip="https://flipped.example.com",
        ),
    ]


def _remote_write(settings: Plain) -> list[Knob]:
    remote = settings.remote_write
    if remote is None:
        return []
    return [
        Knob(
            path="remoteWrite.enabled",
            doc="Send every sample to a store outside as well.",
            default=True,
            schema=s.BOOLEAN,
        ),
        Knob(
            path="remoteWrite.url",
            doc="Address that takes samples. The network policy lets them out to its port.",
            default=remote.url,
            schema={"type": "string", "pattern": r"^https://\S+$"},
            flip="https://flipped.example.com/api/v1/push",
        ),
    ]


def _thanos(settings: Plain) -> list[Knob]:
    thanos, what = settings.thanos, "Thanos' sidecar"
    if thanos is None:
        return []
    on = {"thanos.enabled": True}
    found = [
        Knob(
            path="thanos.storePort",
            doc="Port of the object store, which the network policy lets the sidecar out to.",
            default=443,
            schema=s.PORT,
        ),
        Knob(
            path="thanos.queriers",
            doc="Who may ask the sidecar by gRPC: peers of a NetworkPolicy, for the pods of a "
            "Thanos Query.",
            default=[],
            schema=s.OBJECTS,
            flip=[{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "thanos-query"}}}],
        ),
        *k.image(thanos.image, at="thanos.image", what=what),
        *k.resources(
            thanos.resources, at="thanos.resources", doc=f"Requests and limits of {what}."
        ),
    ]
    switch = Knob(
        path="thanos.enabled",
        doc="Run Thanos' sidecar beside each server, and leave compaction to Thanos.",
        default=True,
        schema=s.BOOLEAN,
    )
    return [switch, *(replace(one, needs={**one.needs, **on}) for one in found)]


def probe_targets(addresses: tuple[str, ...]) -> Knob:
    return Knob(
        path="probe.addresses",
        doc="Public addresses that the blackbox exporter asks for. Empty means none.",
        default=list(addresses),
        schema=s.NAMES,
        flip=["https://flipped.example.com"],
    )


def _reloader() -> list[Knob]:
    what = "the config reloader"
    return [
        *k.image(RELOADER, at="reloader.image", what=what),
        *k.resources(
            RELOADER_RESOURCES, at="reloader.resources", doc=f"Requests and limits of {what}."
        ),
    ]


def _rights() -> list[Knob]:
    return [
        Knob(
            path="rbac.create",
            doc="Create the rights to find pods: a Role in each namespace that is read.",
            default=True,
            schema=s.BOOLEAN,
        )
    ]


_DURATION = {"type": "string", "pattern": "^([0-9]+(ms|s|m|h|d|w|y))+$"}
_RETENTION_SIZE = {"type": "string", "pattern": "^[0-9]+(B|KB|MB|GB|TB|PB|EB)$"}
