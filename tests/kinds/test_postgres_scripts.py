"""What runs in a PostgreSQL pod beside the server, without a server."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests import needs
from tests.kinds.data import until

FILES = needs.ROOT / "generator" / "kinds" / "postgres" / "files"
sys.path.insert(0, str(FILES))

import agent  # noqa: E402
import base_backup  # noqa: E402
import configure  # noqa: E402
import patroni_api  # noqa: E402
import request_backup  # noqa: E402


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], context: Any = None) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answers(table: dict[tuple[str, str], Any], seen: list[Any] | None = None):
    """A handler that answers from a table; functions in it are called with the body."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"null")
            if seen is not None:
                seen.append((self.command, self.path, body, self.headers.get("Authorization")))
            found = table.get((self.command, self.path), (404, {"error": "not here"}))
            status, answer = found(body) if callable(found) else found
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - the standard library's names

        def log_message(self, *args: Any) -> None: ...

    return Handler


class Store:
    """Commands that a backup runs, and what they would answer."""

    def __init__(self, names=(), segments=("0A",), pushed="base_0A", leads=True):
        self.names, self.segments = list(names), list(segments)
        self.pushed, self.leads, self.log = pushed, leads, []

    def __call__(self, command):
        text = " ".join(command)
        self.log.append(text)
        if "backup-list" in text:
            listed = [
                {"backup_name": n, "time": "2026-01-02T03:04:05.123456789Z"} for n in self.names
            ]
            return json.dumps(listed) if listed else ""
        if "backup-push" in text:
            self.names += [self.pushed] if self.pushed else []
        if "pg_is_in_recovery" in text:
            return "f\n" if self.leads else "t\n"
        if "redo_wal_file" in text:
            return (self.segments.pop(0) if len(self.segments) > 1 else self.segments[0]) + "\n"
        return ""

    def backups(self, **options):
        return base_backup.Backups("/data", 3, run=self, pause=0.001, **options)


class TestBackups:
    def test_takes_one_and_deletes_those_too_many(self):
        store = Store(names=["base_09"])
        assert store.backups().take() == "base_0A"
        assert "wal-g backup-push /data" in store.log
        assert store.log.index("wal-g delete retain FULL 3 --confirm") > store.log.index(
            "wal-g backup-push /data"
        )

    @pytest.mark.parametrize("name", ["base_0A", "base_0A_D_09"])
    def test_waits_for_a_segment_that_no_backup_is_named_after(self, name):
        store = Store(names=[name], segments=["0A", "0A", "0B"], pushed="base_0B")
        assert store.backups().take() == "base_0B"
        assert sum("CHECKPOINT" in line for line in store.log) == 3

    def test_never_overwrites_one(self):
        store = Store(names=["base_0A"])
        with pytest.raises(base_backup.BackupError, match="base_0A exists"):
            store.backups(patience=0.01).take()
        assert not any("backup-push" in line for line in store.log)

    def test_a_backup_that_is_not_listed_is_none(self):
        store = Store(pushed=None)
        with pytest.raises(base_backup.BackupError, match="expected one new backup"):
            store.backups().take()
        assert not any("delete" in line for line in store.log)

    def test_only_one_at_a_time(self):
        going, store = threading.Event(), Store()

        def slow(command):
            going.wait(5)
            return store(command)

        backups = base_backup.Backups("/data", 3, run=slow)
        assert backups.start()
        assert not backups.start()
        assert backups.status()["state"] == "running"
        assert "postgres_backup_running 1" in backups.metrics()
        going.set()
        until(lambda: backups.status()["state"] == "succeeded", "the backup", 5)
        assert backups.status()["name"] == "base_0A"

    def test_failure_is_told(self):
        backups = Store(pushed=None).backups()
        backups.start()
        until(lambda: backups.status()["state"] == "failed", "the backup", 5)
        assert "expected one new backup" in backups.status()["message"]
        assert "postgres_backup_failed 1" in backups.metrics()

    def test_metrics_say_how_old_the_newest_is(self):
        backups = Store(names=["base_01", "base_02"]).backups()
        assert not any("newest" in line for line in backups.metrics())
        backups.look()
        assert "postgres_backups 2" in backups.metrics()
        assert "postgres_backup_newest_timestamp_seconds 1767323045" in backups.metrics()

    def test_prepares_only_on_the_leader(self):
        store = Store()
        base_backup.prepare(store)
        assert [line.rpartition("=")[2] for line in store.log[1:]] == [
            "SELECT pg_switch_wal()",
            "CHECKPOINT",
        ]
        with pytest.raises(base_backup.BackupError, match="does not lead"):
            base_backup.prepare(Store(leads=False))

    def test_a_command_that_fails_says_why(self):
        with pytest.raises(base_backup.BackupError, match=r"sh -c ended with 3: no space"):
            base_backup.run(["sh", "-c", "echo no space >&2; exit 3"])


class TestAgent:
    def test_wants_the_token(self):
        backups = Store().backups()
        with serving(agent.control_handler("right", backups, lambda: None)) as port:
            for headers in ({}, patroni_api.bearer("wrong")):
                for method, path in (("GET", "/status"), ("POST", "/backup"), ("POST", "/prepare")):
                    with pytest.raises(patroni_api.RefusedError) as caught:
                        url = f"http://127.0.0.1:{port}{path}"
                        patroni_api.ask(url, method=method, headers=headers)
                    assert caught.value.status == 401
        assert backups.status() == {"state": "idle"}

    def test_tells_what_preparing_failed_of(self):
        def prepare():
            raise base_backup.BackupError("this member does not lead")

        handler = agent.control_handler("right", Store().backups(), prepare)
        with serving(handler) as port, pytest.raises(patroni_api.RefusedError) as caught:
            url = f"http://127.0.0.1:{port}/prepare"
            patroni_api.ask(url, method="POST", headers=patroni_api.bearer("right"))
        assert (caught.value.status, "does not lead" in str(caught.value)) == (503, True)

    def test_metrics_are_patronis_and_its_own(self):
        with serving(answers({("GET", "/metrics"): (200, "patroni_primary 1")})) as patroni:
            url = f"http://127.0.0.1:{patroni}"
            with serving(agent.metrics_handler(url, None, Store().backups())) as port:
                text = patroni_api.ask(f"http://127.0.0.1:{port}/metrics")
                assert patroni_api.ask(f"http://127.0.0.1:{port}/healthz") == "ok\n"
        assert "patroni_primary 1" in text
        assert "patroni_up 1" in text
        assert "postgres_backup_running 0" in text

    def test_metrics_without_patroni_say_so(self):
        with serving(agent.metrics_handler("http://127.0.0.1:1", None, None)) as port:
            assert "patroni_up 0" in patroni_api.ask(f"http://127.0.0.1:{port}/metrics")

    def test_new_certificates_are_used_without_a_restart(self, tmp_path):
        def write(authority):
            pair = authority.issue_cert("localhost")
            authority.cert_pem.write_to_path(str(tmp_path / "ca.crt"))
            pair.private_key_pem.write_to_path(str(tmp_path / "tls.key"))
            pair.cert_chain_pems[0].write_to_path(str(tmp_path / "tls.crt"))

        write(trustme.CA())
        reloads: list[int] = []
        context = agent.server_context(str(tmp_path))
        watched = agent.Certificates(str(tmp_path), (context,), lambda: reloads.append(1))
        handler = agent.control_handler("right", Store().backups(), lambda: None)
        headers = patroni_api.bearer("right")
        with serving(handler, context) as port:
            url = f"https://localhost:{port}/status"
            trust = patroni_api.trust(str(tmp_path))
            assert patroni_api.ask(url, context=trust, headers=headers) == {"state": "idle"}
            assert (watched.look(), reloads) == (False, [])
            write(trustme.CA())
            assert (watched.look(), watched.look(), reloads) == (True, False, [1])
            trust = patroni_api.trust(str(tmp_path))
            assert patroni_api.ask(url, context=trust, headers=headers) == {"state": "idle"}
            with pytest.raises(OSError, match="certificate"):
                patroni_api.ask(url, context=ssl.create_default_context(), headers=headers)

    def test_certificates_are_tried_again_when_patroni_did_not_hear(self, tmp_path):
        for name in ("ca.crt", "tls.crt", "tls.key"):
            (tmp_path / name).write_text("old")
        heard = iter((OSError("nobody"), None))

        def reload():
            if problem := next(heard):
                raise problem

        watched = agent.Certificates(str(tmp_path), (), reload)
        (tmp_path / "ca.crt").write_text("new")
        with pytest.raises(OSError, match="nobody"):
            watched.look()
        assert (watched.look(), watched.look()) == (True, False)


def member(name, role="replica", state="streaming", lag=0, port=0, **more):
    url = f"http://127.0.0.1:{port}/patroni"
    found = {"name": name, "role": role, "state": state, "api_url": url, **more}
    return found if role == "leader" else {**found, "lag": lag}


LEADER = member("a", "leader", "running")


class TestRequestBackup:
    @pytest.mark.parametrize(
        ("members", "chosen"),
        [
            ([LEADER, member("b", lag=9), member("c", "quorum_standby", lag=1)], "c"),
            ([LEADER, member("c"), member("b")], "b"),
            ([LEADER, member("b", state="starting"), member("c", lag="unknown")], "a"),
            ([LEADER], "a"),
        ],
    )
    def test_burdens_the_replica_that_lags_least(self, members, chosen):
        leader, found = request_backup.choose(members)
        assert (leader["name"], found["name"]) == ("a", chosen)

    @pytest.mark.parametrize("members", [[], [member("b")], [LEADER, {**LEADER, "name": "b"}]])
    def test_does_nothing_without_exactly_one_leader(self, members):
        with pytest.raises(request_backup.NoBackupError, match="expected one leader"):
            request_backup.choose(members)

    def ask(self, statuses, start=(202, {})):
        """A request to an agent whose status goes through these."""
        seen: list[Any] = []
        left = list(statuses)
        table = {
            ("POST", "/prepare"): (200, {}),
            ("POST", "/backup"): start,
            ("GET", "/status"): lambda body: left.pop(0) if len(left) > 1 else left[0],
        }
        with serving(answers(table, seen)) as port:
            members = [{**LEADER, "api_url": f"http://127.0.0.1:{port}/patroni"}]
            cluster = {("GET", "/cluster"): (200, {"members": members})}
            with serving(answers(cluster)) as patroni:
                url = f"http://127.0.0.1:{patroni}"
                try:
                    return request_backup.request(url, "right", port=port, pause=0.001), seen
                except request_backup.NoBackupError as error:
                    return str(error), seen

    def test_waits_until_the_backup_is_complete(self):
        running, done = {"state": "running"}, {"state": "succeeded", "name": "base_0A"}
        found, seen = self.ask([(200, running), (503, {}), (200, running), (200, done)])
        assert found == "base_0A"
        assert [path for _, path, _, _ in seen[:2]] == ["/prepare", "/backup"]
        assert {token for _, _, _, token in seen} == {"Bearer right"}

    @pytest.mark.parametrize(
        ("status", "message"),
        [
            ((200, {"state": "failed", "message": "no space"}), "no space"),
            ((200, {"state": "idle"}), "was started anew"),
            ((503, {}), "no longer answers"),
        ],
    )
    def test_ends_when_there_will_be_none(self, status, message):
        found, _ = self.ask([status])
        assert message in found

    def test_joins_a_backup_that_runs_already(self):
        found, _ = self.ask([(200, {"state": "succeeded", "name": "base_0B"})], start=(409, {}))
        assert found == "base_0B"


class TestConfigure:
    def test_difference_is_only_what_must_change(self):
        wanted = {"ttl": 30, "postgresql": {"parameters": {"max_connections": 200, "a": "on"}}}
        have = {
            "ttl": 30,
            "own": 1,
            "postgresql": {"parameters": {"max_connections": 100, "a": "on"}},
        }
        assert configure.difference(wanted, have) == {
            "postgresql": {"parameters": {"max_connections": 200}}
        }
        assert configure.difference({"a": {"b": 1}}, {}) == {"a": {"b": 1}}
        assert configure.difference({"a": 1, "b": "15"}, {"a": 1, "b": 15}) == {}

    def test_sets_and_restarts_replicas_before_the_leader(self):
        seen: list[Any] = []
        pending = {"a", "b", "c"}

        with serving(answers(table := {}, seen)) as port:

            def cluster(body):
                members = [
                    member("a", "leader", "running", port=port),
                    *(member(name, port=port) for name in "bc"),
                ]
                found = [
                    {**m, "pending_restart": True} if m["name"] in pending else m for m in members
                ]
                return 200, {"members": found}

            order = iter("bca")
            table[("GET", "/config")] = (200, {"ttl": 20})
            table[("PATCH", "/config")] = (200, {})
            table[("GET", "/cluster")] = cluster
            table[("POST", "/restart")] = lambda body: (200, pending.discard(next(order)))
            url = f"http://127.0.0.1:{port}"
            job = configure.Cluster(
                url, patroni_api.basic("patroni", "word"), pause=0.001, settle=0
            )
            assert job.configure({"ttl": 30})
        changes = [(method, path, body) for method, path, body, _ in seen if method != "GET"]
        assert changes == [
            ("PATCH", "/config", {"ttl": 30}),
            *[("POST", "/restart", {"restart_pending": True})] * 3,
        ]
        assert pending == set()

    def test_changes_nothing_when_nothing_differs(self):
        seen: list[Any] = []
        table = {
            ("GET", "/config"): (200, {"ttl": 30, "own": "kept"}),
            ("GET", "/cluster"): (200, {"members": [LEADER]}),
        }
        with serving(answers(table, seen)) as port:
            assert not configure.Cluster(f"http://127.0.0.1:{port}", {}).configure({"ttl": 30})
        assert {method for method, *_ in seen} == {"GET"}

    def test_gives_up_on_a_leader_that_never_comes(self):
        job = configure.Cluster("http://127.0.0.1:1", {}, patience=0.01, pause=0.001)
        with pytest.raises(configure.NotConfiguredError, match="the leader"):
            job.configure({"ttl": 30})

    def test_wrong_password_is_not_tried_again(self):
        table = {("GET", "/config"): (200, {}), ("PATCH", "/config"): (401, {"error": "no"})}
        with serving(answers(table)) as port, pytest.raises(patroni_api.RefusedError):
            configure.Cluster(f"http://127.0.0.1:{port}", {}, pause=0.001).configure({"ttl": 30})


class TestPrepare:
    def run(self, tmp_path: Path, major: str, data: str | None) -> subprocess.CompletedProcess[str]:
        script = (FILES / "prepare.sh").read_text().replace("/usr/lib", f"{tmp_path}/lib")
        (tmp_path / "prepare.sh").write_text(script)
        binary = tmp_path / "lib" / "postgresql" / "18" / "bin" / "postgres"
        binary.parent.mkdir(parents=True)
        binary.touch(mode=0o755)
        folder = tmp_path / "volume" / "root" / "data"
        if data is not None:
            folder.mkdir(parents=True, mode=0o777)
            (folder / "PG_VERSION").write_text(f"{data}\n")
        env = {"PATH": "/usr/bin:/bin", "PGDATA": str(folder), "PG_MAJOR": major}
        command = ["sh", str(tmp_path / "prepare.sh")]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    def test_new_volume(self, tmp_path):
        assert self.run(tmp_path, "18", None).returncode == 0
        assert (tmp_path / "volume" / "root").stat().st_mode & 0o777 == 0o700

    def test_same_version_gets_the_modes_that_the_server_insists_on(self, tmp_path):
        assert self.run(tmp_path, "18", "18").returncode == 0
        assert (tmp_path / "volume" / "root" / "data").stat().st_mode & 0o777 == 0o700

    def test_another_version_is_refused(self, tmp_path):
        done = self.run(tmp_path, "18", "17")
        assert done.returncode == 1
        assert "the volume holds PostgreSQL 17, the chart wants 18" in done.stderr
        assert "postgresVersion=17" in done.stderr

    def test_version_that_the_image_does_not_have(self, tmp_path):
        done = self.run(tmp_path, "19", None)
        assert (done.returncode, "no PostgreSQL 19" in done.stderr) == (1, True)


def test_shell_scripts_are_clean():
    checker = needs.program("shellcheck", "apt-get install shellcheck")
    names = sorted(path.name for path in FILES.glob("*.sh"))
    command = [checker, *names]
    done = subprocess.run(command, cwd=FILES, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_python_of_the_image_can_read_the_scripts():
    """Ubuntu 22.04, which Spilo is made from, has Python 3.10."""
    import ast

    for path in FILES.glob("*.py"):
        ast.parse(path.read_text(), str(path), feature_version=(3, 10))
