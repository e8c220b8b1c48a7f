"""The values of a Grafana subchart."""

from __future__ import annotations

from dataclasses import replace

from generator.kinds.api import Knob
from generator.kinds.common import knobs as k
from generator.kinds.common import schemas as s
from generator.kinds.common import server
from generator.kinds.grafana.settings import BUNDLED, EXTERNAL, SQLITE, Database, Settings

USER = 472


def knobs(settings: Settings, address: str) -> list[Knob]:
    return [
        *k.naming(),
        *k.image(settings.image),
        Knob(
            path="replicas",
            doc="Replicas. More than one need a database that they share.",
            default=settings.replicas,
            schema=s.COUNT,
            needs=_with_server(settings.database),
        ),
        *k.resources(settings.resources),
        *_database(settings.database),
        *_behaviour(address),
        *server.probes(("/healthz", "http"), ("/api/health", "http"), {"periodSeconds": 5}),
        *(replace(each, needs=_with_server(settings.database)) for each in k.wait()),
        *k.pod(USER, 45),
        *k.disruption(1),
        *k.service_account(),
        *k.network_policy(),
    ]


def _database(database: Database) -> list[Knob]:
    what = "the database"
    return [
        Knob(
            path="database.mode",
            doc="`bundled`: a PostgreSQL of its own. `external`: one that exists. `sqlite`: a "
            "file that goes with the pod, for one replica.",
            default=database.mode,
            schema=_MODES,
            flip=EXTERNAL if database.mode == BUNDLED else BUNDLED,
            needs={"database.host": "flipped.example.com"},
        ),
        *_external(database),
        *_names(database),
        *_of_bundled(k.image(database.image, at="database.image", what=what)),
        *_of_bundled(
            k.resources(
                database.resources,
                at="database.resources",
                doc="bundled: requests and limits of the database.",
            )
        ),
        *_of_bundled(server.storage(database.claim, at="database.storage")),
    ]


def _external(database: Database) -> list[Knob]:
    on = {"database.mode": EXTERNAL, "database.host": "database.example.com"}
    return [
        Knob(
            path="database.host",
            doc="external: host of the database.",
            default=database.host,
            schema=s.STRING,
            flip="flipped.example.com",
            needs=on,
        ),
        Knob(
            path="database.port",
            doc="external: port of the database.",
            default=database.port,
            schema=s.PORT,
            needs=on,
        ),
        Knob(
            path="database.sslMode",
            doc="external: how the connection is encrypted.",
            default="verify-full",
            schema=_SSL_MODES,
            flip="require",
            needs=on,
        ),
    ]


def _with_server(database: Database) -> dict[str, str]:
    """What must hold for values that a file in the place of a server has no use for."""
    return {"database.mode": BUNDLED} if database.mode == SQLITE else {}


def _names(database: Database) -> list[Knob]:
    return [
        Knob(
            path="database.name",
            doc="Name of the database.",
            default="grafana",
            schema=s.NAME,
            flip="flipped",
            needs=_with_server(database),
        ),
        Knob(
            path="database.user",
            doc="User of the database. The password is in a Secret.",
            default="grafana",
            schema=s.NAME,
            flip="flipped",
            needs=_with_server(database),
        ),
    ]


def _of_bundled(knobs: list[Knob]) -> list[Knob]:
    """The same knobs, which only matter to the database that comes with the chart."""
    return [replace(knob, needs={**knob.needs, "database.mode": BUNDLED}) for knob in knobs]


def _behaviour(address: str) -> list[Knob]:
    return [
        Knob(
            path="externalUrl",
            doc="Address that people reach it by, for links and sign-ins. Empty means none.",
            default=address,
            schema=s.STRING,
            flip="https://flipped.example.com",
        ),
        Knob(
            path="cookieSecure",
            doc="Only send the session's cookie over HTTPS. Browsers take `localhost` for that.",
            default=True,
            schema=s.BOOLEAN,
        ),
        Knob(
            path="extraConfig",
            doc="More of grafana.ini: section to key to value, as for a sign-in by OpenID Connect.",
            default={},
            schema=_SECTIONS,
            flip={"users": {"default_theme": "light"}},
        ),
    ]


_MODES = s.enum(BUNDLED, EXTERNAL, SQLITE)
_SSL_MODES = s.enum("disable", "require", "verify-ca", "verify-full")
_SECTIONS = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "additionalProperties": {"type": ["string", "number", "boolean"]},
    },
}
