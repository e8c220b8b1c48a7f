"""The values of a PostgreSQL cluster's subchart."""

from __future__ import annotations

from typing import Final

from generator.kinds.api import Knob
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.common.app import read_image
from generator.kinds.common.server import kube_api, storage
from generator.kinds.data import knobs as d
from generator.kinds.postgres.settings import (
    EXPORTER_IMAGE,
    POOLER_EXPORTER_IMAGE,
    Backup,
    Pooler,
    Settings,
)

PARAMETERS: Final[s.Schema] = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "boolean"]},
}
CRON: Final[s.Schema] = {"type": "string", "pattern": "^(\\S+ ){4}\\S+$"}
BUCKET: Final[s.Schema] = {"type": "string", "pattern": "^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$"}
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
        *d.pod(user=101, group=103, grace=180),
        *k.disruption(1),
        *k.service_account(),
        *k.network_policy(),
        *kube_api(),
    ]
    if settings.metrics:
        found += exporter_knobs(settings)
    if settings.pooler is not None:
        found += pooler_knobs(settings.pooler, metrics=settings.metrics)
    if settings.backup is not None:
        found += backup_knobs(settings.backup)
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


def pooler_knobs(pooler: Pooler, *, metrics: bool) -> list[Knob]:
    found = [
        *k.image(pooler.image, at="pooler.image", what="the pooler"),
        Knob(
            path="pooler.replicas",
            doc="Replicas of the pooler.",
            default=pooler.replicas,
            schema=s.POSITIVE,
            flip=1,
        ),
        Knob(
            path="pooler.maxConnections",
            doc="Most connections of one replica to the server.",
            default=pooler.connections,
            schema=s.POSITIVE,
            flip=pooler.connections - 1 or 2,
            needs={"pooler.poolSize": 1},
        ),
        Knob(
            path="pooler.poolSize",
            doc="Connections to the server that one replica keeps for a user and database.",
            default=pooler.pool_size,
            schema=s.POSITIVE,
            flip=pooler.pool_size - 1 or 2,
        ),
        Knob(
            path="pooler.maxClients",
            doc="Most client connections of one replica.",
            default=pooler.clients,
            schema=s.POSITIVE,
        ),
        *k.resources(
            pooler.resources, at="pooler.resources", doc="Requests and limits of the pooler."
        ),
        Knob(
            path="pooler.podSecurityContext",
            doc="Security context of the pooler's pods.",
            default=d.security(998, 996),
            schema=s.OPEN,
            flip={"runAsUser": 12345},
        ),
    ]
    if metrics:
        found += k.image(
            read_image(POOLER_EXPORTER_IMAGE),
            at="pooler.metrics.image",
            what="the pooler's exporter",
        )
    return found


def backup_knobs(backup: Backup) -> list[Knob]:
    on = {"backup.enabled": True}
    return [
        Knob(
            path="backup.enabled",
            doc="Archive the write-ahead log and take base backups.",
            default=True,
            schema=s.BOOLEAN,
        ),
        Knob(
            path="backup.bucket",
            doc="Bucket of the object store. Required.",
            default=backup.bucket,
            schema=BUCKET,
            flip="another-bucket",
            needs=on,
        ),
        Knob(
            path="backup.path",
            doc="Path in the bucket. Namespace, component and generation follow it.",
            default=backup.path,
            schema=s.STRING,
            flip="another/path",
            needs=on,
        ),
        Knob(
            path="backup.generation",
            doc="Last part of the path. A cluster that was restored needs a new one.",
            default="1",
            schema=s.NAME,
            flip="2",
            needs=on,
        ),
        Knob(
            path="backup.region",
            doc="Region of the bucket.",
            default=backup.region,
            schema=s.STRING,
            needs=on,
        ),
        Knob(
            path="backup.endpoint",
            doc="Address of an object store that is not Amazon's. Empty means Amazon's.",
            default=backup.endpoint,
            schema=s.STRING,
            flip="https://objects.example.com",
            needs=on,
        ),
        Knob(
            path="backup.secret",
            doc="Secret with `access-key-id` and `secret-access-key`. Empty means the identity "
            "that the cloud gives to the service account.",
            default=backup.secret,
            schema=s.STRING,
            flip="another-secret",
            needs=on,
        ),
        Knob(
            path="backup.schedule",
            doc="When to take base backups: minute, hour, day, month, weekday, in UTC.",
            default=backup.schedule,
            schema=CRON,
            flip="7 7 * * *",
            needs=on,
        ),
        Knob(
            path="backup.keep",
            doc="Full backups to keep, with all that depends on them.",
            default=backup.keep,
            schema=s.POSITIVE,
            needs=on,
        ),
    ]
