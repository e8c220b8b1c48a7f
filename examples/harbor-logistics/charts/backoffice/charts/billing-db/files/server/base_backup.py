"""Base backups by pgBackRest, one at a time, and what is known of those that exist.

Only the member that leads works here: it alone archives, and pgBackRest takes a backup of the
primary. Everything that could destroy a backup is left to pgBackRest, which refuses a store that
holds another cluster.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

log = logging.getLogger("backup")

Run = Callable[[Sequence[str]], str]

#: One full backup, then so many that hold only what changed since.
DIFFERENTIALS = 3
#: Seconds for what only asks. A backup itself takes as long as it takes.
PATIENCE = 120


class BackupError(Exception):
    """The backup was not taken, or not to be trusted."""


def run(command: Sequence[str]) -> str:
    """The output of a command; its error messages go where ours go, and into the exception."""
    patience = None if command[-1] == "backup" else PATIENCE
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=patience
        )
    except subprocess.TimeoutExpired as error:
        raise BackupError(f"{command[0]} {command[-1]} did not end in {PATIENCE} s") from error
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    for line in lines:
        log.info("%s: %s", command[0], line)
    if done.returncode != 0:
        first = next((line for line in lines if line.startswith("ERROR")), "no message")
        raise BackupError(f"{command[0]} {command[-1]} ended with {done.returncode}: {first}")
    return done.stdout


def leads(run: Run = run) -> bool:
    """True when the server beside us takes writes."""
    command = ["psql", "--no-psqlrc", "--tuples-only", "--no-align"]
    return run([*command, "--command=SELECT pg_is_in_recovery()"]).strip() == "f"


class Archive:
    """What waits in pg_wal to be archived, as the server's own files say."""

    def __init__(self, data: str, limit: int, dropped: str) -> None:
        self._wal, self._limit, self._dropped = Path(data, "pg_wal"), limit, Path(dropped)

    def metrics(self) -> list[str]:
        lines = []
        try:
            waiting = [path.stem for path in (self._wal / "archive_status").glob("*.ready")]
            size = sum(self._size(name) for name in waiting)
        except OSError as error:
            log.warning("%s", error)
        else:
            lines = [
                "# TYPE postgres_archive_waiting_files gauge",
                f"postgres_archive_waiting_files {len(waiting)}",
                "# TYPE postgres_archive_waiting_bytes gauge",
                f"postgres_archive_waiting_bytes {size}",
                "# TYPE postgres_archive_limit_bytes gauge",
                f"postgres_archive_limit_bytes {self._limit}",
            ]
        if self._dropped.exists():
            lines += [
                "# TYPE postgres_archive_dropped_timestamp_seconds gauge",
                f"postgres_archive_dropped_timestamp_seconds {self._dropped.stat().st_mtime:.0f}",
            ]
        return lines

    def _size(self, name: str) -> int:
        """0 for one that was archived and removed while we look."""
        try:
            return (self._wal / name).stat().st_size
        except FileNotFoundError:
            return 0


class Backups:
    """The state of this member's backups. Every method may be called from any thread."""

    def __init__(
        self, memory: Path, run: Run = run, every: float = 600, patience: float = 0
    ) -> None:
        self._memory, self._run, self._every = memory, run, every
        self._patience, self._awaited = patience, since(memory.with_suffix(".awaited"))
        self._lock, self._creating = threading.Lock(), threading.Lock()
        self._state: dict[str, Any] = {"state": "idle"}
        self._ready = False
        self._looked: float | None = None
        self._backups: list[dict[str, Any]] | None = None
        self._check: dict[str, Any] = {}
        try:
            self._check = outcome_of(json.loads(memory.read_bytes()))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError) as error:
            # Nothing to end for: without the agent the member would not be ready.
            log.warning("what the last try of a restore found is lost: %r", error)

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
        except (BackupError, OSError, ValueError, KeyError) as error:
            log.error("no backup: %s", error)
            outcome = {"state": "failed", "message": str(error)}
        with self._lock:
            self._state = {**self._state, **outcome, "finished": time.time()}

    def take(self) -> str:
        """Take a backup and see that it is there. pgBackRest then deletes those too many."""
        if not leads(self._run):
            raise BackupError("this member does not lead")
        self._create()
        before = self._list()
        self._run(["pgbackrest", f"--type={kind_of_next(before)}", "backup"])
        known = {one["label"] for one in before}
        new = [one for one in self.look() if one["label"] not in known]
        if len(new) != 1:
            names = sorted(one["label"] for one in new)
            raise BackupError(f"expected one new backup, found {names or 'none'}")
        name = str(new[0]["label"])
        if new[0]["error"]:
            raise BackupError(f"backup {name} holds pages whose checksum is wrong")
        log.info("backup %s is complete", name)
        return name

    def tend(self) -> None:
        """Now and then: a place for the archive, a first backup, and a look at the store."""
        leading = leads(self._run)
        if leading:
            self._create()
        due = self._looked is None or time.monotonic() - self._looked >= self._every
        if due and self.status()["state"] != "running":
            found = self.look()
            if leading and not found:
                log.info("the store has no backup of this cluster: taking the first one")
                self.start()

    def look(self) -> list[dict[str, Any]]:
        """Ask the store what it has, and remember it."""
        found = self._list()
        with self._lock:
            self._backups, self._looked = found, time.monotonic()
        return found

    def checked(self, result: dict[str, Any]) -> None:
        """Remember what the last try of a restore found, also after a restart of this process."""
        found = outcome_of(result)
        new = self._memory.with_suffix(".new")
        new.write_text(json.dumps(found), encoding="utf-8")
        new.replace(self._memory)
        with self._lock:
            self._check = found

    def _create(self) -> None:
        """The place for this cluster in the store. pgBackRest refuses one of another cluster.

        One at a time: a second one at once would fail, since pgBackRest locks it too.
        """
        with self._creating:
            if not self._ready:
                self._run(["pgbackrest", "stanza-create"])
                self._ready = True

    def _list(self) -> list[dict[str, Any]]:
        (stanza,) = json.loads(self._run(["pgbackrest", "--output=json", "info"]))
        code, message = stanza["status"]["code"], stanza["status"]["message"]
        # 1 and 2: there is nothing yet.
        if code not in (0, 1, 2):
            raise BackupError(f"the store does not say what it has: {message}")
        return list(stanza["backup"])

    def metrics(self) -> list[str]:
        """Lines for Prometheus. What is not known is not said."""
        with self._lock:
            state, backups, check = self._state["state"], self._backups, self._check
        values: dict[str, float] = {
            "postgres_backup_running": state == "running",
            "postgres_backup_failed": state == "failed",
        }
        if backups is not None:
            values["postgres_backups"] = len(backups)
        if backups:
            newest = max(backups, key=lambda one: int(one["timestamp"]["stop"]))
            times = newest["timestamp"]
            values |= {
                "postgres_backup_newest_timestamp_seconds": times["stop"],
                "postgres_backup_newest_duration_seconds": times["stop"] - times["start"],
                "postgres_backup_newest_size_bytes": newest["info"]["size"],
                "postgres_backup_damaged": any(one["error"] for one in backups),
            }
        if check:
            values |= {
                "postgres_restore_check_timestamp_seconds": check["time"],
                "postgres_restore_check_duration_seconds": check["seconds"],
                "postgres_restore_check_size_bytes": check["bytes"],
                "postgres_restore_check_succeeded": check["succeeded"],
            }
        if self._patience:
            values["postgres_restore_check_awaited_timestamp_seconds"] = self._awaited
            values["postgres_restore_check_limit_seconds"] = self._patience
        return [
            line
            for name, value in values.items()
            for line in (f"# TYPE {name} gauge", f"{name} {float(value):.0f}")
        ]


def since(mark: Path) -> float:
    """When an agent of this volume first looked: since then a try of a restore is awaited."""
    try:
        if not mark.exists():
            mark.touch()
        return mark.stat().st_mtime
    except OSError as error:
        log.warning("%s", error)
        return time.time()


def outcome_of(result: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a try of a restore. Not all that is sent, and nothing else."""
    numbers = {name: float(result[name]) for name in ("time", "seconds", "bytes")}
    return {**numbers, "succeeded": bool(result["succeeded"])}


def kind_of_next(backups: Sequence[dict[str, Any]]) -> str:
    """Full when there is none, or when enough others follow the last full one."""
    newest = backups[-DIFFERENTIALS:]
    return "diff" if any(one["type"] == "full" for one in newest) else "full"


def from_environment() -> tuple[Backups, Archive]:
    data, limit = os.environ["PGDATA"], int(os.environ["ARCHIVE_LIMIT"]) * 1024**2
    patience = float(os.environ.get("CHECK_LIMIT", "0"))
    backups = Backups(Path(os.environ["CHECK_MEMORY"]), patience=patience)
    return backups, Archive(data, limit, os.environ["ARCHIVE_DROPPED"])
