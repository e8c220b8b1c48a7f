"""The ports of a PostgreSQL cluster, and who may come in there through a service mesh."""

from __future__ import annotations

from generator.kinds.common.mesh import Door
from generator.kinds.postgres.settings import (
    AGENT_METRICS_PORT,
    AGENT_PORT,
    EXPORTER_PORT,
    PATRONI_PORT,
    POOLER_EXPORTER_PORT,
    PORT,
    Settings,
)


def server_doors(settings: Settings) -> tuple[Door, ...]:
    """Of the members: applications that go around the pooler, the pooler, each other, the Jobs."""
    pooler = (settings.pooler.name,) if settings.pooler else ()
    jobs = ("configure", "backup") if settings.backup else ("configure",)
    doors = [
        Door(port=PORT, callers=True, own=True, accounts=pooler),
        Door(port=PATRONI_PORT, own=True, jobs=jobs),
        Door(port=AGENT_METRICS_PORT, scraper=True),
    ]
    if settings.backup:
        # The check of restores comes with the account of the members.
        doors.append(Door(port=AGENT_PORT, own=True, jobs=("backup",)))
    if settings.metrics:
        doors.append(Door(port=EXPORTER_PORT, scraper=True))
    return tuple(doors)


def pooler_doors(settings: Settings) -> tuple[Door, ...]:
    """Of the pooler. The test comes with the account of the members."""
    doors = [Door(port=PORT, callers=True, own=True)]
    if settings.metrics:
        doors.append(Door(port=POOLER_EXPORTER_PORT, scraper=True))
    return tuple(doors)
