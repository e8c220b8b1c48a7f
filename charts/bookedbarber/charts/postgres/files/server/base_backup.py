"""One base backup by WAL-G at a time, and what is known of the backups that exist.

WAL-G names a backup after the log segment that it starts in. Two backups of one segment have
the same name, and the later one destroys the earlier. So nothing starts before the server's
last checkpoint lies in a segment that no backup is named after.
"""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

log = logging.getLogger("backup")

Run = Callable[[Sequence[str]], str]


class BackupError(Exception):
    """The backup was not taken, or not to be trusted."""


def run(command: Sequence[str]) -> str:
    """The output of a command; its error messages go where ours go, and into the exception."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in done.stderr.splitlines():
        log.info("%s: %s", command[0], line)
    if done.returncode != 0:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        raise BackupError(f"{' '.join(command[:2])} ended with {done.returncode}: {last}")
    return done.stdout


def sql(statement: str, run: Run = run) -> str:
    """The one value of a statement on this member."""
    command = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
    return run([*command, f"--command={statement}"]).strip()


def prepare(run: Run = run) -> None:
    """On the leader: start a new log segment and put a checkpoint into it."""
    if sql("SELECT pg_is_in_recovery()", run) != "f":
        raise BackupError("this member does not lead")
    sql("SELECT pg_switch_wal()", run)
    sql("CHECKPOINT", run)


class Backups:
    """The state of this member's backups. Every method may be called from any thread."""

    def __init__(
        self, data: str, keep: int, run: Run = run, patience: float = 300, pause: float = 2
    ) -> None:
        self._data, self._keep, self._run = data, keep, run
        self._patience, self._pause = patience, pause
        self._lock = threading.Lock()
        self._state: dict[str, Any] = {"state": "idle"}
        self._newest: float | None = None
        self._count: int | None = None

    def status(self) -> dict[str, Any]:
        with self._lock:
            return dict(self._state)

    def start(self) -> bool:
        """Begin a backup in the background; False when one runs already."""
        with self._lock:
            if self._state["state"] == "running":
                return False
            self._state = {"state": "running", "started": time.time()}
        threading.Thread(target=self._work, daemon=True).start()
        return True

    def _work(self) -> None:
        try:
            name = self.take()
            outcome = {"state": "succeeded", "name": name}
        except (BackupError, OSError, ValueError) as error:
            log.error("no backup: %s", error)
            outcome = {"state": "failed", "message": str(error)}
        with self._lock:
            self._state = {**self._state, **outcome, "finished": time.time()}

    def take(self) -> str:
        """Take a backup, check that it is there, delete those that are too many."""
        before = set(self.names())
        self._await_new_segment(before)
        self._run(["wal-g", "backup-push", self._data])
        new = set(self.names()) - before
        if len(new) != 1:
            raise BackupError(f"expected one new backup, found {sorted(new) or 'none'}")
        name = new.pop()
        log.info("backup %s is complete", name)
        self._run(["wal-g", "delete", "retain", "FULL", str(self._keep), "--confirm"])
        self.look()
        return name

    def names(self) -> list[str]:
        return [str(backup["backup_name"]) for backup in self._list()]

    def look(self) -> None:
        """Remember how many backups the store has, and when the newest was taken."""
        backups = self._list()
        times = [_seconds(str(b.get("time") or b.get("modified"))) for b in backups]
        with self._lock:
            self._count, self._newest = len(backups), max(times, default=None)

    def metrics(self) -> list[str]:
        """Lines for Prometheus. What is not known is not said."""
        with self._lock:
            lines = [
                "# TYPE postgres_backup_running gauge",
                f"postgres_backup_running {int(self._state['state'] == 'running')}",
                "# TYPE postgres_backup_failed gauge",
                f"postgres_backup_failed {int(self._state['state'] == 'failed')}",
            ]
            if self._count is not None:
                lines += ["# TYPE postgres_backups gauge", f"postgres_backups {self._count}"]
            if self._newest is not None:
                lines += [
                    "# TYPE postgres_backup_newest_timestamp_seconds gauge",
                    f"postgres_backup_newest_timestamp_seconds {self._newest:.0f}",
                ]
        return lines

    def _list(self) -> list[dict[str, Any]]:
        text = self._run(["wal-g", "backup-list", "--json"]).strip()
        found = json.loads(text) if text else []
        return list(found or [])

    def _await_new_segment(self, names: set[str]) -> None:
        """Wait until a backup that starts now gets a name that none has."""
        deadline = time.monotonic() + self._patience
        while True:
            sql("CHECKPOINT", self._run)
            segment = sql("SELECT redo_wal_file FROM pg_control_checkpoint()", self._run)
            base = f"base_{segment}"
            if not any(name == base or name.startswith(f"{base}_") for name in names):
                return
            if time.monotonic() >= deadline:
                raise BackupError(f"{base} exists, and no newer checkpoint arrived")
            time.sleep(self._pause)


def _seconds(text: str) -> float:
    """A time as WAL-G writes it, in seconds since 1970, without their fractions."""
    whole = re.sub(r"\.\d+", "", text).replace("Z", "+00:00")
    return datetime.fromisoformat(whole).timestamp()


def from_environment() -> Backups:
    return Backups(os.environ["PGDATA"], int(os.environ["BACKUP_KEEP"]))
