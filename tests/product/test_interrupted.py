"""Ctrl-C, a polite end, a kill and a full disk in the middle of a build."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

from generator.ship import archive
from tests.product.running import WEB, command, environment, files, run, shop, write_spec

SLOW_HELM = """#!/bin/sh
case "$1" in version) echo v4.3.1; exit;; esac
echo $$ >>"$STARTED"
exec sleep 60
"""


def big(version: str) -> dict[str, object]:
    """A platform whose charts take a while to write."""
    spec = shop({f"part-{number}": WEB for number in range(40)})
    spec["charts"]["shop"]["version"] = version
    return spec


@pytest.fixture
def slow_helm(tmp_path_factory):
    """A Helm that never ends, and the environment to use it with."""
    folder = tmp_path_factory.mktemp("helm")
    program = folder / "helm"
    program.write_text(SLOW_HELM)
    program.chmod(0o755)
    return environment(HELM_BIN=str(program), STARTED=str(folder / "started"))


def started(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]


@contextlib.contextmanager
def ended(process):
    """Whatever a test finds wrong, its process is not left to the tests after it."""
    try:
        yield
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_its_programs_and_says_so(tmp_path, slow_helm, number):
    write_spec(tmp_path, shop())
    process = subprocess.Popen(
        command("build"), cwd=tmp_path, env=slow_helm, stderr=subprocess.PIPE, text=True
    )
    with ended(process):
        end = time.monotonic() + 60
        while not started(Path(slow_helm["STARTED"])):
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < end
            time.sleep(0.01)
        process.send_signal(number)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert said.strip() == "interrupted: nothing half-written was left"
    assert not [each for each in started(Path(slow_helm["STARTED"])) if alive(each)]
    # The charts were written whole before the proof began; nothing was packaged.
    assert run("build", "--check", cwd=tmp_path).returncode == 0
    assert not list((tmp_path / "dist").glob("*.tgz"))


def test_nohup_is_respected(tmp_path):
    write_spec(tmp_path, shop())
    process = subprocess.Popen(
        ["nohup", *command("build", "--no-proof")],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(0.1)
    process.send_signal(signal.SIGHUP)
    assert process.wait(30) == 0


@pytest.fixture(scope="module")
def two_trees(tmp_path_factory):
    """What charts/ holds for two versions of a big platform, and how long a build takes."""
    trees = []
    for version in ("1.0.0", "1.0.1"):
        folder = tmp_path_factory.mktemp(version)
        write_spec(folder, big(version))
        begun = time.monotonic()
        assert run("build", "--no-proof", cwd=folder).returncode == 0
        seconds = time.monotonic() - begun
        trees.append(files(folder / "charts"))
    return trees, seconds


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_charts_are_whole_whenever_a_build_ends(tmp_path, two_trees, number):
    (old, new), seconds = two_trees
    write_spec(tmp_path, big("1.0.0"))
    assert run("build", "--no-proof", cwd=tmp_path).returncode == 0
    write_spec(tmp_path, big("1.0.1"))
    points = 8
    for point in range(points):
        process = subprocess.Popen(
            command("build", "--no-proof"),
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # Python itself takes the first third; interrupts there are not ours to handle.
        time.sleep(seconds * (0.3 + 0.8 * point / points))
        process.send_signal(number)
        process.wait(30)
        left = files(tmp_path / "charts")
        visible = {path: data for path, data in left.items() if not path.startswith(".")}
        assert visible in (old, new, {}), f"point {point}"
        if number != signal.SIGKILL:
            assert left == visible, "something was left beside the charts"
        if visible == new:
            write_spec(tmp_path, big("1.0.0"))
            assert run("build", "--no-proof", cwd=tmp_path).returncode == 0
            write_spec(tmp_path, big("1.0.1"))
    assert run("build", "--no-proof", cwd=tmp_path).returncode == 0
    assert files(tmp_path / "charts") == new


def test_a_killed_build_is_completed_by_the_next(tmp_path):
    """Through proof and packages: whatever was there, the end state is that of one quiet run."""
    quiet = tmp_path / "quiet"
    write_spec(quiet, shop())
    begun = time.monotonic()
    assert run("build", cwd=quiet).returncode == 0
    seconds = time.monotonic() - begun
    killed = tmp_path / "killed"
    for point in range(8):
        write_spec(killed, shop())
        process = subprocess.Popen(
            command("build"),
            cwd=killed,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(seconds * (point + 1) / 8)
        process.kill()
        process.wait()
        for path in (killed / "dist").glob("*.tgz"):
            assert path.name.startswith(".") or archive.read(path).digest
        if point % 3 == 2:
            subprocess.run(["rm", "-r", killed / "charts", killed / "dist"], check=False)
    assert run("build", cwd=killed).returncode == 0
    assert comparable(killed) == comparable(quiet)


def comparable(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in files(folder).items() if name != "dist/.build.json"}


def test_of_two_builds_at_once_one_waits(tmp_path):
    write_spec(tmp_path, big("1.0.0"))
    both = [
        subprocess.Popen(
            command("build", "--no-proof"),
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    for process in both:
        assert process.communicate(timeout=60)[1] == b""
        assert process.returncode == 0
    assert run("build", "--check", cwd=tmp_path).returncode == 0
    assert [path.name for path in (tmp_path / "charts").iterdir()] == ["shop"]


def limited(size: int) -> dict[str, object]:
    """What `run` needs to play a disk that takes so many bytes of each file.

    Python 3.11 would cut its own bytecode short like that, and never again run without it.
    """

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return {"preexec_fn": limit, "env": environment(PYTHONDONTWRITEBYTECODE="1")}


@pytest.mark.parametrize("size", [0, 512, 5_000])
def test_a_full_disk_is_said_and_leaves_the_old_chart(tmp_path, size):
    write_spec(tmp_path, shop())
    assert run("build", "--no-proof", cwd=tmp_path).returncode == 0
    before = files(tmp_path / "charts")
    spec = shop()
    spec["charts"]["shop"]["version"] = "1.0.1"
    write_spec(tmp_path, spec)
    done = run("build", "--no-proof", cwd=tmp_path, **limited(size))
    assert done.returncode == 1
    assert done.stderr.startswith("error: File too large")
    assert files(tmp_path / "charts") == before


def test_a_disk_that_fills_up_while_packaging_leaves_the_old_packages(tmp_path):
    write_spec(tmp_path, shop())
    assert run("build", cwd=tmp_path).returncode == 0
    before = files(tmp_path / "dist")
    largest = max(len(data) for data in files(tmp_path / "charts").values())
    done = run("package", cwd=tmp_path, **limited(1_000))
    assert largest > 1_000
    assert done.returncode == 1
    assert done.stderr.startswith("error: File too large")
    assert files(tmp_path / "dist") == before


def without_root_s_rights() -> None:
    """Root may write everywhere, unless the program that starts is denied those rights."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):  # to write and to read what permissions forbid
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


@pytest.mark.parametrize("built", [False, True], ids=["new", "built"])
def test_a_folder_that_may_not_be_written_is_said(tmp_path, built):
    write_spec(tmp_path, shop())
    locked = tmp_path
    if built:
        assert run("build", "--no-proof", cwd=tmp_path).returncode == 0
        write_spec(tmp_path, big("1.0.1"))
        locked = tmp_path / "charts"
    before = files(tmp_path)
    locked.chmod(0o555)
    try:
        done = run("build", "--no-proof", cwd=tmp_path, preexec_fn=without_root_s_rights)
    finally:
        locked.chmod(0o755)
    assert done.returncode == 1
    assert done.stderr.startswith("error: Permission denied: charts")
    assert files(tmp_path) == before
