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


def test_pgbouncer_accepts_its_configuration(ledger, open_folder):
    program = needs.program("pgbouncer", "apt-get install pgbouncer")
    objects = ledger.render({"ledger": {"tls": {"enabled": False}}})
    config = rendered_files(objects, "ledger-pgbouncer", open_folder)
    users, ini, port = open_folder / "userlist.txt", config / "pgbouncer.ini", free_port()
    script = ["sh", str(config / "userlist.sh"), str(users)]
    subprocess.run(script, env={"PATH": os.environ["PATH"], **PASSWORDS}, check=True)
    assert users.stat().st_mode & 0o777 == 0o600
    assert users.read_text() == '"app" "a ""word"""\n"exporter" "back\\slash"\n'
    users.chmod(0o644)
    lines = ini.read_text().replace("/run/pgbouncer/userlist.txt", str(users))
    lines = lines.replace("listen_port = 5432", f"listen_port = {port}")
    kept = [line for line in lines.splitlines() if not line.startswith(UNKNOWN_HERE)]
    assert len(lines.splitlines()) - len(kept) == len(UNKNOWN_HERE)
    ini.write_text("\n".join(kept) + "\n")
    wanted = dict(line.split(" = ", 1) for line in kept if " = " in line and "host=" not in line)
    log = open_folder / "log"
    command = [str(program), *(["-u", "nobody"] if os.geteuid() == 0 else []), str(ini)]
    with running(command, log=log):
        until(lambda: "process up" in log.read_text(), "PgBouncer", 15)
        with psycopg.connect(
            host="127.0.0.1",
            port=port,
            dbname="pgbouncer",
            user="exporter",
            password=PASSWORDS["EXPORTER_PASSWORD"],
            autocommit=True,
            cursor_factory=psycopg.ClientCursor,
        ) as connection:
            found = {row[0]: str(row[1]) for row in connection.execute("SHOW CONFIG")}
            (database,) = (r for r in connection.execute("SHOW DATABASES") if r[0] == "orders")
    assert "ERROR" not in log.read_text() and "WARNING" not in log.read_text()
    assert {name: found[name] for name in wanted} == wanted
    assert (database[1], database[2]) == ("ledger-primary", 5432)
