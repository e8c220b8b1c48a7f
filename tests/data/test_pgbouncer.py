"""The rendered PgBouncer before a real PostgreSQL with the rendered settings, encrypted."""

from __future__ import annotations

import asyncio
import resource
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from tests.data.pooler import PASSWORDS, Pooler, opened
from tests.data.server import VERSION, Server
from tests.kinds.data import DATABASE, free_port, until
from tests.kinds.rendering import Built, build

CLIENTS = 500
EACH = 6

Figure = Callable[[str, str], None]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("ledger"), {"ledger": DATABASE})


@pytest.fixture
def both(ledger: Built) -> Iterator[tuple[Server, Pooler]]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
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
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def options(pooler: Pooler) -> dict[str, Any]:
    """How an application connects. PgBouncer 1.18 can't keep prepared statements yet."""
    return {
        "host": "localhost",
        "port": pooler.port,
        "dbname": "orders",
        "user": "app",
        "password": PASSWORDS["APP_PASSWORD"],
        "sslmode": "verify-full",
        "sslrootcert": str(pooler.tls / "ca.crt"),
        "autocommit": True,
        "prepare_threshold": None,
    }


def test_the_server_takes_every_rendered_parameter(both: tuple[Server, Pooler]) -> None:
    server, _ = both
    refused = "SELECT name, error FROM pg_file_settings WHERE error IS NOT NULL OR NOT applied"
    assert server.sql(refused) == ""
    names = set(server.sql("SELECT name FROM pg_file_settings WHERE applied").split())
    assert set(server.parameters) <= names
    assert server.sql("SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL") == "0"
    assert server.sql("SELECT count(*) >= 0 FROM pg_stat_statements") == "t"


def test_many_clients_share_few_connections(both: tuple[Server, Pooler], figure: Figure) -> None:
    server, pooler = both
    server.sql("CREATE TABLE sums (client int, turn int)")
    server.sql("GRANT INSERT ON sums TO app")
    most, done = [0], threading.Event()
    counting = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'"

    def count() -> None:
        while not done.is_set():
            most[0] = max(most[0], int(server.sql(counting)))
            time.sleep(0.05)

    async def client(number: int, ready: asyncio.Barrier) -> None:
        async with await psycopg.AsyncConnection.connect(**options(pooler)) as connection:
            await ready.wait()  # all are connected before the first one writes
            for turn in range(EACH):
                async with connection.transaction():
                    await connection.execute("INSERT INTO sums VALUES (%s, %s)", (number, turn))
                    await connection.execute("SELECT pg_sleep(0.02)")

    async def all_of_them() -> None:
        ready = asyncio.Barrier(CLIENTS)
        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(client(number, ready))

    watcher = threading.Thread(target=count)
    watcher.start()
    begin = time.monotonic()
    try:
        asyncio.run(all_of_them())
    finally:
        done.set()
        watcher.join()
    took = time.monotonic() - begin
    assert server.sql("SELECT count(*) FROM sums") == str(CLIENTS * EACH)
    budget = int(pooler.settings["max_db_connections"])
    assert 1 < most[0] <= budget
    figure("pgbouncer: clients at once", str(CLIENTS))
    figure("pgbouncer: most connections to the server", f"{most[0]} of {budget}")
    figure("pgbouncer: transactions, none failed", f"{CLIENTS * EACH} in {took:.1f} s")


def test_clients_come_back_after_the_server_did(
    both: tuple[Server, Pooler], figure: Figure
) -> None:
    server, pooler = both
    clients = [psycopg.connect(**options(pooler)) for _ in range(20)]
    for client in clients:
        client.execute("SELECT 1")
    server.stop()
    server.start()
    begin = time.monotonic()
    again = 0
    for number in range(len(clients)):

        def works(number: int = number) -> bool:
            nonlocal again
            try:
                clients[number].execute("SELECT 1")
            except psycopg.OperationalError:
                again += 1
                clients[number].close()
                clients[number] = psycopg.connect(**options(pooler))
                return False
            return True

        until(works, f"client {number}", 20)
    took = time.monotonic() - begin
    for client in clients:
        client.close()
    figure("pgbouncer: server restarted, until 20 clients work", f"{took:.1f} s")
    figure("pgbouncer: clients that had to connect anew", f"{again} of {len(clients)}")
    assert took < 15
