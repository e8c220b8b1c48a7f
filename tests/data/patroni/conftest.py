"""Three members for all tests of this folder, and a pooler before them.

Each test begins and ends with three healthy members. Applications write while things happen
(`applications`): no row that was acknowledged may be lost.
"""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.reach import Cluster
from tests.data.containers import Pod
from tests.data.ledger import NAME
from tests.data.members import Members
from tests.data.pooler import opened
from tests.kinds.rendering import build

LEDGER = {
    "kind": "postgres",
    "database": "orders",
    "storage": ["1Gi", "fast-ssd"],
    "resources": {"cpu": ["500m", "2"], "memory": ["256Mi", "512Mi"]},
}


@pytest.fixture(scope="session")
def made(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    built = build(tmp_path_factory.mktemp("ledger"), {NAME: LEDGER})
    with (
        opened() as folder,
        cluster.fresh_namespace("ledger") as namespace,
        small_volumes(folder, namespace) as claims,
    ):
        members = Members(cluster, built, folder, namespace)
        members.around.claims.update(claims)
        begin = time.monotonic()
        try:
            with members:
                members.form()
                members.took = time.monotonic() - begin
                members.sql("CREATE TABLE rows (clerk text, number int)", user="app")
                yield members
        finally:
            members.keep_logs(tmp_path_factory.mktemp("logs"))


@contextlib.contextmanager
def small_volumes(folder: Path, namespace: str) -> Iterator[dict[str, Path]]:
    """Volumes of the first three members that can become full, each a file system of its own."""
    claims = {f"pgdata-{NAME}-{number}": folder / f"volume{number}" for number in range(3)}
    with contextlib.ExitStack() as stack:
        for path in claims.values():
            path.mkdir()
            words = ["mount", "-t", "tmpfs", "-o", "size=640m", f"{namespace}", str(path)]
            subprocess.run(words, check=True)
            stack.callback(subprocess.run, ["umount", "--lazy", str(path)], check=True)
        yield claims


@pytest.fixture(scope="session")
def pooler(made: Members) -> Iterator[Pod]:
    with made.pooler() as pod:
        yield pod


@pytest.fixture
def members(made: Members, pooler: Pod) -> Iterator[Members]:
    made.kubelet.held.clear()
    made.way.thaw()
    made.form()
    yield made
