"""A PostgreSQL server that archives by the chart's scripts, its agent, and restores of it.

Server, agent and Jobs are a container each in the chart; here they are processes with the rendered
environment and command. `_differences` and what is added to each environment say what is other.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import trustme

from tests import needs
from tests.data import pods
from tests.data.pods import Difference
from tests.data.server import SECRETS, Server
from tests.data.store import KEYS, Store
from tests.kinds.data import free_port, until
from tests.kinds.rendering import Built, container

TOKEN: Final = "a token"
SECRETS.update(KEYS, **{"agent-token": TOKEN})


class Archiving(Server):
    """`values` are the component's. Without a store it archives into a folder of this machine."""

    def __init__(
        self, built: Built, folder: Path, store: Store | None, values: dict[str, Any] | None = None
    ) -> None:
        self.pgbackrest = needs.program("pgbackrest", "apt-get install pgbackrest")
        self.built, self.store = built, store
        self.values = {"postgresVersion": 15, "tls": {"enabled": False}, **(values or {})}
        backup = {"secret": "store", **self.values.get("backup", {})}
        if store is not None:
            backup |= {"endpoint": store.url, "caSecret": "authority"}
        self.values["backup"] = backup
        objects = built.render({"ledger": self.values})
        pair = trustme.CA().issue_cert("localhost")
        super().__init__(folder, objects, pair, free_port())
        self.data = folder / "volume" / "pgroot" / "data"
        self.places |= {
            "/home/postgres/pgdata": folder / "volume",
            "/etc/patroni": folder / "config",
            "/store": folder / "store",
            "/restore": folder / "restore",
            "/tmp/pgbackrest": folder / "lock",
        }
        self.rendered = self._read()
        for name in ("volume", "volume/pgroot", "config", "store", "restore", "lock", "files"):
            (folder / name).mkdir()
            self._owned(folder / name, 0o700)
        self._settings()
        self.env = self.environment("StatefulSet", "ledger", "ledger")
        if store is None and "RESTORE_PATH" in self.env:
            self.env["RESTORE_PATH"] = f"{folder}/files{self.env['RESTORE_PATH']}"
        self.agent: subprocess.Popen[bytes] | None = None
        self.agent_port, self.metrics_port = free_port(), free_port()

    def _settings(self) -> None:
        """pgbackrest.conf with what must differ, and the authority of the store."""
        text = self.objects.one("ConfigMap", "ledger-patroni")["data"]["pgbackrest.conf"]
        text = pods.placed(pods.adapted("pgbackrest.conf", text, self._differences()), self.places)
        (self.folder / "config" / "pgbackrest.conf").write_text(text)
        if self.store is not None:
            (self.folder / "store" / "ca.crt").write_bytes(self.store.authority.read_bytes())

    def _differences(self) -> list[Difference]:
        def of(rendered: str, here: str, why: str) -> Difference:
            return Difference(file="pgbackrest.conf", rendered=rendered, here=here, why=why)

        found = [
            of("io-timeout=30", "io-timeout=3", "so that a store that is away is given up soon"),
            of("pg1-user=", f"pg1-port={self.port}\npg1-user=", "all ports are on one machine"),
        ]
        if self.store is None:
            path = f"repo1-path={self.folder}/files/"
            found.append(of("repo1-type=s3", "repo1-type=posix", "a folder instead of S3"))
            found.append(of("repo1-path=/", path, "a folder instead of S3"))
        return found

    def wait(self, look: Any, what: str, seconds: float = 90) -> None:
        """Until it is so; else with what server and agent said last."""
        try:
            until(look, what, seconds)
        except (AssertionError, OSError) as error:
            for name in ("log", "agent.log"):
                if (self.folder / name).exists():
                    lines = (self.folder / name).read_text(errors="replace").splitlines()
                    error.add_note(f"--- {name}\n" + "\n".join(lines[-25:]))
            raise

    # -- its agent ----------------------------------------------------------------------------

    def start_agent(self) -> None:
        env = self.environment("StatefulSet", "ledger", "agent")
        env |= {
            "PGPORT": str(self.port),
            "AGENT_PORT": str(self.agent_port),
            "AGENT_METRICS_PORT": str(self.metrics_port),
        }
        rendered = container(self.objects.one("StatefulSet", "ledger"), "agent")["command"]
        with (self.folder / "agent.log").open("ab") as output:
            self.agent = subprocess.Popen(
                pods.command(rendered, self.places),
                env=env,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
                **self.user,
            )
        self.wait(lambda: self.metric("patroni_up") is not None, "the agent")

    def end_agent(self, number: signal.Signals = signal.SIGKILL) -> None:
        """The container with all its processes."""
        if self.agent is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.agent.pid, number)
            self.agent.wait(20)
            self.agent = None

    def metric(self, name: str) -> float | None:
        url = f"http://127.0.0.1:{self.metrics_port}/metrics"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                lines = answer.read().decode().splitlines()
        except OSError:
            return None
        found = [line.split()[1] for line in lines if line.startswith(f"{name} ")]
        return float(found[0]) if found else None

    def ask(self, method: str, path: str) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.agent_port}{path}",
            method=method,
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def first_backup(self) -> None:
        """The agent takes it by itself, as soon as it sees that there is none."""

        def look() -> bool:
            assert self.ask("GET", "/status")["state"] != "failed", "the first backup failed"
            return self.metric("postgres_backups") == 1

        self.wait(look, "the first backup", 150)
        self.idle()

    def backup(self) -> str:
        """Have the agent take one; its name."""
        self.ask("POST", "/backup")
        self.idle()
        status = self.ask("GET", "/status")
        assert status["state"] == "succeeded", status
        return str(status["name"])

    def idle(self) -> None:
        self.wait(lambda: self.ask("GET", "/status")["state"] != "running", "the backup", 150)

    # -- the tool and what it keeps -------------------------------------------------------------

    def tool(self, *words: str) -> str:
        """pgBackRest as the member's container runs it."""
        return self._run(self.pgbackrest, *words, env={**self.env, "PATH": os.environ["PATH"]})

    def info(self) -> dict[str, Any]:
        (found,) = json.loads(self.tool("--output=json", "info"))
        return dict(found)

    def labels(self) -> list[str]:
        return [one["label"] for one in self.info()["backup"]]

    def switch(self) -> str:
        """End the segment that is written to, with something in it; its name."""
        self.sql("SELECT pg_logical_emit_message(true, 'test', 'x')")
        return self.sql("SELECT pg_walfile_name(pg_switch_wal())")

    def archived(self, segment: str, seconds: float = 90) -> None:
        last = "SELECT last_archived_wal >= '{}' FROM pg_stat_archiver"
        self.wait(lambda: self.sql(last.format(segment)) == "t", f"{segment} in the store", seconds)

    # -- restores -------------------------------------------------------------------------------

    def check(self) -> subprocess.CompletedProcess[str]:
        """Run the Job that tries a restore, with somebody who knows who leads."""
        env = self.environment("CronJob", "ledger-restore-check", "restore-check")
        rendered = container(self.objects.one("CronJob", "ledger-restore-check"))["command"]
        self._run("rm", "-rf", self.folder / "restore" / "check")
        with _patroni(self.agent_port) as port:
            env |= {"PATRONI_URL": f"http://127.0.0.1:{port}", "AGENT_PORT": str(self.agent_port)}
            return subprocess.run(
                pods.command(rendered, self.places),
                env=env,
                capture_output=True,
                text=True,
                check=False,
                cwd=self.folder,
                timeout=180,
                **self.user,
            )

    def begin_restored(self) -> None:
        """What Patroni does with the rendered bootstrap: script, settings, server, then roles."""
        self._scripts()
        bootstrap = self.rendered["bootstrap"]
        way = bootstrap[bootstrap["method"]]
        assert way["no_params"] is True
        self._run(*way["command"].split(), env=self.env)
        # Patroni takes these out of what the tool wrote, and has its own.
        (self.data / "postgresql.auto.conf").write_text("")
        assert (self.data / "recovery.signal").exists()
        self.configure(way["recovery_conf"])
        self.start()
        leads = "SELECT pg_is_in_recovery()"
        self.wait(lambda: self.sql(leads, "postgres") == "f", "its lead", 60)
        self._bootstrap()


@contextlib.contextmanager
def _patroni(agent: int) -> Iterator[int]:
    """Says that the one member leads, as Patroni's /cluster does."""
    member = {"name": "ledger-0", "role": "leader", "state": "running"}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"http://127.0.0.1:{agent}/patroni"
            data = json.dumps({"members": [{**member, "api_url": url}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
