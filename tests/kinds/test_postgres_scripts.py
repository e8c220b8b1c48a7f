"""What runs in a PostgreSQL pod beside the server, without a server."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
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
import restore_check  # noqa: E402


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


def listed(label, kind="full", error=False, stop=1767323045):
    times = {"start": stop - 20, "stop": stop}
    return {
        "label": label,
        "type": kind,
        "error": error,
        "timestamp": times,
        "info": {"size": 4096},
    }


class Store:
    """Commands that a backup runs, and what they would answer."""

    def __init__(self, backups=(), pushed="20260102F", leads=True, code=0, error=False):
        self.backups, self.pushed, self.leads = list(backups), pushed, leads
        self.code, self.error, self.log = code, error, []

    def __call__(self, command):
        text = " ".join(command)
        self.log.append(text)
        if text == "pgbackrest --output=json info":
            status = {"code": self.code, "message": "unreachable"}
            return json.dumps([{"status": status, "backup": self.backups}])
        if command[-1] == "backup":
            self.backups += [listed(self.pushed, error=self.error)] if self.pushed else []
        if "pg_is_in_recovery" in text:
            return "f\n" if self.leads else "t\n"
        return ""

    def of(self, folder, **options):
        return base_backup.Backups(folder / "check.json", run=self, **options)


class TestBackups:
    def test_takes_one_where_there_is_a_place_for_it(self, tmp_path):
        store = Store()
        assert store.of(tmp_path).take() == "20260102F"
        commands = [line for line in store.log if line.startswith("pgbackrest")]
        info = "pgbackrest --output=json info"
        assert commands == [
            "pgbackrest stanza-create",
            info,
            "pgbackrest --type=full backup",
            info,
        ]

    @pytest.mark.parametrize(
        ("kinds", "kind"),
        [
            ([], "full"),
            (["full"], "diff"),
            (["full", "diff", "diff"], "diff"),
            (["full", "diff", "diff", "diff"], "full"),
            (["full", "diff", "diff", "diff", "full"], "diff"),
        ],
    )
    def test_a_full_one_begins_each_row_of_four(self, kinds, kind):
        assert base_backup.kind_of_next([listed(str(n), k) for n, k in enumerate(kinds)]) == kind

    def test_only_the_leader_touches_the_store(self, tmp_path):
        store = Store(leads=False)
        with pytest.raises(base_backup.BackupError, match="does not lead"):
            store.of(tmp_path).take()
        store.of(tmp_path).tend()
        assert not any("stanza-create" in line or line.endswith(" backup") for line in store.log)

    def test_a_backup_that_is_not_listed_is_none(self, tmp_path):
        with pytest.raises(base_backup.BackupError, match="expected one new backup, found none"):
            Store(pushed=None).of(tmp_path).take()

    def test_a_backup_with_damaged_pages_is_a_failure(self, tmp_path):
        backups = Store(error=True).of(tmp_path)
        with pytest.raises(base_backup.BackupError, match="pages whose checksum is wrong"):
            backups.take()
        assert "postgres_backup_damaged 1" in backups.metrics()

    def test_a_store_that_does_not_answer_is_not_an_empty_one(self, tmp_path):
        store = Store(code=99)
        with pytest.raises(base_backup.BackupError, match="does not say what it has: unreachable"):
            store.of(tmp_path).take()
        assert not any(line.endswith(" backup") for line in store.log)

    def test_only_one_at_a_time(self, tmp_path):
        going, store = threading.Event(), Store()

        def slow(command):
            going.wait(5)
            return store(command)

        backups = base_backup.Backups(tmp_path / "check.json", run=slow)
        assert backups.start()
        assert not backups.start()
        assert backups.status()["state"] == "running"
        assert "postgres_backup_running 1" in backups.metrics()
        going.set()
        until(lambda: backups.status()["state"] == "succeeded", "the backup", 5)
        assert backups.status()["name"] == "20260102F"

    def test_the_place_in_the_store_is_made_once(self, tmp_path):
        store = Store(backups=[listed("1")])
        backups = store.of(tmp_path)
        threads = [threading.Thread(target=backups.tend) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        backups.take()
        assert store.log.count("pgbackrest stanza-create") == 1

    def test_failure_is_told(self, tmp_path):
        backups = Store(pushed=None).of(tmp_path)
        backups.start()
        until(lambda: backups.status()["state"] == "failed", "the backup", 5)
        assert "expected one new backup" in backups.status()["message"]
        assert "postgres_backup_failed 1" in backups.metrics()

    def test_a_new_cluster_gets_its_first_backup_at_once(self, tmp_path):
        store = Store()
        backups = store.of(tmp_path)
        backups.tend()
        until(lambda: backups.status()["state"] == "succeeded", "the backup", 5)
        backups.tend()
        assert sum(line.endswith(" backup") for line in store.log) == 1

    def test_metrics_say_how_old_the_newest_is(self, tmp_path):
        backups = Store(backups=[listed("1"), listed("2", stop=1767323099)]).of(tmp_path)
        assert not any("newest" in line for line in backups.metrics())
        backups.look()
        assert {
            "postgres_backups 2",
            "postgres_backup_newest_timestamp_seconds 1767323099",
            "postgres_backup_newest_duration_seconds 20",
            "postgres_backup_newest_size_bytes 4096",
            "postgres_backup_damaged 0",
        } <= set(backups.metrics())

    def test_a_command_that_fails_says_why(self):
        command = ["sh", "-c", "echo 'ERROR: [082]: no space' >&2; echo HINT >&2; exit 82"]
        with pytest.raises(
            base_backup.BackupError, match=r"ended with 82: ERROR: \[082\]: no space"
        ):
            base_backup.run(command)

    def test_a_command_that_never_ends_is_ended(self, monkeypatch):
        monkeypatch.setattr(base_backup, "PATIENCE", 0.2)
        with pytest.raises(base_backup.BackupError, match=r"did not end in 0\.2 s"):
            base_backup.run(["sleep", "60"])

    def test_what_waits_for_the_store_is_counted(self, tmp_path):
        (tmp_path / "pg_wal" / "archive_status").mkdir(parents=True)
        for name in ("0A", "0B"):
            (tmp_path / "pg_wal" / name).write_bytes(b"x" * 10)
            (tmp_path / "pg_wal" / "archive_status" / f"{name}.ready").touch()
        (tmp_path / "pg_wal" / "archive_status" / "09.done").touch()
        (tmp_path / "pg_wal" / "archive_status" / "0C.ready").touch()  # removed meanwhile
        dropped = tmp_path / "dropped"
        archive = base_backup.Archive(str(tmp_path), 100, str(dropped))
        found = [line for line in archive.metrics() if not line.startswith("#")]
        assert found == [
            "postgres_archive_waiting_files 3",
            "postgres_archive_waiting_bytes 20",
            "postgres_archive_limit_bytes 100",
        ]
        dropped.touch()
        assert any("postgres_archive_dropped_timestamp_seconds 1" in x for x in archive.metrics())

    @pytest.mark.parametrize("place", ["dropped", "missing/dropped"])
    def test_what_was_dropped_counts_as_archived_whether_or_not_it_can_be_marked(
        self, tmp_path, place
    ):
        tool = tmp_path / "pgbackrest"
        tool.write_text("#!/bin/sh\necho 'WARN: dropped WAL file because of the limit'\n")
        tool.chmod(0o755)
        env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "ARCHIVE_DROPPED": str(tmp_path / place)}
        command = ["sh", FILES / "pgbackrest_push.sh", "pg_wal/0A"]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / place).exists() is (place == "dropped")


class TestRestoreCheck:
    def test_the_copy_has_what_it_needs_and_starts_no_workers(self, tmp_path):
        asked = []
        parameters = {"max_prepared_transactions": 5, "shared_preload_libraries": "a, 'b' c"}

        def run(command, seconds=None):
            asked.append((command[-1], seconds))
            return ""

        copy = restore_check.Copy(tmp_path, 100, {**parameters, "max_worker_processes": 9}, run)
        copy.restore()
        lines = (tmp_path / "data" / "postgresql.conf").read_text().splitlines()
        assert "max_prepared_transactions = '5'" in lines
        assert "shared_preload_libraries = 'a, ''b'' c'" in lines
        assert [line for line in lines if "worker" in line] == ["max_worker_processes = '0'"]
        ((what, seconds),) = asked
        assert what == "restore" and 90 < seconds <= 100

    def test_copying_that_takes_too_long_is_ended_and_told(self, tmp_path):
        with pytest.raises(restore_check.UnusableError, match="sleep did not end in time"):
            restore_check.run(["sleep", "60"], 0.2)


class TestAgent:
    def test_wants_the_token(self, tmp_path):
        backups = Store().of(tmp_path)
        with serving(agent.control_handler("right", backups)) as port:
            for headers in ({}, patroni_api.bearer("wrong")):
                paths = (("GET", "/status"), ("POST", "/backup"), ("POST", "/restore-check"))
                for method, path in paths:
                    with pytest.raises(patroni_api.RefusedError) as caught:
                        url = f"http://127.0.0.1:{port}{path}"
                        patroni_api.ask(url, method=method, headers=headers)
                    assert caught.value.status == 401
        assert backups.status() == {"state": "idle"}

    @pytest.mark.parametrize(
        ("token", "length", "status"),
        [
            ("wrong", "60000", 401),
            ("right", "-1", 400),
            ("right", "x", 400),
            ("right", "70000", 400),
        ],
    )
    def test_waits_for_no_body_that_it_does_not_want(self, tmp_path, token, length, status):
        with serving(agent.control_handler("right", Store().of(tmp_path))) as port:
            lines = ("POST /restore-check HTTP/1.1", f"Authorization: Bearer {token}")
            head = "\r\n".join((*lines, f"Content-Length: {length}", "", ""))
            with socket.create_connection(("127.0.0.1", port), timeout=20) as one:
                one.sendall(head.encode())
                with one.makefile() as file:
                    answer = file.read()
        assert answer.startswith(f"HTTP/1.1 {status} ")

    def test_remembers_what_a_try_of_a_restore_found(self, tmp_path):
        result = {"time": 1767323045.5, "seconds": 7.4, "bytes": 4096, "succeeded": True}
        headers = patroni_api.bearer("right")
        with serving(agent.control_handler("right", Store().of(tmp_path))) as port:
            url = f"http://127.0.0.1:{port}/restore-check"
            options = {"method": "POST", "headers": headers}
            assert patroni_api.ask(url, body=result, **options) == {"remembered": True}
            with pytest.raises(patroni_api.RefusedError, match="not a result"):
                patroni_api.ask(url, body={"time": "soon"}, **options)
        again = Store().of(tmp_path)
        assert {
            "postgres_restore_check_timestamp_seconds 1767323046",
            "postgres_restore_check_succeeded 1",
        } <= set(again.metrics())

    def test_says_since_when_it_waits_for_a_try(self, tmp_path):
        def awaited(**options):
            lines = Store().of(tmp_path, **options).metrics()
            return [line for line in lines if line.startswith("postgres_restore_check")]

        assert awaited() == []
        os.utime(tmp_path / "check.awaited", (5000, 5000))
        assert awaited(patience=86400) == [
            "postgres_restore_check_awaited_timestamp_seconds 5000",
            "postgres_restore_check_limit_seconds 86400",
        ]

    def test_goes_on_where_it_can_not_note_that(self, tmp_path):
        assert time.time() - base_backup.since(tmp_path / "no" / "folder") < 60

    @pytest.mark.parametrize("spoiled", ["", "{", "[]", '{"time": "soon"}'])
    def test_starts_without_what_it_can_not_remember(self, tmp_path, spoiled):
        (tmp_path / "check.json").write_text(spoiled)
        assert not any("restore_check" in line for line in Store().of(tmp_path).metrics())

    def test_metrics_are_patronis_and_its_own(self, tmp_path):
        with serving(answers({("GET", "/metrics"): (200, "patroni_primary 1")})) as patroni:
            url = f"http://127.0.0.1:{patroni}"
            with serving(agent.metrics_handler(url, None, Store().of(tmp_path))) as port:
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
        handler = agent.control_handler("right", Store().of(tmp_path))
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
    def test_asks_the_leader(self):
        assert request_backup.leader([member("b"), LEADER])["name"] == "a"

    @pytest.mark.parametrize("members", [[], [member("b")], [LEADER, {**LEADER, "name": "b"}]])
    def test_does_nothing_without_exactly_one_leader(self, members):
        with pytest.raises(request_backup.NoBackupError, match="expected one leader"):
            request_backup.leader(members)

    def ask(self, statuses, start=(202, {})):
        """A request to an agent whose status goes through these."""
        seen: list[Any] = []
        left = list(statuses)
        table = {
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
        assert seen[0][1] == "/backup"
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
