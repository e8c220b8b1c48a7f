"""The ports of the operator's pods, and who may come in there through a service mesh."""

from __future__ import annotations

from typing import Final

from generator.kinds.common.mesh import Door
from generator.kinds.postgres.settings import (
    EXPORTER_PORT,
    POOLER_EXPORTER_PORT,
    PORT,
    Settings,
)

#: Where a member tells the operator and the other members how it is.
STATUS_PORT: Final = 8000


def server_doors(settings: Settings) -> tuple[Door, ...]:
    pooler = (settings.pooler.name,) if settings.pooler else ()
    return (
        Door(port=PORT, callers=True, own=True, accounts=pooler, jobs=("test",)),
        Door(port=STATUS_PORT, outside=True),
        Door(port=EXPORTER_PORT, scraper=True),
    )


def pooler_doors(settings: Settings) -> tuple[Door, ...]:
    return (
        Door(port=PORT, callers=True, jobs=("test",)),
        Door(port=POOLER_EXPORTER_PORT, scraper=True),
    )
