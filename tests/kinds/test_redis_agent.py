"""The redis kind's agent: what it does to nodes that are lost, added or missing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests import needs
from tests.data.nodes import Nodes
from tests.kinds.data import CACHE, until
from tests.kinds.rendering import Objects, build

#: Seconds. It takes a few; a machine with other work takes its time.
LONG = 240

SCRIPTS = ("agent.sh", "cluster.sh", "live.sh", "ready.sh", "start.sh")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory) -> Objects:
    """For Redis, without encryption: tests/data has the rest."""
    off = {"engine": "redis", "tls": {"enabled": False}, "maxmemory": "32Mi"}
    return build(tmp_path_factory.mktemp("redis"), {"cache": CACHE}).render({"cache": off})


@pytest.fixture
def nodes(rendered, tmp_path) -> Iterator[Nodes]:
    made = Nodes(tmp_path, rendered)
    try:
        yield made
    finally:
        made.stop_all()


def test_scripts_are_clean_shell(nodes):
    checker = needs.program("shellcheck", "apt-get install shellcheck")
    command = [checker, *SCRIPTS]
    folder = nodes.folder / "scripts"
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_forms_replaces_and_grows(nodes):
    for number in range(6):
        nodes.start(number, f"127.0.20.{number + 1}")
    until(nodes.ready, "six ready nodes", LONG, 1)
    until(lambda: nodes.shards == [1, 1, 1], "a replica for each master", LONG, 1)
    assert nodes.anywhere("set", "key", "value") == "OK"

    # A volume is lost, with the node's identity. Its heir takes its place, and it is forgotten.
    lost = next(number for number in range(6) if "slave" in nodes.flags(number))
    old = nodes.ask(lost, "cluster", "myid")
    nodes.stop(lost)
    shutil.rmtree(nodes.folder / f"data{lost}")
    nodes.start(lost, f"127.0.20.{lost + 1}")
    witness = (lost + 1) % 6
    until(lambda: old not in nodes.ask(witness, "cluster", "nodes"), "the lost to go", LONG, 1)
    until(nodes.ready, "the heir to be ready", LONG, 1)
    until(lambda: nodes.shards == [1, 1, 1], "the heir to be a replica", LONG, 1)

    spread_by_hand(nodes)

    # Somebody scales the StatefulSet: the new node joins as a replica, though NODES says six.
    nodes.start(6, "127.0.20.7")
    until(lambda: sum(nodes.shards) == 4, "a seventh node as a replica", LONG, 1)


def spread_by_hand(nodes: Nodes) -> None:
    """Two replicas of one master and none of another: mended, but only when all nodes are there."""
    follows = {
        number: next(row[3] for row in nodes.table(number) if "myself" in row[2])
        for number in range(6)
        if "slave" in nodes.flags(number)
    }
    away, moved, kept = sorted(follows, reverse=True)
    assert away > 0
    nodes.stop(away)
    until(lambda: nodes.shards == [0, 1, 1], "the node to count as lost", LONG, 1)
    assert nodes.ask(moved, "cluster", "replicate", follows[kept]) == "OK"
    until(lambda: nodes.shards == [0, 0, 2], "two replicas of one master", LONG, 1)
    rounds(nodes, 4)
    assert nodes.shards == [0, 0, 2]
    nodes.start(away, nodes.address_of[away])
    until(lambda: nodes.shards == [1, 1, 1], "a replica for each master again", LONG, 1)
    until(nodes.ready, "all to be ready", LONG, 1)


def rounds(nodes: Nodes, count: int) -> None:
    """Wait until the first agent has looked that many times more."""
    alive = nodes.folder / "run0" / "alive"
    for _ in range(count):
        before = alive.stat().st_mtime_ns
        until(lambda before=before: alive.stat().st_mtime_ns > before, "another round", LONG)


def test_does_nothing_while_a_node_is_missing_or_somebody_works_by_hand(nodes):
    for number in range(5):
        nodes.start(number, f"127.0.22.{number + 1}")
    state = nodes.folder / "run0"
    until((state / "alive").exists, "the first round", LONG)
    rounds = (state / "alive").stat().st_mtime_ns
    until(lambda: (state / "alive").stat().st_mtime_ns > rounds, "another round", LONG)
    assert nodes.ask(0, "info", "server", user="admin").startswith("# Server")
    assert "cluster_known_nodes:1" in nodes.ask(0, "cluster", "info")
    assert not nodes.probe(0, "readinessProbe")
    assert nodes.probe(0, "livenessProbe")
    for number in range(6):
        (nodes.folder / f"run{number}").mkdir(exist_ok=True)
        (nodes.folder / f"run{number}" / "pause").touch()
    nodes.start(5, "127.0.22.6")
    rounds = (state / "alive").stat().st_mtime_ns
    until(lambda: (state / "alive").stat().st_mtime_ns > rounds, "another round", LONG)
    assert "cluster_known_nodes:1" in nodes.ask(0, "cluster", "info")


def test_one_node_serves_all_slots(tmp_path):
    alone = {"replicas": 1, "engine": "redis", "tls": {"enabled": False}}
    nodes = Nodes(tmp_path, build(tmp_path, {"cache": CACHE}).render({"cache": alone}))
    nodes.start(0, "127.0.24.1")
    try:
        until(nodes.ready, "one ready node", LONG, 0.5)
        assert nodes.ask(0, "set", "key", "value", user="default") == "OK"
    finally:
        nodes.stop_all()
