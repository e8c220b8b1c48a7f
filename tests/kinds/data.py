"""What the tests of the data kinds share: rendered files, and a process that ends by its id."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.spec.quantity import parse_bytes, parse_cpu
from tests.kinds.rendering import Objects

DATABASE = {
    "kind": "postgres",
    "database": "orders",
    "storage": ["10Gi", "fast"],
    "resources": {"cpu": ["500m", "2"], "memory": ["1Gi", "4Gi"]},
}
CACHE = {
    "kind": "redis",
    "storage": ["5Gi", "fast"],
    "resources": {"cpu": ["100m", "1"], "memory": ["256Mi", "1Gi"]},
}


def rendered_files(objects: Objects, config_map: str, folder: Path) -> Path:
    """Write what a rendered ConfigMap holds into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in objects.one("ConfigMap", config_map)["data"].items():
        (folder / name).write_text(text)
    return folder


def asked(pod: Mapping[str, Any]) -> list[tuple[int, int, int, int]]:
    """Requests and limits of the containers that run side by side in a rendered pod."""
    found = []
    for one in pod["containers"]:
        requests, limits = one["resources"]["requests"], one["resources"]["limits"]
        found.append(
            (
                parse_cpu(requests["cpu"]),
                parse_cpu(limits["cpu"]),
                parse_bytes(requests["memory"]),
                parse_bytes(limits["memory"]),
            )
        )
    return found


def value_of(container: Mapping[str, Any], name: str) -> str:
    """A plain environment variable of a rendered container."""
    return str(next(entry["value"] for entry in container["env"] if entry["name"] == name))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def running(
    command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process for as long as the block lasts. What it says is in `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=env)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(look: Callable[[], Any], what: str, seconds: float = 30, pause: float = 0.1) -> Any:
    """The first answer that counts as true; not reaching one fails the test."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(pause)
