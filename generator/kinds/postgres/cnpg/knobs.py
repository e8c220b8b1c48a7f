"""The values of a PostgreSQL cluster that CloudNativePG keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from generator.kinds.api import Knob
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.common.server import kube_api, spread, storage
from generator.kinds.data import knobs as d
from generator.kinds.data.settings import container
from generator.kinds.postgres import backup as of_backup
from generator.kinds.postgres.knobs import CONNECTIONS, PARAMETERS
from generator.kinds.postgres.pooler import connection_knobs
from generator.kinds.postgres.settings import Backup, Pooler, Settings

#: The plugin's container in each member: barman-cloud compresses and sends.
SIDECAR: Final = container(("50m", "1"), ("128Mi", "512Mi"))

WINDOW: Final[s.Schema] = {"type": "string", "pattern": "^[1-9][0-9]{0,3}[dwm]$"}


def cnpg_knobs(settings: Settings) -> list[Knob]:
    found = [
        *k.image(settings.image, what="the server"),
        Knob(
            path="replicas",
            doc="Members of the cluster: one leads, the others follow and take over.",
            default=settings.replicas,
            schema=s.POSITIVE,
        ),
        *storage(
            settings.storage,
            grows="The operator grows it where the storage class allows that, and refuses to "
            "shrink it.",
        ),
        *k.resources(settings.resources),
        *_server_knobs(settings),
        *d.tls(settings.tls),
        *_pod_knobs(),
        *_disruption(settings.pooler),
        *k.network_policy(),
        *kube_api(),
    ]
    if settings.pooler is not None:
        found += _pooler_knobs(settings.pooler)
    if settings.backup is not None:
        found += _backup_knobs(settings.backup)
    return found


def _server_knobs(settings: Settings) -> list[Knob]:
    return [
        Knob(
            path="credentialsSecret",
            doc="Secret with `username`, which is the role that owns the database, and `password`.",
            default=settings.secret,
            schema=s.NAME,
        ),
        Knob(
            path="maxConnections",
            doc="max_connections of the server. The poolers, 14 connections for the operator, "
            "exporters, poolers' own logins and administrators, and 5 for superusers must fit.",
            default=settings.connections,
            schema=CONNECTIONS,
            flip=settings.connections + 100,
        ),
        Knob(
            path="parameters",
            doc="Server parameters, as in postgresql.conf. Unless they are here, shared_buffers, "
            "effective_cache_size and maintenance_work_mem follow from the memory, wal_keep_size "
            "and max_slot_wal_keep_size from the size of the volume.",
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
        Knob(
            path="operatorNamespace",
            doc="Namespace of CloudNativePG, which asks the members how they are.",
            default="cnpg-system",
            schema=s.NAME,
            flip="another-namespace",
        ),
    ]


def _pod_knobs() -> list[Knob]:
    """Of the pods the operator decides on all but these."""
    wanted = ("podAnnotations", "podLabels")
    return [
        *(knob for knob in k.pod(26, 0) if knob.path in wanted),
        *k.scheduling(),
        spread(),
        *(knob for knob in k.service_account() if knob.path == "serviceAccount.annotations"),
    ]


def _disruption(pooler: Pooler | None) -> list[Knob]:
    """The operator knows how many members may go. Of poolers, it leaves that to others."""
    found = k.disruption(1)
    if pooler:
        doc = (
            "How many poolers may be away at once: a number or percent. Of the members, the "
            "operator decides."
        )
        return [
            replace(knob, doc=doc) if knob.path.endswith(".maxUnavailable") else knob
            for knob in found
        ]
    # One member alone has no budget, which would block the drain of its node for ever.
    several = {"replicas": 2}
    return [replace(knob, needs=several) for knob in found if knob.path.endswith(".enabled")]


def _pooler_knobs(pooler: Pooler) -> list[Knob]:
    return [
        *(
            knob
            for knob in k.image(pooler.image, at="pooler.image", what="the pooler")
            if not knob.path.endswith(".pullPolicy")
        ),
        *connection_knobs(pooler),
        *k.resources(
            pooler.resources, at="pooler.resources", doc="Requests and limits of the pooler."
        ),
    ]


def _backup_knobs(backup: Backup) -> list[Knob]:
    on = of_backup.ON
    return [
        of_backup.switch(),
        *of_backup.place_knobs(backup),
        *of_backup.store_knobs(backup),
        of_backup.schedule(backup),
        Knob(
            path="backup.window",
            doc="Time back to which any moment can be restored: days, weeks or months, like `8d`. "
            "What only older moments need is deleted.",
            default=backup.window,
            schema=WINDOW,
            flip="5w",
            needs=on,
        ),
        *k.resources(
            SIDECAR,
            at="backup.resources",
            doc="Requests and limits of the plugin's container in each member.",
        ),
        *of_backup.restore_knobs(),
    ]
