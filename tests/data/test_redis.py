"""Six servers with the rendered configuration and agents: what a Redis cluster survives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.data.commands import APPLICATION_REFUSED, EXPORTER, REPLICATION
from tests.data.nodes import DEBIAN, Nodes
from tests.data.resp import ReplyError
from tests.data.writers import Writer, lost, writing
from tests.kinds.data import CACHE, until
from tests.kinds.rendering import build

#: Seconds. It takes a few; a machine with other work takes its time.
LONG = 120

Figure = Callable[[str, str], None]


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    """As the chart's values are: for Valkey, encrypted."""
    made = Nodes(tmp_path, build(tmp_path, {"cache": CACHE}).render(), DEBIAN)
    assert made.tls
    try:
        yield made
    finally:
        made.stop_all()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Nodes]:
    """One node that holds all slots, with little memory."""
    values = {"cache": {"replicas": 1, "maxmemory": "16Mi"}}
    made = Nodes(tmp_path, build(tmp_path, {"cache": CACHE}).render(values), DEBIAN)
    made.start(0, "127.0.41.1")
    try:
        until(made.ready, "one ready node", LONG, 0.3)
        yield made
    finally:
        made.stop_all()


def test_a_cluster_survives_what_happens_to_it(nodes, figure: Figure):
    formed = form(nodes, figure)
    with writing(nodes, formed) as writers:
        until(lambda: all(len(w.replicated) > 100 for w in writers.values()), "writes", LONG)
        victim = lose_a_master(nodes, writers, formed, figure)
    everything(nodes, writers, "kill -9 of a master", figure)
    move_all(nodes, figure)
    everything(nodes, writers, "all addresses changed", figure)
    with writing(nodes, formed) as later:
        restart_one_by_one(nodes, figure)
    longest = max(writer.outage for writer in later.values())
    figure("redis: rolling restart, longest time without a write", f"{longest:.1f} s")
    everything(nodes, writers, "rolling restart, keys from before", figure)
    everything(nodes, later, "rolling restart, keys written meanwhile", figure)
    assert victim in nodes.running


def form(nodes: Nodes, figure: Figure) -> dict[str, int]:
    """Six new nodes become a cluster: a tag of keys for each master, and its number."""
    begin = time.monotonic()
    for number in range(6):
        nodes.start(number, f"127.0.40.{number + 1}")
    until(lambda: nodes.shards == [1, 1, 1], "three masters with a replica each", LONG, 0.5)
    until(nodes.ready, "six ready nodes", LONG, 0.5)
    figure("redis: formation of six nodes", f"{time.monotonic() - begin:.1f} s")
    found: dict[str, int] = {}
    for number in range(6):
        ranges = next(row[8:] for row in nodes.table(number) if "myself" in row[2])
        for first, last in (map(int, each.split("-")) for each in ranges):
            tag = next(
                str(n)
                for n in range(1000)
                if first <= int(nodes.ask(number, "cluster", "keyslot", str(n))) <= last
            )
            found[tag] = number
    assert len(found) == 3
    return found


def lose_a_master(
    nodes: Nodes, writers: dict[str, Writer], formed: dict[str, int], figure: Figure
) -> int:
    """kill -9, and nothing starts it anew before its replica has taken over."""
    tag, victim = next(iter(formed.items()))
    other = next(number for number in formed.values() if number != victim)
    before = {t: w.outage for t, w in writers.items()}
    writes = len(writers[tag].answered)
    nodes.kill(victim)
    until(lambda: len(writers[tag].answered) > writes + 20, "writes to the heir", LONG)
    figure("redis: kill -9 of a master, its shard without a write", f"{writers[tag].outage:.1f} s")
    assert writers[tag].outage > before[tag]
    rest = max(w.outage for t, w in writers.items() if t != tag)
    figure("redis: the other shards meanwhile", f"{rest:.1f} s")
    assert rest < 3, "one shard that is away must not take the others with it"
    nodes.stop(victim)
    nodes.start(victim, f"127.0.40.{victim + 1}")
    until(lambda: nodes.ready([victim]), "the former master to follow", LONG, 0.3)
    assert "slave" in nodes.flags(victim)
    assert "cluster_state:ok" in nodes.ask(other, "cluster", "info")
    return victim


def move_all(nodes: Nodes, figure: Figure) -> None:
    """All pods get new addresses at once: without the agent the cluster never comes back."""
    nodes.stop_all()
    begin = time.monotonic()
    for number in range(6):
        nodes.start(number, f"127.0.42.{number + 1}")
    until(nodes.ready, "six ready nodes at new addresses", LONG, 0.5)
    figure("redis: all addresses changed, until all are ready", f"{time.monotonic() - begin:.1f} s")


def restart_one_by_one(nodes: Nodes, figure: Figure) -> None:
    """As a StatefulSet does: the last first, each at a new address, ready before the next."""
    begin = time.monotonic()
    for number in reversed(range(6)):
        nodes.stop(number)
        nodes.start(number, f"127.0.43.{number + 1}")
        until(lambda number=number: nodes.ready([number]), f"node {number}", LONG, 0.3)
    figure("redis: rolling restart of six nodes", f"{time.monotonic() - begin:.1f} s")
    until(nodes.ready, "all nodes", LONG, 0.5)


def everything(nodes: Nodes, writers: dict[str, Writer], when: str, figure: Figure) -> None:
    """No key that a replica confirmed is lost. Of the others it is told how many are."""
    replicated = sum(len(writer.replicated) for writer in writers.values())
    gone = sum(len(lost(nodes, writer, writer.replicated)) for writer in writers.values())
    figure(f"redis: {when}: keys lost that WAIT 1 confirmed", f"{gone} of {replicated}")
    answered = sum(len(writer.answered) for writer in writers.values())
    less = sum(len(lost(nodes, writer, writer.answered)) for writer in writers.values())
    figure(f"redis: {when}: keys lost that only a master had", f"{less} of {answered}")
    assert (replicated > 300, gone) == (True, 0)


def test_a_full_memory_spares_what_does_not_expire(alone, figure: Figure):
    connection = alone.connect(0)
    for number in range(500):
        connection.command("SET", f"lock:{number}", "x" * 2000)
    for number in range(3000):
        connection.command("SET", f"page:{number}", "x" * 10000, "EX", 3600)
    stats = connection.command("INFO", "stats")
    evicted = int(next(line for line in stats.split("\r\n") if "evicted_keys" in line)[13:])
    kept = connection.commands([("EXISTS", f"lock:{number}") for number in range(500)])
    assert evicted > 1000
    assert sum(kept) == 500
    figure("redis: memory full, evicted of 3000 that expire", str(evicted))
    figure("redis: memory full, evicted of 500 that don't", str(500 - sum(kept)))
    # Nothing left that may go: writes are refused, and nothing is lost.
    with pytest.raises(ReplyError, match="OOM"):
        for number in range(3000):
            connection.command("SET", f"more:{number}", "x" * 10000)
    assert sum(connection.commands([("EXISTS", f"lock:{n}") for n in range(500)])) == 500
    connection.close()


def commands(nodes: Nodes) -> dict[str, int]:
    """All commands of the server and the least number of their words."""
    found = {}
    names = nodes.ask(0, "command", "list").split()
    connection = nodes.connect(0, "admin")
    for one in connection.command("COMMAND", "INFO", *names):
        for each in one[9] or [one]:
            found[each[0]] = abs(each[1])
    connection.close()
    return found


def test_users_can_do_exactly_what_they_should(alone):
    known = commands(alone)
    connection = alone.connect(0, "admin")

    def allowed(user: str) -> set[str]:
        """What the server would let the user do, of all that it can do."""
        found = set()
        for name, words in known.items():
            line = name.split("|")
            line += ["1"] * (words - len(line))
            answer = connection.command("ACL", "DRYRUN", user, *line)
            assert answer == "OK" or "has no permissions" in answer, (name, answer)
            if answer == "OK":
                found.add(name)
        return found

    assert allowed("admin") == set(known)
    assert set(known) - allowed("default") == APPLICATION_REFUSED
    assert allowed("exporter") == EXPORTER
    assert allowed("replication") == REPLICATION
    connection.close()
    # And as they come in.
    assert alone.ask(0, "set", "a", "1", user="default") == "OK"
    assert alone.ask(0, "config", "get", "maxmemory-policy").split()[1] == "volatile-lru"
    for user, words in (
        ("default", ("flushall",)),
        ("exporter", ("get", "a")),
        ("replication", ("get", "a")),
    ):
        assert alone.ask(0, *words, user=user).startswith("NOPERM"), (user, words)
