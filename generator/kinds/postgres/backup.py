"""The values of a PostgreSQL cluster's backups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from generator.kinds.api import Container, Knob, SecretNeed
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.postgres.settings import Backup

CRON: Final[s.Schema] = {"type": "string", "pattern": "^(\\S+ ){4}\\S+$"}
ENDPOINT: Final[s.Schema] = {"type": "string", "pattern": "^(https://\\S+)?$"}
FROM: Final[s.Schema] = {"type": "string", "pattern": "^([a-z0-9.-]+(/[a-z0-9.-]+){2})?$"}
TIME: Final[s.Schema] = {
    "type": "string",
    "pattern": "^([0-9]{4}(-[0-9]{2}){2} ([0-9]{2}:){2}[0-9]{2}(\\.[0-9]{1,6})?[+-][0-9]{2})?$",
}
BUCKET: Final[s.Schema] = {"type": "string", "pattern": "^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$"}


def store_secrets(backup: Backup) -> Iterator[SecretNeed]:
    """The Secrets that lead to the store, with any engine."""
    if backup.secret:
        yield SecretNeed(
            name=backup.secret,
            keys=("access-key-id", "secret-access-key"),
            when={"backup.enabled": True, "backup.secret": True},
            value="backup.secret",
        )
    if backup.ca:
        yield SecretNeed(
            name=backup.ca,
            keys=("ca.crt",),
            when={"backup.enabled": True, "backup.caSecret": True},
            value="backup.caSecret",
        )


def backup_knobs(backup: Backup, check: Container) -> list[Knob]:
    return [
        switch(),
        *place_knobs(backup),
        *store_knobs(backup),
        schedule(backup),
        Knob(
            path="backup.keep",
            doc="Full backups to keep, with all that depends on them.",
            default=backup.keep,
            schema=s.POSITIVE,
            needs=ON,
        ),
        *_check_knobs(check),
        *restore_knobs(),
    ]


def switch() -> Knob:
    return Knob(
        path="backup.enabled",
        doc="Archive the write-ahead log and take base backups.",
        default=True,
        schema=s.BOOLEAN,
    )


def schedule(backup: Backup) -> Knob:
    return Knob(
        path="backup.schedule",
        doc="When to take base backups: minute, hour, day, month, weekday, in UTC.",
        default=backup.schedule,
        schema=CRON,
        flip="7 7 * * *",
        needs=ON,
    )


def _check_knobs(check: Container) -> list[Knob]:
    """The restore that is tried now and then."""
    at = "backup.restoreCheck"
    return [
        Knob(
            path=f"{at}.enabled",
            doc="Now and then restore the newest backup into a volume of its own, which is as "
            "large as a member's and gone afterwards, and look at it.",
            default=True,
            schema=s.BOOLEAN,
            needs=ON,
        ),
        Knob(
            path=f"{at}.schedule",
            doc="When to try a restore, in UTC.",
            default="30 2 * * 0",
            schema=CRON,
            flip="7 7 * * *",
            needs=_CHECK_ON,
        ),
        Knob(
            path=f"{at}.maxDays",
            doc="Days without a try after which somebody is told: more than lie between two.",
            default=9,
            schema=s.POSITIVE,
            needs=_CHECK_ON,
        ),
        Knob(
            path=f"{at}.query",
            doc="SQL that gives `t` in the application's database when what was restored is good.",
            default="SELECT true",
            schema=s.NOT_EMPTY,
            flip="SELECT count(*) > 0 FROM orders",
            needs=_CHECK_ON,
        ),
        *(
            replace(knob, needs=_CHECK_ON)
            for knob in k.resources(
                check, at=f"{at}.resources", doc="Requests and limits of that restore."
            )
        ),
    ]


def restore_knobs() -> list[Knob]:
    """Where a new cluster begins when not with an empty database."""
    return [
        Knob(
            path="restore.from",
            doc="Begin a new cluster with what another one, or an earlier generation of this one, "
            "left in the store: NAMESPACE/COMPONENT/GENERATION below backup.path. A cluster that "
            "exists is not touched.",
            default="",
            schema=FROM,
            flip="shop/old/2",
            needs=ON,
        ),
        Knob(
            path="restore.time",
            doc="Restore up to this time, like 2026-11-28 12:00:00+00. Empty means all there is.",
            default="",
            schema=TIME,
            flip="2026-11-28 12:00:00+00",
            needs={**ON, "restore.from": "shop/old/1"},
        ),
    ]


def place_knobs(backup: Backup) -> list[Knob]:
    """Where in the store."""
    return [
        Knob(
            path="backup.bucket",
            doc="Bucket of the object store. Required.",
            default=backup.bucket,
            schema=BUCKET,
            flip="another-bucket",
            needs=ON,
        ),
        Knob(
            path="backup.path",
            doc="Path in the bucket. Namespace, component and generation follow it.",
            default=backup.path,
            schema=s.STRING,
            flip="another/path",
            needs=ON,
        ),
        Knob(
            path="backup.generation",
            doc="Last part of the path. A cluster that was restored needs a new one.",
            default="1",
            schema=s.NAME,
            flip="2",
            needs=ON,
        ),
    ]


def store_knobs(backup: Backup) -> list[Knob]:
    """Which store, and who may write there."""
    return [
        Knob(
            path="backup.region",
            doc="Region of the bucket.",
            default=backup.region,
            schema=s.STRING,
            needs=ON,
        ),
        Knob(
            path="backup.endpoint",
            doc="Address of an object store that is not Amazon's. Empty means Amazon's.",
            default=backup.endpoint,
            schema=ENDPOINT,
            flip="https://objects.example.com",
            needs=ON,
        ),
        Knob(
            path="backup.secret",
            doc="Secret with `access-key-id` and `secret-access-key`. Empty means the identity "
            "that the cloud gives to the service account.",
            default=backup.secret,
            schema=s.STRING,
            flip="another-secret",
            needs=ON,
        ),
        Knob(
            path="backup.caSecret",
            doc="Secret with `ca.crt`, the authority of the store's certificate. Empty means "
            "those that the image knows.",
            default=backup.ca,
            schema=s.STRING,
            flip="another-ca",
            needs=ON,
        ),
    ]


ON = {"backup.enabled": True}
_CHECK_ON = {**ON, "backup.restoreCheck.enabled": True}
