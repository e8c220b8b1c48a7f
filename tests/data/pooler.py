"""The rendered PgBouncer on this machine: Debian's program, the chart's ini and scripts."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import trustme

from tests import needs
from tests.kinds.data import free_port, rendered_files, running, until
from tests.kinds.rendering import Built

PASSWORDS: Final = {
    "APP_USER": "app",
    "APP_PASSWORD": 'a "word"',
    "EXPORTER_PASSWORD": "back\\slash",
}

#: Settings that Debian 12's PgBouncer (1.18) does not have yet.
UNKNOWN_HERE: Final = ("max_prepared_statements",)


@contextlib.contextmanager
def opened() -> Iterator[Path]:
    """A folder that a server which gives up being root can still read."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


class Pooler:
    """The rendered PgBouncer on a free port, as a user that may run it."""

    def __init__(
        self, ledger: Built, folder: Path, *, tls: bool, server: tuple[str, int] | None = None
    ) -> None:
        program = needs.program("pgbouncer", "apt-get install pgbouncer")
        objects = ledger.render({"ledger": {"tls": {"enabled": tls}}})
        self.folder, self.log, self.port = folder, folder / "log", free_port()
        self.config = rendered_files(objects, "ledger-pgbouncer", folder)
        self.users, self.tls = folder / "userlist.txt", folder / "tls"
        script = ["sh", str(self.config / "userlist.sh"), str(self.users)]
        subprocess.run(script, env={"PATH": os.environ["PATH"], **PASSWORDS}, check=True)
        self._settings(server)
        self._program(program)

    def _settings(self, server: tuple[str, int] | None) -> None:
        ini = self.config / "pgbouncer.ini"
        text = ini.read_text().replace("/run/pgbouncer/userlist.txt", str(self.users))
        if server is not None:
            service = "host=ledger-primary port=5432"
            assert service in text
            text = text.replace(service, f"host={server[0]} port={server[1]}")
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
        pair = self.pair = authority.issue_cert("localhost")
        self.tls.mkdir(exist_ok=True)
        authority.cert_pem.write_to_path(str(self.tls / "ca.crt"))
        pair.private_key_pem.write_to_path(str(self.tls / "tls.key"))
        pair.cert_chain_pems[0].write_to_path(str(self.tls / "tls.crt"))
        (self.tls / "tls.key").chmod(0o644)

    def start(self) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
        env = {"PATH": f"{self.folder}/bin:{os.environ['PATH']}", "INTERVAL": "0.2"}
        if self.tls.exists():
            env["TLS_DIR"] = str(self.tls)
        script = self.config / "pooler.sh"
        command = ["sh", str(script), str(self.config / "pgbouncer.ini")]
        return running(command, log=self.log, env=env)

    def connect(self, **options: str) -> psycopg.Connection[Any]:
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
