"""The exporters beside databases, poolers and caches say what rules and dashboards ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from generator.kinds.postgres import metrics as of_postgres
from generator.kinds.redis import metrics as of_redis
from tests.data import pods
from tests.data.nodes import DEBIAN, DOMAIN, Nodes
from tests.data.pooler import PASSWORDS, Pooler, opened
from tests.data.server import VERSION, Server
from tests.exporters.exposition import differences, said
from tests.exporters.running import exporting, listening, page
from tests.kinds.data import CACHE, DATABASE, free_port, until
from tests.kinds.rendering import Objects, build, container

NET = "127.0.44"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Pooler]]:
    ledger = build(tmp_path_factory.mktemp("ledger"), {"ledger": DATABASE})
    objects = ledger.render({"ledger": {"postgresVersion": VERSION}})
    with opened() as outer, opened() as inner:
        port = free_port()
        pooler = Pooler(ledger, outer, tls=True, server=("localhost", port))
        pooler.users.chmod(0o644)
        pooler.certify()
        server = Server(inner, objects, pooler.pair, port)
        try:
            server.begin()
            with pooler.start():
                pooler.says("process up")
                yield server, pooler
        finally:
            server.stop()


def test_the_database_s(both: tuple[Server, Pooler], tmp_path: Path) -> None:
    server, _ = both
    # What is only said where there is some of it.
    server.sql("SELECT pg_create_physical_replication_slot('copy', true)")
    server.sql("SELECT pg_stat_statements_reset()", "postgres")
    server.sql("SELECT count(*) FROM pg_class", "postgres")
    server.sql("BEGIN; CREATE TABLE archived (); SELECT pg_switch_wal(); COMMIT")
    rendered = container(server.objects.one("StatefulSet", "ledger"), "metrics")
    env = server.environment("StatefulSet", "ledger", "metrics")
    env["DATA_SOURCE_URI"] += f"&port={server.port}"
    port = free_port()
    words = listening(rendered["args"], port)
    with exporting("postgres_exporter", words, port, tmp_path / "log", env) as address:
        found = said(page(f"{address}/metrics"))
    # The chart's 0.20 no longer says by which address it asked (its collectors do not).
    assert differences(of_postgres.EXPORTER, found, more=["server"]) == []


def test_the_pooler_s(both: tuple[Server, Pooler], tmp_path: Path) -> None:
    server, pooler = both
    rendered = container(server.objects.one("Deployment", "ledger-pgbouncer"), "metrics")
    env = pods.environment(
        rendered,
        fields={},
        secrets={"exporter-password": PASSWORDS["EXPORTER_PASSWORD"]},
        places={},
    )
    name = "PGBOUNCER_EXPORTER_CONNECTION_STRING"
    assert "127.0.0.1:5432" in env[name]
    env[name] = env[name].replace(":5432", f":{pooler.port}")
    port = free_port()
    words = listening(rendered["args"], port)
    client = {"host": "localhost", "port": pooler.port, "dbname": "orders", "user": "app"}
    with (
        psycopg.connect(
            **client, password=PASSWORDS["APP_PASSWORD"], sslmode="require", prepare_threshold=None
        ),
        exporting("pgbouncer_exporter", words, port, tmp_path / "log", env) as address,
    ):
        found = said(page(f"{address}/metrics"))
    assert differences(of_postgres.POOLER, found) == []


class Named(Nodes):
    """Their certificate has their addresses, which no name leads to here."""

    def _certify(self) -> None:
        super()._certify()
        pair = self.authority.issue_cert(
            *(f"{NET}.{number + 1}" for number in range(6)), "localhost"
        )
        tls = self.folder / "tls"
        pair.private_key_pem.write_to_path(str(tls / "tls.key"))
        pair.cert_chain_pems[0].write_to_path(str(tls / "tls.crt"))


@pytest.fixture
def rendered(tmp_path: Path) -> Objects:
    return build(tmp_path, {"cache": CACHE}).render()


@pytest.fixture
def nodes(rendered: Objects, tmp_path: Path) -> Iterator[Nodes]:
    made = Named(tmp_path, rendered, DEBIAN)
    try:
        for number in range(6):
            made.start(number, f"{NET}.{number + 1}")
        until(lambda: made.shards == [1, 1, 1], "three masters with a replica each", 120, 0.5)
        until(made.ready, "six ready nodes", 120, 0.5)
        yield made
    finally:
        made.stop_all()


def test_the_cache_s(rendered: Objects, nodes: Nodes, tmp_path: Path) -> None:
    exporter = container(rendered.one("StatefulSet", "cache"), "metrics")
    texts = []
    for role in ("master", "slave"):
        number = next(n for n in range(6) if role in nodes.flags(n))
        env = nodes.env(exporter, number, nodes.address_of[number])
        assert env["REDIS_ADDR"] == f"rediss://cache-{number}.{DOMAIN}:6379"
        env["REDIS_ADDR"] = f"rediss://{nodes.address_of[number]}:{nodes.port}"
        port = free_port()
        words = [f"--web.listen-address=127.0.0.1:{port}"]
        log = tmp_path / f"exporter{number}"
        with exporting("redis_exporter", words, port, log, env) as address:
            texts.append(page(f"{address}/metrics"))
    assert differences(of_redis.EXPORTER, said(*texts)) == []
