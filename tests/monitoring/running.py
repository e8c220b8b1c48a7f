"""Real servers of Prometheus and Alertmanager on free ports of the loopback interface."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests import needs
from tests.monitoring.rendered import faster

T = TypeVar("T")

#: How long one Alertmanager waits for another to say what it sent. Fifteen seconds in production;
#: it is not divided by the factor, for how fast this machine is does not change with it.
PEER_TIMEOUT = "3s"

#: How long a Prometheus waits before it sends an alert that still fires again: a minute in
#: production, of which the factor would leave less than a second. An Alertmanager takes an alert
#: for resolved when it has not heard of it for four times as long, and a busy machine may well
#: hold both servers up for three seconds. It would also let the server that sees the end of a fault
#: a moment later open anew what the other one has closed. A fault here lasts more than twenty
#: seconds and less than forty: it is sent twice by each server, and not while it ends.
RESEND_DELAY = "20s"


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that runs."""

    port: int
    log: Path

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://{self.address}{path}", timeout=5) as answer:
            return json.loads(answer.read())

    def ask(self, query: str) -> list[dict[str, Any]]:
        """What a Prometheus says to a query."""
        found = self.get(f"/api/v1/query?{urllib.parse.urlencode({'query': query})}")
        result: list[dict[str, Any]] = found["data"]["result"]
        return result

    def alerts(self) -> dict[str, str]:
        """What an Alertmanager knows: the state of each alert by its name."""
        return {a["labels"]["alertname"]: a["status"]["state"] for a in self.get("/api/v2/alerts")}


def free_ports(number: int) -> list[int]:
    """Ports that nobody listens on, for TCP and UDP."""
    with contextlib.ExitStack() as stack:
        found: list[int] = []
        while len(found) < number:
            tcp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            tcp.bind(("127.0.0.1", 0))
            with contextlib.suppress(OSError):
                udp.bind(tcp.getsockname())
                found.append(tcp.getsockname()[1])
        return found


def until(what: str, probe: Callable[[], T], seconds: float = 20) -> T:
    """What the probe gives as soon as that is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(urllib.error.URLError, OSError):
            found = probe()
            if found:
                return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}; last: {probe()!r}")


@contextlib.contextmanager
def prometheus(folder: Path, config: str, port: int, replica: str) -> Iterator[Server]:
    """A Prometheus with this configuration, named as its pod would be."""
    program = needs.program("prometheus", "apt-get install prometheus")
    folder.mkdir()
    (folder / "prometheus.yml").write_text(config)
    flags = [
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        f"--query.lookback-delta={faster('5m')}",
        f"--rules.alert.resend-delay={RESEND_DELAY}",
        "--enable-feature=expand-external-labels",  # always on since Prometheus 3
    ]
    with _running(folder, program, flags, port, POD_NAME=replica) as server:
        yield server


@contextlib.contextmanager
def alertmanager(
    folder: Path, config: str, port: int, gossip: int, peers: Sequence[int]
) -> Iterator[Server]:
    """A member of a cluster, with the ports that its peers gossip on."""
    program = needs.program("prometheus-alertmanager", "apt-get install prometheus-alertmanager")
    folder.mkdir()
    (folder / "alertmanager.yml").write_text(config)
    flags = [
        f"--config.file={folder}/alertmanager.yml",
        f"--storage.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        f"--cluster.listen-address=127.0.0.1:{gossip}",
        f"--cluster.peer-timeout={PEER_TIMEOUT}",
        "--cluster.settle-timeout=2s",
        *(f"--cluster.peer=127.0.0.1:{peer}" for peer in peers),
    ]
    with _running(folder, program, flags, port) as server:
        yield server


@contextlib.contextmanager
def _running(
    folder: Path, program: Path, flags: Sequence[str], port: int, **environment: str
) -> Iterator[Server]:
    """A process that answers at its port, ended by its own number."""
    server = Server(port=port, log=folder / "log")
    with server.log.open("w") as log:
        process = subprocess.Popen(
            [program, *flags],
            stdout=log,
            stderr=log,
            env={"PATH": "/usr/bin:/bin", "GOMAXPROCS": "1", "HOME": str(folder), **environment},
        )
    try:
        until(f"{program.name} is ready", lambda: _ready(process, server))
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(process: subprocess.Popen[bytes], server: Server) -> bool:
    assert process.poll() is None, server.log.read_text()
    with urllib.request.urlopen(f"http://{server.address}/-/ready", timeout=5) as answer:
        return bool(answer.status == 200)
