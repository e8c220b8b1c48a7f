"""The values of a PostgreSQL cluster's subchart."""

from __future__ import annotations

from typing import Final

from generator.kinds.api import Knob
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.common.app import read_image
from generator.kinds.common.server import kube_api, storage
from generator.kinds.data import knobs as d
from generator.kinds.postgres.backup import backup_knobs
from generator.kinds.postgres.pooler import pooler_knobs
from generator.kinds.postgres.settings import EXPORTER_IMAGE, Settings

PARAMETERS: Final[s.Schema] = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "boolean"]},
}
MAJOR: Final[s.Schema] = {"type": "integer", "minimum": 13, "maximum": 99}
CONNECTIONS: Final[s.Schema] = {"type": "integer", "minimum": 25}


def postgres_knobs(settings: Settings) -> list[Knob]:
    found = [
        *k.naming(),
        *k.image(settings.image, what="the server"),
        *d.replicas(
            settings.replicas,
            "Members of the cluster. Patroni needs no odd number.",
            needs={"maxReplicas": max(settings.max_replicas, settings.replicas + 1)},
        ),
        Knob(
            path="maxReplicas",
            doc="Members that the rights of the service account and the quota suffice for.",
            default=settings.max_replicas,
            schema=s.POSITIVE,
        ),
        *storage(settings.storage),
        *k.resources(settings.resources),
        *server_knobs(settings),
        *d.tls(settings.tls),
        *agent_knobs(settings),
        *d.pod(user=1000, group=1000, grace=180),
        *k.disruption(1),
        *k.service_account(rights=True),
        *k.network_policy(),
        *kube_api(),
    ]
    if settings.metrics:
        found += exporter_knobs(settings)
    if settings.pooler is not None:
        found += pooler_knobs(settings.pooler, metrics=settings.metrics)
    if settings.backup is not None:
        found += backup_knobs(settings.backup, settings.check)
    return found


def server_knobs(settings: Settings) -> list[Knob]:
    return [
        Knob(
            path="postgresVersion",
            doc="Major version of PostgreSQL. A volume of another one is refused: RUNBOOK.md "
            "says how to move.",
            default=settings.version,
            schema=MAJOR,
        ),
        Knob(
            path="credentialsSecret",
            doc="Secret with the passwords. RUNBOOK.md lists its keys.",
            default=settings.secret,
            schema=s.NAME,
        ),
        Knob(
            path="maxConnections",
            doc="max_connections of the server. The poolers, 14 connections for exporters, "
            "Patroni, the agent and administrators, and 5 for superusers must fit.",
            default=settings.connections,
            schema=CONNECTIONS,
            flip=settings.connections + 100,
        ),
        Knob(
            path="parameters",
            doc="Server parameters, as in postgresql.conf. Unless they are here, "
            "shared_buffers, effective_cache_size and maintenance_work_mem follow from the memory "
            "limit, wal_keep_size and max_slot_wal_keep_size from the size of the volume.",
            default=dict(settings.parameters),
            schema=PARAMETERS,
            flip={"work_mem": "7MB"},
        ),
        Knob(
            path="sharedMemory",
            doc="Most of /dev/shm, which parallel queries use. It counts as memory of the pod.",
            default="1Gi",
            schema=s.QUANTITY,
            flip="77Mi",
        ),
    ]


def agent_knobs(settings: Settings) -> list[Knob]:
    return [
        *k.resources(
            settings.agent,
            at="agent.resources",
            doc="Requests and limits of the side container that takes backups, reports them and "
            "reloads certificates.",
        ),
        *k.resources(
            settings.job,
            at="job.resources",
            doc="Requests and limits of the init container and the Jobs, which only ask others.",
        ),
    ]


def exporter_knobs(settings: Settings) -> list[Knob]:
    return [
        *k.image(read_image(EXPORTER_IMAGE), at="metrics.image", what="the exporter"),
        *k.resources(
            settings.exporter,
            at="metrics.resources",
            doc="Requests and limits of the exporters.",
        ),
    ]
