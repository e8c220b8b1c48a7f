"""A real control plane on 127.0.0.1, without containers: started, watched over and torn down.

    python -m tests.cluster.plane up DIR      start one; prints the line that points kubectl at it
    python -m tests.cluster.plane down DIR    end its programs and remove DIR

etcd, kube-apiserver, kube-controller-manager and kube-scheduler are real. KWOK plays the nodes and
pods (kwok.yaml), so no container runs, no probe is sent, and `kubectl logs` and `exec` fail.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.cluster import objects, pki
from tests.cluster.commands import commands

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
KUBECTL = ROOT / ".tools" / "bin" / "kubectl"
VERSION = "v1.37.2"
PORTS = ("apiserver", "etcd", "peer", "controller-manager", "scheduler", "kwok")
PATIENCE = 120.0


class PlaneError(Exception):
    """The control plane could not be had; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plane:
    """A control plane in a folder, whichever process started it."""

    folder: Path

    @property
    def admin(self) -> Path:
        """The kubeconfig of somebody who may do everything."""
        return self.folder / "admin.kubeconfig"

    @property
    def binaries(self) -> Path:
        return Path(self._state()["binaries"])

    @property
    def server(self) -> str:
        return f"https://127.0.0.1:{self._state()['ports']['apiserver']}"

    def user(self, name: str, *, group: str = "people", lasts: float | None = None) -> Path:
        """The kubeconfig of a user without rights; `lasts` seconds after which it is refused."""
        return pki.kubeconfig(self.folder, name, self.server, user=name, group=group, lasts=lasts)

    def start(self, name: str) -> None:
        """Start a program (again), by the command that is written down."""
        state = self._state()
        log = str(self.folder / "log" / f"{name}.log")
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        # No Popen: the programs outlive the process that starts them.
        pid = os.posix_spawn(
            state["commands"][name][0],
            state["commands"][name],
            {"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder)},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, log, flags, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )
        (self.folder / "pid").mkdir(exist_ok=True)
        (self.folder / "pid" / name).write_text(str(pid))

    def stop(self, name: str, how: signal.Signals = signal.SIGTERM, within: float = 5.0) -> None:
        """End a program; kill it when it doesn't end by itself."""
        pid = self.pid(name)
        if pid is None:
            return
        os.kill(pid, how)
        until = time.monotonic() + within
        while self.pid(name) is not None:
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    def pid(self, name: str) -> int | None:
        """The process of a program, if it runs."""
        try:
            pid = int((self.folder / "pid" / name).read_text())
        except (FileNotFoundError, ValueError):
            return None
        with contextlib.suppress(ChildProcessError):  # started by another process, or reaped
            os.waitpid(pid, os.WNOHANG)
        # A pid counts only while it is still the program that was started. One that was killed
        # holds its ports until the last of its threads is gone, later than it is a zombie.
        try:
            called, _, rest = (
                Path(f"/proc/{pid}/stat").read_text().partition(" (")[2].partition(") ")
            )
            threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
        except OSError:
            return None
        gone = rest.startswith(("Z", "X")) and threads <= 1
        return None if gone or called != name[:15] else pid

    def wait_ready(self) -> None:
        """Wait until the API server says that it is ready."""
        trust = ssl.create_default_context(cafile=self.folder / "pki" / "ca.crt")
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
        )
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with opener.open(f"{self.server}/readyz", timeout=5):
                    return
            except OSError as error:
                self.check()
                if time.monotonic() > until:
                    raise PlaneError(f"not ready: {error}\n{self.logs()}") from None
            time.sleep(0.1)

    def check(self) -> None:
        """Fail if a program that was started has ended."""
        for path in sorted((self.folder / "pid").glob("*")):
            if self.pid(path.name) is None:
                raise PlaneError(f"{path.name} ended:\n{self.logs([path.name])}")

    def logs(self, names: Iterable[str] = (), lines: int = 15) -> str:
        """The last lines of the programs' logs."""
        chosen = names or sorted(path.stem for path in (self.folder / "log").glob("*.log"))
        parts = []
        for name in chosen:
            path = self.folder / "log" / f"{name}.log"
            text = path.read_text(errors="replace") if path.is_file() else ""
            parts.append("\n".join([f"--- {name}", *text.splitlines()[-lines:]]))
        return "\n".join(parts)

    def _state(self) -> dict:  # type: ignore[type-arg]
        return json.loads((self.folder / "plane.json").read_text())  # type: ignore[no-any-return]


def up(folder: Path, binaries: Path) -> Plane:
    """Start a control plane in an empty folder, and wait until pods can be scheduled."""
    folder = folder.resolve()
    for attempt in range(3):
        plane = _prepare(folder, binaries)
        try:
            _start(plane)
        except BaseException as error:
            taken = "address already in use" in plane.logs(lines=50)
            down(folder, keep_logs=True)
            if isinstance(error, PlaneError) and taken and attempt < 2:
                continue  # somebody else took a port that was free a moment ago
            raise
        return plane
    raise AssertionError("unreachable")


def down(folder: Path, *, keep_logs: bool = False) -> None:
    """End everything: clients first, then the API server, then etcd."""
    plane = Plane(folder=folder.resolve())
    for name in ("kwok", "kube-scheduler", "kube-controller-manager"):
        plane.stop(name, signal.SIGKILL)
    # Asked to, it would wait a minute for open watches. etcd holds the state.
    plane.stop("kube-apiserver", signal.SIGKILL)
    plane.stop("etcd", signal.SIGKILL if keep_logs else signal.SIGTERM)
    for path in ("etcd", "pki", "pid"):
        shutil.rmtree(folder / path, ignore_errors=True)
    if not keep_logs:
        shutil.rmtree(folder, ignore_errors=True)


def watch(folder: Path, owners: Path) -> None:
    """Tear the control plane down when no process that wrote its pid to `owners` is alive."""
    while (folder / "pid").is_dir():
        time.sleep(1)
        with folder.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not any_alive(owners):
                down(folder, keep_logs=True)


def _prepare(folder: Path, binaries: Path) -> Plane:
    for name in ("etcd", "pki", "pid", "log"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "log").mkdir(parents=True)
    (folder / "etcd").mkdir(mode=0o700)
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    launched = commands(folder, binaries, ports)
    state = {"ports": ports, "binaries": str(binaries), "commands": launched}
    (folder / "plane.json").write_text(json.dumps(state, indent=1))
    plane = Plane(folder=folder)
    pki.make(folder, plane.server)
    return plane


def _start(plane: Plane) -> None:
    plane.start("etcd")
    plane.start("kube-apiserver")
    plane.wait_ready()
    plane.start("kube-controller-manager")
    plane.start("kube-scheduler")
    first = "\n---\n".join(json.dumps(each) for each in objects.bootstrap(VERSION))
    _kubectl(plane, "apply", "--server-side", "-f", "-", stdin=first)
    plane.start("kwok")
    _kubectl(plane, "wait", "--for=condition=Ready", "node", "--all", "--timeout=60s")
    _kubectl(plane, "wait", "--for=create", "serviceaccount/default", "--timeout=60s")
    plane.check()


def _kubectl(plane: Plane, *words: str, stdin: str | None = None) -> None:
    command = [str(KUBECTL), f"--kubeconfig={plane.admin}", *words]
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if done.returncode:
        raise PlaneError(f"{' '.join(command)}\n{done.stderr}{done.stdout}\n{plane.logs()}")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, below those that the system gives to clients."""
    found: list[int] = []
    while len(found) < count:
        port = random.SystemRandom().randrange(18000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found


def any_alive(owners: Path) -> bool:
    """Whether any process lives whose pid and start time a file in the folder holds."""
    return any(_alive(path) for path in owners.glob("*"))


def _alive(owner: Path) -> bool:
    try:
        return owner.read_text() == born(int(owner.name))
    except OSError:
        return False


def born(pid: int) -> str:
    """When a process started, as the kernel counts: a pid that is used again has another time."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def built() -> Path:
    """The folder of the programs, built if this machine never did."""
    command = [sys.executable, str(ROOT / "scripts" / "get-control-plane")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise PlaneError("scripts/get-control-plane failed")
    return Path(done.stdout.strip())


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["up", "down", "watch"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("owners", type=Path, nargs="?")
    options = parser.parse_args()
    if options.what == "watch":
        watch(options.folder, options.owners)
    elif options.what == "down":
        down(options.folder)
    elif (options.folder / "pid").exists():
        parser.error(f"{options.folder} is up: `down` first")
    else:
        plane = up(options.folder, built() / "bin")
        sys.stdout.write(f"export KUBECONFIG={plane.admin}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
