"""The rendered Redis cluster as processes: each node has an address, a server, an agent."""

from __future__ import annotations

import contextlib
import os
import re
import ssl
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import trustme

from tests import needs
from tests.data import pods
from tests.data.pods import Difference
from tests.data.resp import Connection
from tests.kinds.data import free_port, running
from tests.kinds.rendering import Objects, container

SECRETS: Final = {
    "redis-password": 'the app\'s "word"',
    "replication-password": 'back\\slash and "quotes"',
    "admin-password": "admin word",
    "exporter-password": "exporter",
}
DOMAIN: Final = "cache-headless.shop.svc"

#: What Debian 12's Redis 7.0 doesn't know of a configuration for Valkey 9. Its masters don't hand
#: over when they are told to end, so what a restart costs here is more than in the cluster.
DEBIAN: Final = (
    Difference(
        file="server.conf",
        rendered="shutdown-on-sigterm failover\n",
        here="",
        why="the value `failover` is Valkey 9's",
    ),
    Difference(
        file="server.conf",
        rendered="cluster-manual-failover-timeout 5000\n",
        here="",
        why="Valkey 9 has it",
    ),
    Difference(
        file="users.acl",
        rendered=" +cluster|syncslots",
        here="",
        why="the command moves slots in Valkey 9",
    ),
)
#: Of what start.sh writes: the name of the machine, which Redis has since 7.2. Without it agents
#: take every address for a machine of its own.
UNKNOWN_HERE: Final = "cluster-announce-human-nodename"


def password_of(user: str) -> str:
    return SECRETS[f"{'redis' if user == 'default' else user}-password"]


class Nodes:
    """All on one port, each at an address of its own, under the names that pods have."""

    def __init__(
        self, folder: Path, objects: Objects, differences: Sequence[Difference] = ()
    ) -> None:
        self.folder = folder
        self.tls = "tls-port" in objects.one("ConfigMap", "cache")["data"]["server.conf"]
        stateful = objects.one("StatefulSet", "cache")
        self.server, self.agent = container(stateful, "cache"), container(stateful, "agent")
        # The bus is 10000 above: there must be room.
        self.port = free_port() - 20000
        self.running: dict[int, contextlib.ExitStack] = {}
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        self.address_of: dict[int, str] = {}
        self.names = folder / "names"
        self.names.mkdir()
        self._files(objects, differences)
        self._tools()
        if self.tls:
            self._certify()

    def _files(self, objects: Objects, differences: Sequence[Difference]) -> None:
        for name, where in (("cache", "config"), ("cache-scripts", "scripts")):
            place = self.folder / where
            place.mkdir()
            for file, text in objects.one("ConfigMap", name)["data"].items():
                text = pods.placed(text, {"/tls": self.folder / "tls"})
                (place / file).write_text(pods.adapted(file, text, differences))

    def _tools(self) -> None:
        """DNS is a folder of files, and the server is spared the one line that it can't read."""
        tools = self.folder / "bin"
        tools.mkdir()
        server = needs.program("redis-server", "apt-get install redis-server")
        (tools / "getent").write_text(f'#!/bin/sh\ncat "{self.names}/$2" 2>/dev/null\n')
        for name in ("redis-server", "valkey-server"):
            (tools / name).write_text(
                f'#!/bin/sh\nsed -i "/^{UNKNOWN_HERE} /d" "$1"\nexec {server} "$@"\n'
            )
        for tool in tools.iterdir():
            tool.chmod(0o755)
        self.path = f"{tools}:{os.environ['PATH']}"

    def _certify(self) -> None:
        tls = self.folder / "tls"
        tls.mkdir()
        self.authority = trustme.CA()
        pair = self.authority.issue_cert("cache", "cache.shop.svc", f"*.{DOMAIN}", "localhost")
        self.authority.cert_pem.write_to_path(str(tls / "ca.crt"))
        pair.private_key_pem.write_to_path(str(tls / "tls.key"))
        pair.cert_chain_pems[0].write_to_path(str(tls / "tls.crt"))

    def env(self, one: Mapping[str, Any], number: int, address: str) -> dict[str, str]:
        """A container's environment. What is set after it stands for folders and addresses."""
        run, data = self.folder / f"run{number}", self.folder / f"data{number}"
        run.mkdir(exist_ok=True)
        data.mkdir(exist_ok=True)
        fields = {
            "metadata.name": f"cache-{number}",
            "status.podIP": address,
            "spec.nodeName": f"machine-{number % 3}",
        }
        places = {"/tls": self.folder / "tls"}
        rendered = pods.environment(one, fields=fields, secrets=SECRETS, places=places)
        return {
            **rendered,
            "PATH": self.path,
            "SELF": address,  # all pods have 127.0.0.1 for themselves
            "PORT": str(self.port),  # 6379 may be taken on this machine
            "INTERVAL": "1",  # seconds; ten in the cluster
            "CONFIG_DIR": str(self.folder / "config"),
            "RUN_DIR": str(run),
            "DATA_DIR": str(data),
            "STATE_DIR": str(run),
        }

    def start(self, number: int, address: str) -> None:
        log, places = self.folder / f"log{number}", {"/scripts": self.folder / "scripts"}
        port = "--tls-port" if self.tls else "--port"
        here = ["--bind", address, port, str(self.port)]
        stack = self.running[number] = contextlib.ExitStack()
        server = [*pods.command(self.server["command"], places), *here]
        env = self.env(self.server, number, address)
        self.processes[number] = stack.enter_context(running(server, log=log, env=env))
        agent = pods.command(self.agent["command"], places)
        env = self.env(self.agent, number, address)
        stack.enter_context(running(agent, log=log, env=env))
        (self.names / f"cache-{number}.{DOMAIN}").write_text(f"{address} STREAM\n")
        self.address_of[number] = address

    def stop(self, number: int) -> None:
        self.running.pop(number).close()

    def kill(self, number: int) -> None:
        """The server alone dies, as when the kernel ends its container."""
        self.processes[number].kill()
        self.processes[number].wait()

    def stop_all(self) -> None:
        for number in list(self.running):
            self.stop(number)

    def connect(self, number: int, user: str = "default") -> Connection:
        """A connection that trusts the certificate of the node's name."""
        context = None
        if self.tls:
            context = ssl.create_default_context(cafile=str(self.folder / "tls" / "ca.crt"))
        return Connection(
            self.address_of[number],
            self.port,
            user,
            password_of(user),
            context=context,
            name=f"cache-{number}.{DOMAIN}",
        )

    def ask(self, number: int, *words: str, user: str = "admin") -> str:
        where = ["-h", self.address_of[number], "-p", str(self.port)]
        if self.tls:
            where += ["--tls", "--cacert", str(self.folder / "tls" / "ca.crt")]
        done = subprocess.run(
            ["redis-cli", *where, "--user", user, "--no-auth-warning", *words],
            env={"PATH": self.path, "REDISCLI_AUTH": password_of(user)},
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

    def probe(self, number: int, kind: str) -> bool:
        """A rendered probe of the server's container: it passes."""
        words = self.server[kind]["exec"]["command"]
        command = pods.command(words, {"/scripts": self.folder / "scripts"})
        env = self.env(self.server, number, self.address_of[number])
        done = subprocess.run(command, env=env, capture_output=True, check=False)
        return done.returncode == 0

    def ready(self, numbers: Sequence[int] = ()) -> bool:
        return all(self.probe(number, "readinessProbe") for number in numbers or self.running)

    def table(self, number: int = 0) -> list[list[str]]:
        return [line.split() for line in self.ask(number, "cluster", "nodes").splitlines()]

    def flags(self, number: int) -> str:
        """What a node says of itself: `myself,master` or `myself,slave`."""
        return next((row[2] for row in self.table(number) if "myself" in row[2]), "")

    def log(self, number: int) -> str:
        return (self.folder / f"log{number}").read_text(errors="replace")

    @property
    def shards(self) -> list[int]:
        """How many replicas that answer each master with slots has."""
        table = [row for row in self.table() if "fail" not in row[2]]
        masters = [row[0] for row in table if "master" in row[2] and len(row) > 8]
        return sorted(sum(row[3] == master for row in table) for master in masters)
