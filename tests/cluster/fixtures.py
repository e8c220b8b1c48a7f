"""Fixtures of the test cluster, for any test of the suite: `cluster`, `namespace`, `deployer`.

One control plane serves the whole run, whichever workers need it: the first one starts it (4 s),
the last one ends it, and a watcher ends it when all of them were killed. tests/cluster/README.md
says how to use it.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests import needs

_HOW = "Go 1.26 or later builds it once (scripts/get-control-plane); or name one: TEST_KUBECONFIG"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The cluster of this run, as its administrator (tests/cluster/reach.py: Cluster)."""
    from tests.cluster import guard, plane
    from tests.cluster.reach import Cluster

    try:
        named = guard.chosen(os.environ)
    except guard.NotOursError as error:
        pytest.exit(str(error), returncode=4)
    if not (needs.ROOT / ".tools" / "bin" / "kubectl").exists():
        needs.missing("kubectl", "scripts/get-helm")
    try:
        built = plane.built()
    except plane.PlaneError:
        needs.missing("the control plane for tests", _HOW)
    base = tmp_path_factory.getbasetemp()
    # With xdist, what all workers share lies above the folder of each.
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    if named is not None:
        yield Cluster(kubeconfig=named, folder=base, definitions=built / "crds")
        return
    with joined(shared / "cluster", built) as ours:
        _current.append(ours)
        yield Cluster(
            kubeconfig=ours.admin, folder=ours.folder, definitions=built / "crds", plane=ours
        )


@pytest.fixture
def namespace(cluster: Any) -> Iterator[str]:
    """A namespace of this test alone, with Pod Security `restricted`."""
    with cluster.fresh_namespace() as name:
        yield name


@pytest.fixture(scope="session")
def deployer(cluster: Any) -> Any:
    """The cluster as a user who has no rights until a test binds some."""
    return cluster.as_user("deployer")


@contextmanager
def joined(folder: Path, built: Path) -> Iterator[Any]:
    """The control plane in a folder that several processes share: started by the first of them."""
    from tests.cluster import plane

    owners = folder.with_name(f"{folder.name}-owners")
    owners.mkdir(parents=True, exist_ok=True)
    me = owners / str(os.getpid())
    with locked(folder):
        me.write_text(plane.born(os.getpid()))
        try:
            if (folder / "pid").is_dir():
                ours = plane.Plane(folder=folder)
                ours.check()
            else:
                ours = plane.up(folder, built / "bin")
                _watched(folder, owners)
        except BaseException:
            me.unlink()
            raise
    try:
        yield ours
    finally:
        with locked(folder):
            me.unlink()
            if not plane.any_alive(owners):
                plane.down(folder, keep_logs=True)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _watched(folder: Path, owners: Path) -> None:
    """Start what ends the control plane when nobody is left to do it."""
    words = [sys.executable, "-m", "tests.cluster.plane", "watch", str(folder), str(owners)]
    null = os.devnull
    files = [(os.POSIX_SPAWN_OPEN, number, null, os.O_RDWR, 0) for number in (0, 1, 2)]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(needs.ROOT)}
    os.posix_spawn(sys.executable, words, environment, file_actions=files, setsid=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests that share releases share a worker; all others go wherever one is free.

    A module of tests/cluster/ is such a group, so is a folder in it, and a module of tests/data/,
    whose tests share servers. (The mark of xdist for this has no effect with pytest 9.2.)
    """
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    return Scheduling(config, log)


def group(nodeid: str) -> str:
    """The group of a test by its id."""
    module = nodeid.partition("::")[0]
    if not module.startswith(("tests/cluster/", "tests/data/")):
        return nodeid
    return module if module.count("/") == 2 else module.rpartition("/")[0]


_current: list[Any] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Show the last words of the control plane with a test that failed on it."""
    report = yield
    if report.failed and _current and "cluster" in getattr(item, "fixturenames", ()):
        report.sections.append(("control plane", _current[-1].logs(lines=4)))
    return report
