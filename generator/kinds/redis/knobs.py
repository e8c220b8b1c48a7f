"""The values of a Redis cluster's subchart."""

from __future__ import annotations

from typing import Final

from generator.kinds.api import Knob
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.common.app import read_image
from generator.kinds.common.server import storage
from generator.kinds.data import knobs as d
from generator.kinds.redis.settings import EXPORTER_IMAGE, Settings
from generator.spec.quantity import format_bytes

EVICTION: Final = s.enum(
    "volatile-lru",
    "volatile-lfu",
    "volatile-ttl",
    "volatile-random",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "noeviction",
)
ENGINE: Final = s.enum("valkey", "redis")
SIZE: Final[s.Schema] = {
    "type": "string",
    "pattern": "^([1-9][0-9]*(\\.[0-9]+)?(Ki|Mi|Gi|Ti|k|M|G|T))?$",
}


def redis_knobs(settings: Settings) -> list[Knob]:
    return [
        *k.naming(),
        *k.image(settings.image, what="the server"),
        Knob(
            path="engine",
            doc="Whose image it is: `valkey` or `redis`. Valkey has settings that Redis refuses.",
            default=settings.engine,
            schema=ENGINE,
        ),
        *shape_knobs(settings),
        *storage(settings.storage),
        *k.resources(settings.resources),
        *server_knobs(settings),
        *d.tls(settings.tls),
        *k.resources(
            settings.agent,
            at="agent.resources",
            doc="Requests and limits of the side container that forms the cluster and heals it.",
        ),
        *d.pod(user=1000, group=1000, grace=60),
        *k.disruption(1),
        *k.service_account(),
        *k.network_policy(),
        *(exporter_knobs(settings) if settings.metrics else ()),
    ]


def shape_knobs(settings: Settings) -> list[Knob]:
    """How many nodes, in how many shards."""
    shard = settings.replicas_per_master + 1
    return [
        *d.replicas(
            settings.nodes,
            "Nodes of the cluster: masters and their replicas. Nodes that are added later join "
            "as replicas: RUNBOOK.md says how data moves to them.",
            # A shard more, or from one node to the smallest cluster.
            flip=settings.nodes + shard if settings.nodes > 1 else 3 * shard,
        ),
        Knob(
            path="replicasPerMaster",
            doc="Replicas of each master when the cluster is made.",
            default=settings.replicas_per_master,
            schema=s.COUNT,
            flip=0 if shard > 1 else 1,
            needs={"replicas": 6 * shard},
        ),
    ]


def server_knobs(settings: Settings) -> list[Knob]:
    return [
        Knob(
            path="maxmemory",
            doc="Memory for data. Empty means five eighths of the memory limit.",
            default=format_bytes(settings.memory) if settings.memory else "",
            schema=SIZE,
            flip="77Mi",
        ),
        Knob(
            path="eviction",
            doc="Which keys go when the memory is full. volatile-lru: of those that expire, the "
            "ones that were not used for longest.",
            default=settings.eviction,
            schema=EVICTION,
        ),
        Knob(
            path="credentialsSecret",
            doc="Secret with the passwords. RUNBOOK.md lists its keys.",
            default=settings.secret,
            schema=s.NAME,
        ),
    ]


def exporter_knobs(settings: Settings) -> list[Knob]:
    return [
        *k.image(read_image(EXPORTER_IMAGE), at="metrics.image", what="the exporter"),
        *k.resources(
            settings.exporter,
            at="metrics.resources",
            doc="Requests and limits of the exporter.",
        ),
    ]
