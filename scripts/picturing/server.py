"""A real Prometheus over a day that is written beforehand, on a free port of the loopback."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from picturing.history import DAY, MIDNIGHT, STEP


@dataclass(frozen=True, kw_only=True)
class Prometheus:
    address: str

    def over_the_day(self, query: str) -> list[dict[str, Any]]:
        span = {"start": MIDNIGHT, "end": MIDNIGHT + DAY, "step": STEP}
        return self._ask("query_range", query=query, **span)

    def at_its_end(self, query: str) -> list[dict[str, Any]]:
        return self._ask("query", query=query, time=MIDNIGHT + DAY)

    def _ask(self, what: str, **words: Any) -> list[dict[str, Any]]:
        form = urllib.parse.urlencode(words).encode()
        try:
            with urllib.request.urlopen(f"{self.address}/api/v1/{what}", form, 30) as answer:
                found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        except urllib.error.HTTPError as error:
            with error:
                raise RuntimeError(f"{words['query']}: {error.read().decode()}") from None
        return found


@contextlib.contextmanager
def prometheus(folder: Path, day: str) -> Iterator[Prometheus]:
    """A server that knows this day, in OpenMetrics."""
    (folder / "day.txt").write_text(day)
    blocks = ["tsdb", "create-blocks-from", "openmetrics", folder / "day.txt", folder / "data"]
    subprocess.run([_program("promtool"), *blocks], check=True, stdout=subprocess.DEVNULL)
    (folder / "prometheus.yml").write_text("{}\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    flags = [
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        "--storage.tsdb.retention.time=100y",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([_program("prometheus"), *flags], stdout=log, stderr=log)
    try:
        server = Prometheus(address=f"http://127.0.0.1:{port}")
        _wait(process, server, folder / "log")
        yield server
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], server: Prometheus, log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{server.address}/-/ready"):
            return
        time.sleep(0.1)
    raise RuntimeError(log.read_text())


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is missing: apt-get install prometheus")
    return found
