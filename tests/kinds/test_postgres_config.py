"""The rendered configuration of the postgres kind, judged by the programs that it is for."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import needs
from tests.data.pooler import Pooler, opened
from tests.kinds.data import DATABASE, rendered_files, until
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


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    backup = {"to": "s3://acme"}
    folder = tmp_path_factory.mktemp("ledger")
    return build(folder, {"ledger": {**DATABASE, "backup": backup}})


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with opened() as folder:
        yield folder


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
