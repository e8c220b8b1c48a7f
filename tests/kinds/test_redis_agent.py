"""The redis kind's scripts and rendered configuration, with real servers on the loopback."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import needs
from tests.kinds.data import CACHE, free_port, rendered_files, running, until
from tests.kinds.rendering import build

#: What the server of Debian 12 (Redis 7.0) does not know of what start.sh writes for Redis 7.2.
UNKNOWN_HERE = "cluster-announce-human-nodename"

#: Seconds. It takes a few; a machine with other work takes its time.
LONG = 240

PASSWORDS = {
    "REDIS_PASSWORD": 'the app\'s "word"',
    "REPLICATION_PASSWORD": 'back\\slash and "quotes"',
    "ADMIN_PASSWORD": "admin word",
    "EXPORTER_PASSWORD": "exporter",
}
DOMAIN = "cache-headless.shop.svc"
SCRIPTS = ("agent.sh", "cluster.sh", "live.sh", "ready.sh", "start.sh")


class Nodes:
    """A cluster of processes: each has an address, a folder, a server and an agent."""

    def __init__(self, folder: Path, config: Path, scripts: Path) -> None:
        self.folder, self.config, self.scripts = folder, config, scripts
        # The bus is 10000 above: there must be room.
        self.port = free_port() - 20000
        self.names = folder / "names"
        self.names.mkdir()
        self.running: dict[int, contextlib.ExitStack] = {}
        self.env_of: dict[int, dict[str, str]] = {}
        self._tools()

    def _tools(self) -> None:
        """DNS is a folder of files, and the server is spared the one line that it can't read."""
        tools = self.folder / "bin"
        tools.mkdir()
        server = needs.program("redis-server", "apt-get install redis-server")
        (tools / "getent").write_text(f'#!/bin/sh\ncat "{self.names}/$2" 2>/dev/null\n')
        (tools / "redis-server").write_text(
            f'#!/bin/sh\nsed -i "/^{UNKNOWN_HERE} /d" "$1"\nexec {server} "$@"\n'
        )
        for tool in tools.iterdir():
            tool.chmod(0o755)
        self.path = f"{tools}:{os.environ['PATH']}"

    def env(self, number: int, address: str) -> dict[str, str]:
        run = self.folder / f"run{number}"
        run.mkdir(exist_ok=True)
        return {
            "PATH": self.path,
            "POD_NAME": f"cache-{number}",
            "POD_IP": address,
            "SELF": address,
            "DOMAIN": DOMAIN,
            "NODE_NAME": f"machine-{number % 3}",
            "ENGINE": "redis",
            "PORT": str(self.port),
            "NODES": "6",
            "MASTERS": "3",
            "CONFIG_DIR": str(self.config),
            "RUN_DIR": str(run),
            "DATA_DIR": str(self.folder / f"data{number}"),
            "STATE_DIR": str(run),
            "INTERVAL": "3",
            **PASSWORDS,
        }

    def start(self, number: int, address: str) -> None:
        data = self.folder / f"data{number}"
        data.mkdir(exist_ok=True)
        env, log = self.env(number, address), self.folder / f"log{number}"
        here = ["--bind", address, "--port", str(self.port)]
        stack = self.running[number] = contextlib.ExitStack()
        server = ["sh", str(self.scripts / "start.sh"), *here]
        stack.enter_context(running(server, log=log, env=env))
        stack.enter_context(running(["sh", str(self.scripts / "agent.sh")], log=log, env=env))
        (self.names / f"cache-{number}.{DOMAIN}").write_text(f"{address} STREAM\n")
        self.env_of[number] = env

    def stop(self, number: int) -> None:
        self.running.pop(number).close()

    def ask(self, number: int, *words: str, user: str = "admin") -> str:
        word = {"default": "REDIS"}.get(user, user.upper())
        env = self.env_of[number]
        here = ("-h", env["SELF"], "-p", env["PORT"], "--user", user, "--no-auth-warning")
        done = subprocess.run(
            ["redis-cli", *here, *words],
            env={**env, "REDISCLI_AUTH": PASSWORDS[f"{word}_PASSWORD"]},
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
        return done.stdout.strip()

    def anywhere(self, *words: str) -> str:
        """The application's command, at the node that has the key. Others send it on to a name."""
        for number in self.running:
            answer = self.ask(number, *words, user="default")
            if not answer.startswith("MOVED"):
                return answer
            assert re.fullmatch(rf"MOVED \d+ cache-\d\.{DOMAIN}:{self.port}", answer), answer
        return "nobody has it"

    def script(self, number: int, name: str) -> bool:
        command = ["sh", str(self.scripts / name)]
        env = self.env_of[number]
        return subprocess.run(command, env=env, capture_output=True, check=False).returncode == 0

    def ready(self) -> bool:
        return all(self.script(number, "ready.sh") for number in self.running)

    def table(self, number: int = 0) -> list[list[str]]:
        return [line.split() for line in self.ask(number, "cluster", "nodes").splitlines()]

    def log(self, number: int) -> str:
        return (self.folder / f"log{number}").read_text(errors="replace")

    @property
    def shards(self) -> list[int]:
        """How many replicas that answer each master with slots has."""
        table = [row for row in self.table() if "fail" not in row[2]]
        masters = [row[0] for row in table if "master" in row[2] and len(row) > 8]
        return sorted(sum(row[3] == master for row in table) for master in masters)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("redis")
    off = {"engine": "redis", "tls": {"enabled": False}, "maxmemory": "32Mi"}
    objects = build(folder, {"cache": CACHE}).render({"cache": off})
    rendered_files(objects, "cache", folder / "config")
    rendered_files(objects, "cache-scripts", folder / "scripts")
    return folder


@pytest.fixture
def nodes(rendered, tmp_path) -> Iterator[Nodes]:
    made = Nodes(tmp_path, rendered / "config", rendered / "scripts")
    try:
        yield made
    finally:
        for number in list(made.running):
            made.stop(number)


def test_scripts_are_clean_shell(rendered):
    checker = needs.program("shellcheck", "apt-get install shellcheck")
    command = [checker, *SCRIPTS]
    folder = rendered / "scripts"
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_forms_heals_replaces_and_grows(nodes):
    for number in range(6):
        nodes.start(number, f"127.0.20.{number + 1}")
    until(nodes.ready, "six ready nodes", LONG, 1)
    until(lambda: nodes.shards == [1, 1, 1], "a replica for each master", LONG, 1)
    for key in range(20):
        assert nodes.anywhere("set", f"key{key}", f"value{key}") == "OK"

    # All pods get new addresses at once: without the agent the cluster never comes back.
    for number in range(6):
        nodes.stop(number)
    for number in range(6):
        nodes.start(number, f"127.0.21.{number + 1}")
    until(nodes.ready, "six ready nodes at new addresses", LONG, 1)
    for key in range(20):
        assert nodes.anywhere("get", f"key{key}") == f"value{key}"

    # A volume is lost, with the node's identity. Its heir takes its place, and it is forgotten.
    lost = next(number for number in range(6) if "slave" in own_flags(nodes, number))
    old = nodes.ask(lost, "cluster", "myid")
    nodes.stop(lost)
    shutil.rmtree(nodes.folder / f"data{lost}")
    nodes.start(lost, f"127.0.21.{lost + 1}")
    witness = (lost + 1) % 6
    until(lambda: old not in nodes.ask(witness, "cluster", "nodes"), "the lost to go", LONG, 1)
    until(nodes.ready, "the heir to be ready", LONG, 1)
    until(lambda: nodes.shards == [1, 1, 1], "the heir to be a replica", LONG, 1)

    # Somebody scales the StatefulSet: the new node joins as a replica, though NODES says six.
    nodes.start(6, "127.0.21.7")
    until(lambda: sum(nodes.shards) == 4, "a seventh node as a replica", LONG, 1)


def own_flags(nodes: Nodes, number: int) -> str:
    return next(row[2] for row in nodes.table(number) if "myself" in row[2])


def test_does_nothing_while_a_node_is_missing_or_somebody_works_by_hand(nodes):
    for number in range(5):
        nodes.start(number, f"127.0.22.{number + 1}")
    state = nodes.folder / "run0"
    until((state / "alive").exists, "the first round", LONG)
    rounds = (state / "alive").stat().st_mtime_ns
    until(lambda: (state / "alive").stat().st_mtime_ns > rounds, "another round", LONG)
    assert nodes.ask(0, "info", "server", user="admin").startswith("# Server")
    assert "cluster_known_nodes:1" in nodes.ask(0, "cluster", "info")
    assert not nodes.script(0, "ready.sh")
    assert nodes.script(0, "live.sh")
    for number in range(6):
        (nodes.folder / f"run{number}").mkdir(exist_ok=True)
        (nodes.folder / f"run{number}" / "pause").touch()
    nodes.start(5, "127.0.22.6")
    rounds = (state / "alive").stat().st_mtime_ns
    until(lambda: (state / "alive").stat().st_mtime_ns > rounds, "another round", LONG)
    assert "cluster_known_nodes:1" in nodes.ask(0, "cluster", "info")


def test_users_can_do_exactly_what_they_should(nodes):
    nodes.start(0, "127.0.23.1")
    until(lambda: nodes.script(0, "live.sh"), "the server", LONG)
    nodes.ask(0, "cluster", "addslotsrange", "0", "16383")
    until(lambda: "cluster_state:ok" in nodes.ask(0, "cluster", "info"), "the slots", LONG)

    def allowed(user: str, *words: str) -> bool:
        return not nodes.ask(0, *words, user=user).startswith("NOPERM")

    assert allowed("default", "set", "a", "1")
    assert allowed("default", "cluster", "slots")
    assert allowed("default", "info")
    for words in (("config", "get", "*"), ("flushall",), ("keys", "*"), ("cluster", "reset")):
        assert not allowed("default", *words), words
    assert allowed("exporter", "info")
    assert allowed("exporter", "slowlog", "get")
    for words in (("get", "a"), ("set", "a", "1"), ("config", "set", "save", ""), ("acl", "list")):
        assert not allowed("exporter", *words), words
    assert allowed("replication", "ping")
    for words in (("get", "a"), ("info",), ("cluster", "nodes")):
        assert not allowed("replication", *words), words
    assert "WRONGPASS" not in nodes.ask(0, "acl", "whoami")
    assert nodes.ask(0, "config", "get", "maxmemory-policy").split() == [
        "maxmemory-policy",
        "volatile-lru",
    ]


def test_one_node_serves_all_slots(rendered, tmp_path):
    alone = Nodes(tmp_path, rendered / "config", rendered / "scripts")
    plain = alone.env
    alone.env = lambda *a: {**plain(*a), "NODES": "1", "MASTERS": "1"}  # type: ignore[method-assign]
    alone.start(0, "127.0.24.1")
    try:
        until(alone.ready, "one ready node", LONG, 0.5)
        assert alone.ask(0, "set", "key", "value", user="default") == "OK"
    finally:
        alone.stop(0)
