"""The rendered configuration of the postgres kind, judged by the programs that it is for."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import trustme

from tests import needs
from tests.kinds.data import DATABASE, free_port, rendered_files, running, until
from tests.kinds.rendering import build

SERVER = {
    "PATRONI_NAME": "ledger-0",
    "PATRONI_KUBERNETES_NAMESPACE": "shop",
    "PATRONI_KUBERNETES_POD_IP": "10.0.0.1",
    "PATRONI_RESTAPI_CONNECT_ADDRESS": "10.0.0.1:8008",
    "PATRONI_POSTGRESQL_CONNECT_ADDRESS": "10.0.0.1:5432",
    "PATRONI_RESTAPI_USERNAME": "patroni",
    "PATRONI_RESTAPI_PASSWORD": "word",
    "PATRONI_SUPERUSER_PASSWORD": "word",
    "PATRONI_REPLICATION_PASSWORD": "word",
    "PATRONI_REWIND_PASSWORD": "word",
}
PASSWORDS = {"APP_USER": "app", "APP_PASSWORD": 'a "word"', "EXPORTER_PASSWORD": "back\\slash"}

#: Settings that Debian 12's PgBouncer (1.18) does not have yet.
UNKNOWN_HERE = ("max_prepared_statements",)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    backup = {"to": "s3://acme"}
    folder = tmp_path_factory.mktemp("ledger")
    return build(folder, {"ledger": {**DATABASE, "backup": backup}})


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that a server which gives up being root can still read."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def judged(config: Path) -> str:
    """What Patroni's checker says of a file: nothing is good."""
    if importlib.util.find_spec("patroni") is None:
        needs.missing("patroni", "pip install 'patroni[psycopg3]'")
    command = [sys.executable, "-m", "patroni", "--validate-config", str(config)]
    done = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], **SERVER},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert bool(done.returncode) == bool(done.stdout.strip())
    return done.stdout.strip()


@pytest.mark.parametrize("tls", [True, False])
def test_patroni_accepts_its_configuration(ledger, tmp_path, tls):
    objects = ledger.render({"ledger": {"tls": {"enabled": tls}}})
    config = rendered_files(objects, "ledger-patroni", tmp_path) / "patroni.yml"
    certificates = tmp_path / "tls"
    certificates.mkdir()
    for name in ("ca.crt", "tls.crt", "tls.key"):
        (certificates / name).touch()
    # The checker insists on looking for what only the image has.
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("initdb", "pg_basebackup", "pg_controldata", "pg_ctl", "pg_isready", "pg_rewind"):
        (programs / name).touch(mode=0o755)
    (programs / "postgres").symlink_to("/bin/true")
    text = config.read_text().replace(" /tls/", f" {certificates}/")
    text = text.replace("/usr/lib/postgresql/18/bin", str(programs))
    text = text.replace("/home/postgres/pgdata", str(tmp_path))
    config.write_text(text)
    assert judged(config) == ""
    config.write_text(text.replace("ttl: 30", "ttl: soon"))
    assert "bootstrap.dcs.ttl soon didn't pass validation" in judged(config)


class Pooler:
    """The rendered PgBouncer on a free port, as a user that may run it."""

    def __init__(self, ledger, folder: Path, *, tls: bool) -> None:
        program = needs.program("pgbouncer", "apt-get install pgbouncer")
        objects = ledger.render({"ledger": {"tls": {"enabled": tls}}})
        self.folder, self.log, self.port = folder, folder / "log", free_port()
        self.config = rendered_files(objects, "ledger-pgbouncer", folder)
        self.users, self.tls = folder / "userlist.txt", folder / "tls"
        script = ["sh", str(self.config / "userlist.sh"), str(self.users)]
        subprocess.run(script, env={"PATH": os.environ["PATH"], **PASSWORDS}, check=True)
        self._settings()
        self._program(program)

    def _settings(self) -> None:
        ini = self.config / "pgbouncer.ini"
        text = ini.read_text().replace("/run/pgbouncer/userlist.txt", str(self.users))
        text = text.replace("listen_port = 5432", f"listen_port = {self.port}")
        lines = text.replace("= /tls/", f"= {self.tls}/").splitlines()
        kept = [line for line in lines if not line.startswith(UNKNOWN_HERE)]
        assert len(lines) - len(kept) == len(UNKNOWN_HERE)
        ini.write_text("\n".join(kept) + "\n")
        pairs = (line.split(" = ", 1) for line in kept if " = " in line and "host=" not in line)
        self.settings = dict(pairs)

    def _program(self, program: Path) -> None:
        """PgBouncer refuses to be root, so a test that is root has it be somebody else."""
        other = "-u nobody " if os.geteuid() == 0 else ""
        (self.folder / "bin").mkdir()
        wrapper = self.folder / "bin" / "pgbouncer"
        wrapper.write_text(f'#!/bin/sh\nexec {program} {other}"$@"\n')
        wrapper.chmod(0o755)

    def certify(self) -> None:
        """Certificates by a new authority."""
        authority = trustme.CA()
        pair = authority.issue_cert("localhost")
        self.tls.mkdir(exist_ok=True)
        authority.cert_pem.write_to_path(str(self.tls / "ca.crt"))
        pair.private_key_pem.write_to_path(str(self.tls / "tls.key"))
        pair.cert_chain_pems[0].write_to_path(str(self.tls / "tls.crt"))
        (self.tls / "tls.key").chmod(0o644)

    def start(self):
        env = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "INTERVAL": "0.2"}
        if self.tls.exists():
            env["TLS_DIR"] = str(self.tls)
        script = self.config / "pooler.sh"
        command = ["sh", str(script), str(self.config / "pgbouncer.ini")]
        return running(command, log=self.log, env=env)

    def connect(self, **options: str) -> psycopg.Connection:
        return psycopg.connect(
            host="localhost",
            port=self.port,
            dbname="pgbouncer",
            user="exporter",
            password=PASSWORDS["EXPORTER_PASSWORD"],
            autocommit=True,
            cursor_factory=psycopg.ClientCursor,
            **options,
        )

    def says(self, text: str) -> None:
        until(lambda: self.log.exists() and text in self.log.read_text(), text, 15)


def test_users_of_the_pooler_may_have_any_password(ledger, open_folder):
    pooler = Pooler(ledger, open_folder, tls=False)
    assert pooler.users.stat().st_mode & 0o777 == 0o600
    assert pooler.users.read_text() == '"app" "a ""word"""\n"exporter" "back\\slash"\n'


def test_pgbouncer_accepts_its_configuration(ledger, open_folder):
    pooler = Pooler(ledger, open_folder, tls=False)
    pooler.users.chmod(0o644)
    with pooler.start() as process:
        pooler.says("process up")
        with pooler.connect(sslmode="disable") as connection:
            found = {row[0]: str(row[1]) for row in connection.execute("SHOW CONFIG")}
            (database,) = (r for r in connection.execute("SHOW DATABASES") if r[0] == "orders")
        process.terminate()
        until(lambda: process.poll() is not None, "the pooler's end")
    assert "got SIGTERM" in pooler.log.read_text()
    assert "ERROR" not in pooler.log.read_text() and "WARNING" not in pooler.log.read_text()
    assert {name: found[name] for name in pooler.settings} == pooler.settings
    assert (database[1], database[2]) == ("ledger-primary", 5432)


def test_pgbouncer_uses_new_certificates_without_a_restart(ledger, open_folder):
    pooler = Pooler(ledger, open_folder, tls=True)
    pooler.users.chmod(0o644)
    pooler.certify()
    authority = {"sslmode": "verify-full", "sslrootcert": str(pooler.tls / "ca.crt")}
    with pooler.start() as process:
        pooler.says("process up")
        with pytest.raises(psycopg.OperationalError, match="SSL required"):
            pooler.connect(sslmode="disable")
        pooler.connect(**authority).close()
        pooler.certify()
        pooler.says("got SIGHUP, re-reading config")
        pooler.connect(**authority).close()
        assert process.poll() is None
    listed = ["pgrep", "--full", str(open_folder)]
    until(lambda: subprocess.run(listed, check=False).returncode == 1, "everything to end", 15)
