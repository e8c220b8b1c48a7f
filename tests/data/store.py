"""An object store over TLS: moto's S3, in a process of its own that keeps what it is given.

    python -m tests.data.store FOLDER PORT     FOLDER has tls.crt, tls.key and ca.crt

It takes one request a line, as JSON: [name, argument…], and answers each with a line.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import trustme

from tests import needs
from tests.kinds.data import free_port

BUCKET: Final = "acme-backups"
KEYS: Final = {"access-key-id": "key", "secret-access-key": "word"}


class Store:
    """What the tests see of the process."""

    def __init__(self, folder: Path, host: str = "localhost") -> None:
        self.port = free_port()
        self.url = f"https://{host}:{self.port}"
        self.authority = folder / "ca.crt"
        authority = trustme.CA()
        pair = authority.issue_cert("localhost", host)
        authority.cert_pem.write_to_path(str(self.authority))
        pair.private_key_pem.write_to_path(str(folder / "tls.key"))
        pair.cert_chain_pems[0].write_to_path(str(folder / "tls.crt"))
        self.authority.chmod(0o644)
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.data.store", str(folder), str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=needs.ROOT,
            text=True,
            # Its name is none of a bucket.
            env={**os.environ, "S3_IGNORE_SUBDOMAIN_BUCKETNAME": "true"},
        )

    def ask(self, *words: str) -> Any:
        process = self._process
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(words) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, Path(self._log.name).read_text()
        return json.loads(line)

    def away(self) -> None:
        """Nobody answers at its address."""
        self.ask("stop")

    def back(self) -> None:
        self.ask("start")

    def objects(self, start: str = "") -> dict[str, int]:
        """Sizes by name."""
        found: dict[str, int] = self.ask("list", start)
        return found

    def damage(self, name: str) -> None:
        """Change one byte in the middle."""
        self.ask("damage", name)

    def close(self) -> None:
        process = self._process
        assert process.stdin and process.stdout
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        self._log.close()


@contextlib.contextmanager
def opened_store(folder: Path, host: str = "localhost") -> Iterator[Store]:
    """`host` is the name that it has for those who use it."""
    store = Store(folder, host)
    try:
        store.ask("make", BUCKET)
        yield store
    finally:
        store.close()


class _Served:
    """Inside the process. cheroot keeps connections open, as pgBackRest expects of a store."""

    def __init__(self, folder: Path, port: int) -> None:
        import boto3
        from moto.server import DomainDispatcherApplication, create_backend_app

        self._folder, self._port = folder, port
        self._app = DomainDispatcherApplication(create_backend_app)
        self.start()
        self._client = boto3.client(
            "s3",
            endpoint_url=f"https://localhost:{port}",
            verify=str(folder / "ca.crt"),
            region_name="us-east-1",
            aws_access_key_id=KEYS["access-key-id"],
            aws_secret_access_key=KEYS["secret-access-key"],
        )

    def start(self) -> None:
        from cheroot.ssl.builtin import BuiltinSSLAdapter
        from cheroot.wsgi import Server

        self._server = Server(("127.0.0.1", self._port), self._app, numthreads=8)
        names = (self._folder / "tls.crt", self._folder / "tls.key")
        self._server.ssl_adapter = BuiltinSSLAdapter(*(str(name) for name in names))
        self._server.prepare()
        threading.Thread(target=self._server.serve, daemon=True).start()

    def stop(self) -> None:
        self._server.stop()

    def make(self, bucket: str) -> None:
        self._client.create_bucket(Bucket=bucket)

    def put(self, name: str) -> None:
        self._client.put_object(Bucket=BUCKET, Key=name, Body=b"not ours")

    def list(self, start: str) -> dict[str, int]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=start)
        return {one["Key"]: one["Size"] for page in pages for one in page.get("Contents", ())}

    def damage(self, name: str) -> None:
        body = bytearray(self._client.get_object(Bucket=BUCKET, Key=name)["Body"].read())
        body[len(body) // 2] ^= 0xFF
        self._client.put_object(Bucket=BUCKET, Key=name, Body=bytes(body))


def main(folder: str, port: str) -> None:
    served = _Served(Path(folder), int(port))
    for line in sys.stdin:
        name, *words = json.loads(line)
        answer = getattr(served, name)(*words)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    served.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
