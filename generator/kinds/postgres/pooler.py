"""The values of the pooler in front of a PostgreSQL cluster."""

from __future__ import annotations

from generator.kinds.api import Knob
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.common.app import read_image
from generator.kinds.data import knobs as d
from generator.kinds.postgres.settings import POOLER_EXPORTER_IMAGE, Pooler


def pooler_knobs(pooler: Pooler, *, metrics: bool) -> list[Knob]:
    found = [
        *k.image(pooler.image, at="pooler.image", what="the pooler"),
        *connection_knobs(pooler),
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


def connection_knobs(pooler: Pooler) -> list[Knob]:
    """How many there are, and how many connections each has."""
    return [
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
    ]
