"""The values of a PostgreSQL cluster's backups."""

from __future__ import annotations

from typing import Final

from generator.kinds.api import Knob
from generator.kinds.common import schemas as s
from generator.kinds.postgres.settings import Backup

CRON: Final[s.Schema] = {"type": "string", "pattern": "^(\\S+ ){4}\\S+$"}
BUCKET: Final[s.Schema] = {"type": "string", "pattern": "^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$"}


def backup_knobs(backup: Backup) -> list[Knob]:
    return [
        Knob(
            path="backup.enabled",
            doc="Archive the write-ahead log and take base backups.",
            default=True,
            schema=s.BOOLEAN,
        ),
        *_place_knobs(backup),
        *_store_knobs(backup),
        Knob(
            path="backup.schedule",
            doc="When to take base backups: minute, hour, day, month, weekday, in UTC.",
            default=backup.schedule,
            schema=CRON,
            flip="7 7 * * *",
            needs=_ON,
        ),
        Knob(
            path="backup.keep",
            doc="Full backups to keep, with all that depends on them.",
            default=backup.keep,
            schema=s.POSITIVE,
            needs=_ON,
        ),
    ]


def _place_knobs(backup: Backup) -> list[Knob]:
    """Where in the store."""
    return [
        Knob(
            path="backup.bucket",
            doc="Bucket of the object store. Required.",
            default=backup.bucket,
            schema=BUCKET,
            flip="another-bucket",
            needs=_ON,
        ),
        Knob(
            path="backup.path",
            doc="Path in the bucket. Namespace, component and generation follow it.",
            default=backup.path,
            schema=s.STRING,
            flip="another/path",
            needs=_ON,
        ),
        Knob(
            path="backup.generation",
            doc="Last part of the path. A cluster that was restored needs a new one.",
            default="1",
            schema=s.NAME,
            flip="2",
            needs=_ON,
        ),
    ]


def _store_knobs(backup: Backup) -> list[Knob]:
    """Which store, and who may write there."""
    return [
        Knob(
            path="backup.region",
            doc="Region of the bucket.",
            default=backup.region,
            schema=s.STRING,
            needs=_ON,
        ),
        Knob(
            path="backup.endpoint",
            doc="Address of an object store that is not Amazon's. Empty means Amazon's.",
            default=backup.endpoint,
            schema=s.STRING,
            flip="https://objects.example.com",
            needs=_ON,
        ),
        Knob(
            path="backup.secret",
            doc="Secret with `access-key-id` and `secret-access-key`. Empty means the identity "
            "that the cloud gives to the service account.",
            default=backup.secret,
            schema=s.STRING,
            flip="another-secret",
            needs=_ON,
        ),
    ]


_ON = {"backup.enabled": True}
