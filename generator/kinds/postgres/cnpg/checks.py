"""What no schema can say of a PostgreSQL cluster that CloudNativePG keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from generator.kinds.api import Problem
from generator.kinds.postgres import checks
from generator.kinds.postgres.cnpg.parameters import RESERVED
from generator.kinds.postgres.settings import Settings
from generator.spec.model import Component

#: Roles that the operator makes.
_TAKEN_ROLES = frozenset(
    ("postgres", "streaming_replica", "cnpg_pooler_pgbouncer", "cnpg_metrics_exporter")
)
#: The operator's name for the services of a cluster.
_ENDINGS = ("rw", "ro", "r")
#: The operator reads the major version from the tag.
_TAG = re.compile(r"[1-9][0-9]")

_INSTEAD: Mapping[tuple[str, ...], str] = {
    (
        "version",
    ): "the image's tag says it: image: ghcr.io/cloudnative-pg/postgresql:17.6-system-trixie",
    ("maxReplicas",): "remove it: replicas alone decides",
    ("backup", "keep"): "window: 8d, the time back to which any moment can be restored",
}


def cnpg_problems(component: Component) -> Iterator[Problem]:
    settings: Settings = component.settings
    yield from checks.memory_problems(settings)
    yield from checks.name_problems(settings, _TAKEN_ROLES)
    yield from checks.parameter_problems(settings, RESERVED)
    yield from checks.misplaced_problems(settings, _INSTEAD)
    yield from checks.pooler_problems(component, _ENDINGS)
    if not settings.metrics:
        yield Problem(
            path=("metrics",),
            rule="postgres-engine",
            message="the members that CloudNativePG makes always have an exporter",
            hint="remove it",
        )
    if _TAG.match(settings.image.tag) is None:
        yield Problem(
            path=("image",),
            rule="postgres-engine",
            message="CloudNativePG reads the major version of PostgreSQL from the image's tag, and "
            f"{settings.image.tag or 'no tag'} has none",
            hint="image: ghcr.io/cloudnative-pg/postgresql:18.4-system-trixie",
        )
