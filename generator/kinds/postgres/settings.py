"""The settings of a PostgreSQL cluster, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from generator.kinds.api import Claim, Container
from generator.kinds.common.app import Image, read_image, read_resources
from generator.kinds.common.server import read_claim
from generator.kinds.data.settings import EXISTING, container, read_container

#: Who keeps the cluster.
PATRONI: Final = "patroni"
CNPG: Final = "cnpg"

#: Connections that ordinary roles can't have (superuser_reserved_connections).
SUPERUSERS: Final = 5
#: Connections of exporters (3), Patroni (3), the agent (3) and administrators (5).
OURS: Final = 14

SERVER_IMAGES: Final[Mapping[str, str]] = {
    PATRONI: "docker.io/timescale/timescaledb-ha:pg18.4-ts2.28.2-oss",
    CNPG: "ghcr.io/cloudnative-pg/postgresql:18.4-system-trixie",
}
POOLER_IMAGE: Final = "ghcr.io/cloudnative-pg/pgbouncer:1.25.1"
EXPORTER_IMAGE: Final = "quay.io/prometheuscommunity/postgres-exporter:v0.20.1"
POOLER_EXPORTER_IMAGE: Final = "quay.io/prometheuscommunity/pgbouncer-exporter:v0.12.1"

#: Ports that nothing in a spec can change.
PORT: Final = 5432
PATRONI_PORT: Final = 8008
AGENT_PORT: Final = 8009
AGENT_METRICS_PORT: Final = 8010
EXPORTER_PORT: Final = 9187
POOLER_EXPORTER_PORT: Final = 9127

#: Parameters that all members must share: Patroni takes them from its state, not from files.
SHARED_PARAMETERS: Final = (
    "max_locks_per_transaction",
    "max_prepared_transactions",
    "max_replication_slots",
    "max_wal_senders",
    "max_worker_processes",
    "track_commit_timestamp",
    "wal_keep_size",
    "wal_log_hints",
)

#: Parameters that the chart sets by itself, and what to do instead.
RESERVED: Final[Mapping[str, str]] = {
    "max_connections": "write connections: 200 beside parameters",
    "superuser_reserved_connections": "the chart counts on 5: remove it",
}

#: Server parameters that a spec need not say; its own win. The chart derives the others
#: from the memory limit and the size of the volume.
PARAMETERS: Final[Mapping[str, Any]] = {
    "max_wal_senders": 15,
    "max_replication_slots": 15,
    "max_worker_processes": 16,
    "wal_log_hints": "on",
    "hot_standby_feedback": "on",
    "work_mem": "16MB",
    "password_encryption": "scram-sha-256",
    "log_min_duration_statement": "500ms",
    "log_lock_waits": "on",
    "log_temp_files": "10MB",
    "log_checkpoints": "on",
    "log_connections": "on",
    "log_disconnections": "on",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track": "top",
    "track_io_timing": "on",
    "compute_query_id": "on",
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": 60,
}

#: Parameters of those that CloudNativePG sets itself, or better: it loads the libraries that
#: parameters ask for, and needs more slots and processes than members.
NOT_FOR_CNPG: Final = (
    "max_replication_slots",
    "max_worker_processes",
    "shared_preload_libraries",
    "wal_log_hints",
)

#: Settings by the engine that has no use for them.
FOREIGN: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    PATRONI: (("backup", "window"),),
    CNPG: (("version",), ("maxReplicas",), ("backup", "keep")),
}

#: Times between backups, as a CronJob has them. Only times that divide a day are regular there.
SCHEDULES: Final[Mapping[str, str]] = {
    "15m": "*/15 * * * *",
    "30m": "*/30 * * * *",
    **{f"{hours}h": f"0 */{hours} * * *" for hours in (2, 3, 4, 6, 8, 12)},
    "1h": "0 * * * *",
    "24h": "0 0 * * *",
    "1d": "0 0 * * *",
}


@dataclass(frozen=True, kw_only=True)
class Pooler:
    """PgBouncer: `connections` are the most of one replica to the server."""

    name: str
    replicas: int
    connections: int
    pool_size: int
    clients: int
    image: Image
    resources: Container


@dataclass(frozen=True, kw_only=True)
class Backup:
    """Base backups and archived log in an object store."""

    bucket: str
    path: str
    schedule: str
    keep: int
    window: str
    region: str
    endpoint: str
    secret: str
    ca: str


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Of either engine. CloudNativePG's members have no containers of ours, nor a `version`."""

    engine: str
    database: str
    user: str
    version: int
    image: Image
    replicas: int
    max_replicas: int
    storage: Claim
    resources: Container
    connections: int
    parameters: tuple[tuple[str, Any], ...]
    pooler: Pooler | None
    backup: Backup | None
    tls: str
    secret: str
    metrics: bool
    agent: Container
    exporter: Container
    job: Container
    check: Container
    #: Settings that were given, and are the other engine's.
    misplaced: tuple[tuple[str, ...], ...]

    @property
    def budget(self) -> int:
        """Connections that are left for poolers or, without one, for the applications."""
        return self.connections - SUPERUSERS - OURS


def read_settings(name: str, data: Mapping[str, Any]) -> Settings:
    engine = data.get("engine", PATRONI)
    replicas, connections = data.get("replicas", 3), data.get("connections", 100)
    backup = read_backup(data.get("backup", {"to": "none"}))
    return Settings(
        engine=engine,
        database=data["database"],
        user=data.get("user", "app"),
        version=data.get("version", 18),
        image=read_image(data.get("image", SERVER_IMAGES[engine])),
        replicas=replicas,
        max_replicas=data.get("maxReplicas", replicas + 2),
        storage=read_claim(data["storage"]),
        resources=read_resources(data["resources"]),
        connections=connections,
        parameters=tuple({**_defaults(engine), **data.get("parameters", {})}.items()),
        pooler=read_pooler(name, data.get("pooler", {}), connections - SUPERUSERS - OURS),
        backup=backup,
        tls=data.get("tls", EXISTING),
        secret=data.get("secret", f"{name}-credentials"),
        metrics=data.get("metrics", True),
        # Compressing a base backup is the agent's only work that is felt.
        agent=container(
            ("50m", "1" if backup else "200m"), ("64Mi", "512Mi" if backup else "128Mi")
        ),
        exporter=container(("20m", "200m"), ("32Mi", "128Mi")),
        job=container(("10m", "200m"), ("32Mi", "128Mi")),
        check=container(("100m", "1"), ("256Mi", "1Gi")),
        misplaced=tuple(path for path in FOREIGN[engine] if _given(data, path)),
    )


def _defaults(engine: str) -> dict[str, Any]:
    """Parameters that a spec need not say. The operator has its own word for some."""
    kept = NOT_FOR_CNPG if engine == CNPG else ()
    return {name: value for name, value in PARAMETERS.items() if name not in kept}


def _given(data: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    for key in path[:-1]:
        data = data.get(key, {})
    return path[-1] in data


def read_pooler(name: str, data: Any, budget: int) -> Pooler | None:
    if data is False:
        return None
    replicas = data.get("replicas", 2)
    connections = data.get("connections", max(budget // replicas, 1))
    return Pooler(
        name=data.get("name", f"{name}-pgbouncer"),
        replicas=replicas,
        connections=connections,
        pool_size=data.get("poolSize", max(connections * 3 // 4, 1)),
        clients=data.get("clients", 2000),
        image=read_image(data.get("image", POOLER_IMAGE)),
        resources=read_container(
            data.get("resources"), container(("100m", "500m"), ("64Mi", "256Mi"))
        ),
    )


def read_backup(data: Mapping[str, Any]) -> Backup | None:
    if data["to"] == "none":
        return None
    bucket, _, path = data["to"].removeprefix("s3://").partition("/")
    return Backup(
        bucket=bucket,
        path=path,
        schedule=SCHEDULES[data.get("every", "6h")],
        keep=data.get("keep", 8),
        window=data.get("window", "8d"),
        region=data.get("region", "us-east-1"),
        endpoint=data.get("endpoint", ""),
        secret=data.get("secret", ""),
        ca=data.get("ca", ""),
    )
