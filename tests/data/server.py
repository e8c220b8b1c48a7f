"""One PostgreSQL server of Debian with what the chart rendered for a member: no Patroni."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any, Final

import trustme
import yaml

from tests import needs
from tests.data import pods
from tests.data.pooler import PASSWORDS
from tests.kinds.data import until
from tests.kinds.rendering import Objects, container

#: Debian 12's. The chart's default is 18: `postgresVersion` is a value.
VERSION: Final = 15
_BINARIES: Final = Path(f"/usr/lib/postgresql/{VERSION}/bin")
SECRETS: Final = {
    "database-password": PASSWORDS["APP_PASSWORD"],
    "exporter-password": PASSWORDS["EXPORTER_PASSWORD"],
    **{f"{name}-password": name for name in ("patroni", "superuser", "replication", "rewind")},
}


class Server:
    """It refuses to be root, so a test that is root has it be Debian's user postgres."""

    def __init__(self, folder: Path, objects: Objects, pair: trustme.LeafCert, port: int) -> None:
        if not (_BINARIES / "postgres").exists():
            needs.missing(f"PostgreSQL {VERSION}", f"apt-get install postgresql-{VERSION}")
        self.folder, self.port = folder, port
        self.data, self.log = folder / "data", folder / "log"
        self.user: dict[str, Any] = {}
        if os.geteuid() == 0:
            self.user = {"user": "postgres", "group": "postgres", "extra_groups": []}
            shutil.chown(folder, "postgres", "postgres")
        self.process: subprocess.Popen[bytes] | None = None
        self.objects = objects
        #: Where the folders that its pod mounts are here, and what its process is told.
        self.places = {"/tls": folder / "tls", "/var/run/postgresql": folder}
        self.places["/scripts"] = folder / "scripts"
        self.env: dict[str, str] = {}
        self.rendered = self._read()
        self._certificates(pair)

    def _read(self) -> dict[str, Any]:
        """The rendered configuration of Patroni, with the places of this machine."""
        text = self.objects.one("ConfigMap", "ledger-patroni")["data"]["patroni.yml"]
        found: dict[str, Any] = yaml.safe_load(pods.placed(text, self.places))
        return found

    def begin(self) -> None:
        """A new data folder, the server, and what the first leader's script makes in it."""
        self._scripts()
        self._initialize()
        self.start()
        self._bootstrap()

    def _owned(self, path: Path, mode: int) -> None:
        path.chmod(mode)
        if self.user:
            shutil.chown(path, "postgres", "postgres")

    def _certificates(self, pair: trustme.LeafCert) -> None:
        tls = self.folder / "tls"
        tls.mkdir()
        pair.private_key_pem.write_to_path(str(tls / "tls.key"))
        pair.cert_chain_pems[0].write_to_path(str(tls / "tls.crt"))
        pair.cert_chain_pems[0].write_to_path(str(tls / "ca.crt"))
        self._owned(tls / "tls.key", 0o600)

    def _run(self, *words: str | Path, env: dict[str, str] | None = None) -> str:
        done = subprocess.run(
            words,
            env={"PATH": f"{_BINARIES}:{os.environ['PATH']}", **(env or {})},
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            timeout=60,
            **self.user,
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    @property
    def parameters(self) -> dict[str, Any]:
        """Those of every member's file, and those that the members share."""
        shared = self.rendered["bootstrap"]["dcs"]["postgresql"]["parameters"]
        return {**shared, **self.rendered["postgresql"]["parameters"]}

    def _initialize(self) -> None:
        options = []
        for each in self.rendered["bootstrap"]["initdb"]:
            pairs = each.items() if isinstance(each, dict) else [(each, None)]
            options += [f"--{name}={value}" if value else f"--{name}" for name, value in pairs]
        self._run(_BINARIES / "initdb", "-D", self.data, "-U", "postgres", *options)
        self.configure({})

    def configure(self, more: dict[str, Any]) -> None:
        """Write what Patroni would write, and more."""
        lines = [f"{name} = '{value}'" for name, value in {**self.parameters, **more}.items()]
        # The chart's are 0.0.0.0 and 5432.
        lines += ["listen_addresses = '127.0.0.1'", f"port = {self.port}"]
        (self.data / "postgresql.conf").write_text("\n".join(lines) + "\n")
        rules = "\n".join(self.rendered["postgresql"]["pg_hba"]) + "\n"
        if not self.user:
            # Whoever runs the tests is the server's user, by another name.
            me = self._run("id", "-un")
            rules = rules.replace("postgres peer", "postgres peer map=me")
            (self.data / "pg_ident.conf").write_text(f"me {me} postgres\n")
        (self.data / "pg_hba.conf").write_text(rules)
        # Without reading anything but the file: postgres itself accepts it.
        for name in ("max_connections", "shared_buffers", "ssl_min_protocol_version"):
            self._run(_BINARIES / "postgres", "-D", self.data, "-C", name)

    def _scripts(self) -> None:
        place = self.folder / "scripts"
        place.mkdir()
        for name, text in self.objects.one("ConfigMap", "ledger-scripts")["data"].items():
            (place / name).write_text(pods.placed(text, {"/scripts": place}))

    def environment(self, kind: str, name: str, one: str) -> dict[str, str]:
        """Of a rendered container, with the places of this machine."""
        fields = {"metadata.name": "ledger-0", "metadata.namespace": "shop", "status.podIP": "-"}
        rendered = container(self.objects.one(kind, name), one)
        return pods.environment(rendered, fields=fields, secrets=SECRETS, places=self.places)

    def _bootstrap(self) -> None:
        env = self.environment("StatefulSet", "ledger", "ledger")
        address = f"host={self.folder} port={self.port} user=postgres dbname=postgres"
        self._run("sh", self.folder / "scripts" / "post_bootstrap.sh", address, env=env)

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [_BINARIES / "postgres", "-D", self.data],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**os.environ, **self.env},
                **self.user,
            )
        until(self._answers, "PostgreSQL", 60)

    def _answers(self) -> bool:
        assert self.process and self.process.poll() is None, self.log.read_text()
        words = (_BINARIES / "pg_isready", "-h", self.folder, "-p", str(self.port))
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def stop(self) -> None:
        """Fast: connections are ended."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            finally:
                self.process.kill()
                self.process.wait()
            self.process = None

    def sql(self, statement: str, database: str = "orders") -> str:
        """As the superuser, by the socket."""
        address = ("-h", str(self.folder), "-p", str(self.port), "-U", "postgres", "-d", database)
        return self._run(_BINARIES / "psql", *address, "-Atqc", statement)
