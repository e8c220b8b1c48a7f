"""The leader goes: by accident, for a while, or because somebody wants another one."""

from __future__ import annotations

import contextlib
import os
import signal
import time

import psycopg

from tests.data.ledger import CONFIG, NAME
from tests.data.members import Members
from tests.data.patroni.applications import Figure, applications, go_on, told


def test_kill_of_the_leader(members: Members, figure: Figure):
    """It dies with transactions that nobody else has, so it can only come back by pg_rewind."""
    old = members.leader
    with applications(members) as clerks:
        members.kubelet.held.add(old)
        # What it writes from now on, it sends to nobody.
        senders = members.pod(old).processes(NAME, f"postgres: {NAME}: walsender")
        assert len(senders) == 2
        for pid in senders:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(1)
        members.pod(old).kill(NAME)
        go_on(members, clerks, 20)
        assert members.leader != old
        told(figure, "kill -9 of the leader", clerks)
        begin = time.monotonic()
        members.kubelet.held.discard(old)
        members.form()
        took = time.monotonic() - begin
    assert members.pod(old).says("pg_rewind exit code=0")
    figure("postgres: the former leader follows again, by pg_rewind", f"{took:.1f} s")


def test_switchover(members: Members, figure: Figure):
    old = members.leader
    heir = next(row["name"] for row in members.table() if row["role"] != "leader")
    words = ["patronictl", "--config-file", CONFIG, "switchover", "--force"]
    with applications(members) as clerks:
        said = members.pod(old).call(NAME, [*words, "--leader", old, "--candidate", heir])
        assert f'Successfully switched over to "{heir}"' in said
        members.form()
        assert members.leader == heir
    told(figure, "switchover", clerks)


def test_thirty_seconds_without_the_api_server(members: Members, figure: Figure):
    """The leader asks all others, and goes on: an outage of Kubernetes is none of the database."""
    leader = members.leader
    with applications(members) as clerks:
        members.way.freeze()
        before = {name: len(clerk.acknowledged) for name, clerk in clerks.items()}
        time.sleep(32)
        # Longer than a leader's lease lasts; and it still goes on.
        late = {name: len(clerk.acknowledged) for name, clerk in clerks.items()}
        go_on(members, clerks, 10)
        rows = sum(late.values()) - sum(before.values())
        members.way.thaw()
        members.form()
    figure("postgres: rows written in 32 s without the API server", str(rows))
    told(figure, "no API server for 32 s", clerks)
    assert members.leader == leader
    assert members.pod(leader).says(
        "because failsafe mode is enabled and all members are accessible"
    )


def test_full_disk_of_the_leader(members: Members, figure: Figure):
    old = members.leader
    ballast = members.around.claims[f"pgdata-{old}"] / "ballast"
    with applications(members) as clerks:
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 65536)
        try:
            members.wait(lambda: fill(members, old), "the end of the space")
            members.wait(lambda: members.leader != old, "another leader")
            go_on(members, clerks, 20)
            told(figure, "disk of the leader full", clerks)
        finally:
            ballast.unlink()
        begin = time.monotonic()
        members.form()
        figure("postgres: space again, until it follows", f"{time.monotonic() - begin:.1f} s")


def fill(members: Members, name: str) -> bool:
    """Write new segments of the log until the server can't."""
    statement = (
        "SELECT count(pg_logical_emit_message(false, 'fill', repeat('x', 8000)))"
        " FROM generate_series(1, 2000)"
    )
    options = members.options(name, "postgres", options="-c synchronous_commit=local")
    try:
        with psycopg.connect(**options, autocommit=True) as connection:
            for _ in range(20):
                connection.execute(statement)
    except psycopg.Error:
        return members.pod(name).says("No space left on device")
    return False
