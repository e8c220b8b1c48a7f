"""Job: restore the newest backup and the whole archive into an empty folder, and look at it.

A backup that was never restored is none. The server here answers on a socket of this pod only,
and archives nothing. The agent of the member that leads is told the outcome, for its metrics.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import patroni_api as patroni
from request_backup import AGENT_PORT, NoBackupError, agent_url, leader

log = logging.getLogger("restore-check")

SEGMENT = 16 * 1024**2


class UnusableError(Exception):
    """The backups are of no use as they are, and why."""


def run(command: Sequence[str], seconds: float | None = None) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise UnusableError(f"{command[0]} did not end in time") from error
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
        raise UnusableError(f"{command[0]} ended with {done.returncode}: {' / '.join(said[-3:])}")
    return done.stdout


def last_archived(info: Sequence[Mapping[str, Any]]) -> str:
    """The last segment of the log that the store has; there must be a backup too."""
    (stanza,) = info
    if not stanza["backup"]:
        raise UnusableError(f"there is no backup: {stanza['status']['message']}")
    segments = [one["max"] for one in stanza["archive"] if one["max"]]
    if not segments:
        raise UnusableError("the archive is empty")
    return str(max(segments))


def position(segment: str, size: int = SEGMENT) -> int:
    """Where in the log a segment begins."""
    return (int(segment[8:16], 16) << 32) + int(segment[16:24], 16) * size


def parse(position: str) -> int:
    """A place in the log as PostgreSQL writes it."""
    high, _, low = position.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


class Copy:
    """The restored server: started, asked and ended here. `patience` counts from now on.

    `parameters` are those without which it would not start, or not read what is in it.
    """

    def __init__(
        self, folder: Path, patience: float, parameters: Mapping[str, Any], run: Any = run
    ) -> None:
        self.folder, self.data = folder, folder / "data"
        self._patience, self._deadline = patience, time.monotonic() + patience
        self._parameters, self._run = parameters, run
        self._server: subprocess.Popen[bytes] | None = None

    def restore(self) -> None:
        self.data.mkdir(mode=0o700, parents=True)
        places = (f"--pg1-path={self.data}", f"--tablespace-map-all={self.folder}/tablespaces")
        # Without archive_mode it can't write to the archive, whatever the restored settings say.
        left = max(self._deadline - time.monotonic(), 1)
        self._run(["pgbackrest", *places, "--archive-mode=off", "restore"], left)
        settings = {
            **self._parameters,
            # Libraries may bring workers that act: on a copy, nothing does.
            "max_worker_processes": 0,
            "listen_addresses": "",
            "unix_socket_directories": self.folder,
            "hba_file": self.folder / "hba.conf",
            "hot_standby": "off",
            "shared_buffers": "128MB",
            "fsync": "off",
            "max_wal_size": "1GB",
        }
        quoted = ((name, str(value).replace("'", "''")) for name, value in settings.items())
        lines = [f"{name} = '{value}'" for name, value in quoted]
        (self.data / "postgresql.conf").write_text("\n".join(lines) + "\n")
        (self.folder / "hba.conf").write_text("local all all trust\n")

    def start(self) -> None:
        """Start it and wait until all of the log is replayed."""
        self._server = subprocess.Popen(["postgres", "-D", str(self.data)])
        ready = ["pg_isready", "--quiet", f"--host={self.folder}"]
        while subprocess.run(ready, check=False).returncode != 0:
            if (code := self._server.poll()) is not None:
                raise UnusableError(f"the server ended with {code} while it replayed the log")
            if time.monotonic() >= self._deadline:
                raise UnusableError(f"it was not restored in {self._patience:.0f} s")
            time.sleep(0.5)

    def sql(self, statement: str, database: str = "postgres") -> str:
        command = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
        place = [f"--host={self.folder}", "--username=postgres", f"--dbname={database}"]
        return str(self._run([*command, *place, f"--command={statement}"])).strip()

    def examine(self, database: str, query: str, archived: str) -> int:
        """Size in bytes, once everything that can be asked was answered well."""
        replayed = self.sql("SELECT pg_last_wal_replay_lsn()")
        if parse(replayed) < position(archived):
            raise UnusableError(
                f"the replay ended at {replayed}, before the last archived segment {archived}: "
                "the archive has a gap"
            )
        place = [f"--host={self.folder}", "--username=postgres"]
        self._run(["pg_amcheck", *place, "--all", "--install-missing"])
        found = self.sql(query, database)
        if found != "t":
            raise UnusableError(f"{query!r} in {database} gave {found!r}, not true")
        return int(self.sql("SELECT sum(pg_database_size(oid)) FROM pg_database"))

    def stop(self) -> None:
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            try:
                self._server.wait(60)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()


def check(copy: Copy, database: str, query: str, run: Any = run) -> dict[str, Any]:
    """What the agent is told. A failure is a result too."""
    begin, size, problem = time.monotonic(), 0, ""
    try:
        info = json.loads(run(["pgbackrest", "--output=json", "info"]))
        archived = last_archived(info)
        copy.restore()
        copy.start()
        seconds = time.monotonic() - begin
        log.info("restored and replayed in %.0f s", seconds)
        size = copy.examine(database, query, archived)
    except (UnusableError, OSError, ValueError, KeyError) as error:
        problem, seconds = str(error), time.monotonic() - begin
    finally:
        copy.stop()
    found = {"time": time.time(), "seconds": seconds, "bytes": size, "succeeded": not problem}
    return {**found, "problem": problem}


def tell(url: str, token: str, tls_dir: str, result: Mapping[str, Any], port: int) -> None:
    """The metrics are a courtesy: the outcome of the Job does not depend on them."""
    context = patroni.trust(tls_dir)
    try:
        member = leader(patroni.ask(f"{url}/cluster", context=context)["members"])
        target = f"{agent_url(member, port)}/restore-check"
        headers = patroni.bearer(token)
        patroni.ask(target, context=context, method="POST", headers=headers, body=dict(result))
    except (NoBackupError, patroni.RefusedError, OSError) as error:
        log.warning("no agent was told: %s", error)


def main() -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    env = os.environ
    parameters = json.loads(env["CHECK_PARAMETERS"])
    copy = Copy(Path(env["CHECK_FOLDER"]), float(env["CHECK_PATIENCE"]), parameters)
    result = check(copy, env["APP_DATABASE"], env["CHECK_QUERY"])
    port = int(env.get("AGENT_PORT", AGENT_PORT))
    tell(env["PATRONI_URL"], env["AGENT_TOKEN"], env.get("TLS_DIR", ""), result, port)
    if result["problem"]:
        log.error("the backups can't be relied on: %s", result["problem"])
        return 1
    log.info("%.0f s, %d bytes: the backups can be restored", result["seconds"], result["bytes"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
