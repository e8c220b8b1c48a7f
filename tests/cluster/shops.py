"""A small platform on a test cluster, deployed by the commands, as people type them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from generator import pipeline
from tests import needs
from tests.cluster.reach import Cluster, until

#: Its API must stay ready for a second, not for ten: each deployment waits for that.
SPEC = """\
name: shop
kubernetes: ">=1.25"
environments: [test]
charts:
  shop:
    version: {version}
    namespace: {namespace}
    components:
      api:
        kind: web
        image: registry.example/api:1.0
        port: 8080
        connects: [cache]
        scale: 1
        resources: {{cpu: [10m, 100m], memory: [16Mi, 64Mi]}}
        migrate: {{command: [migrate]{migrate}}}
        patches: {{deployment.yaml: {{spec: {{minReadySeconds: 1}}}}}}
      cache:
        kind: redis
        nodes: 1
        storage: [1Gi, fast-ssd]
        resources: {{cpu: [10m, 100m], memory: [64Mi, 128Mi]}}
    routes: {{shop.example.com: api}}
"""
BASE: Mapping[str, Any] = {
    "tls": {"terminate": False},
    "cache": {"tls": {"enabled": False}},
    "quota": {"enabled": False},
}
#: What runs as long as no test wants another.
IMAGE = "registry.example/api:1.0"
#: An image that nobody can pull (tests/cluster/kwok.yaml).
NOSUCH: Mapping[str, Any] = {"api": {"image": {"tag": "nosuch"}}}
KEYS = ("redis-password", "admin-password", "replication-password", "exporter-password")


@dataclass(frozen=True, kw_only=True)
class Shop:
    """The platform in a folder, and its one release in a namespace."""

    cluster: Cluster
    folder: Path
    namespace: str
    major: int = 4
    #: The last revision that was made only to have what was written first.
    quiet: list[tuple[int, str, str]] = field(default_factory=list)
    _begun: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def spec(self) -> Path:
        return self.folder / "platform.yaml"

    def write(self, *, version: str = "1.0.0", migrate: str = "", **values: Any) -> None:
        """The spec, its chart, and the overlay."""
        text = SPEC.format(version=version, namespace=self.namespace, migrate=migrate)
        self.spec.write_text(text)
        overlay = self.folder / "values" / "test" / "shop.yaml"
        overlay.parent.mkdir(parents=True, exist_ok=True)
        overlay.write_text(yaml.safe_dump({**BASE, **values}))
        pipeline.build(self.spec, prove=False)

    def provide(self) -> None:
        """The Secret that the chart asks for."""
        metadata = {"name": "cache-credentials", "namespace": self.namespace}
        data = {key: f"long-enough-{key}" for key in KEYS}
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}
        self.cluster.apply([secret])

    def begin(self, *words: str, kubeconfig: Path | None = None) -> subprocess.Popen[str]:
        """A command of the generator, going on."""
        command = [sys.executable, "-m", "generator", *words, "-f", str(self.spec), "-e", "test"]
        command += [f"--helm={needs.helm(self.major)}"]
        command += [f"--kubectl={needs.ROOT / '.tools' / 'bin' / 'kubectl'}"]
        command += [f"--kubeconfig={kubeconfig or self.cluster.kubeconfig}"]
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=needs.ROOT,
            env={**self.cluster.environment, "PYTHONPATH": str(needs.ROOT)},
        )
        self._begun.append(process)
        return process

    def run(self, *words: str, code: int = 0, kubeconfig: Path | None = None) -> str:
        """What a command prints when it has ended, with this exit code."""
        process = self.begin(*words, kubeconfig=kubeconfig)
        said, _ = process.communicate(timeout=240)
        assert process.returncode == code, said
        return said

    def deploy(self, *words: str, code: int = 0, timeout: int = 60) -> str:
        """`deploy` without the look before, which takes longer than deploying."""
        return self.run("deploy", "--skip-preflight", f"--timeout={timeout}", *words, code=code)

    def end(self) -> None:
        for process in self._begun:
            if process.poll() is None:
                kill(process)
            assert process.stdout is not None
            process.stdout.close()

    def history(self) -> list[tuple[int, str, str]]:
        """Number, status and description of each revision."""
        done = self.cluster.helm_tried(
            self.major, "history", "shop", f"--namespace={self.namespace}", "-o", "json"
        )
        rows = json.loads(done.stdout) if done.code == 0 else []
        return [(row["revision"], row["status"], row["description"]) for row in rows]

    @property
    def status(self) -> str:
        rows = self.history()
        return rows[-1][1] if rows else ""

    def until_status(self, status: str) -> None:
        until(lambda: self.status == status, what=f"{status}, not {self.status}")

    def image(self) -> str:
        api = self.cluster.get("deployment", "api", self.namespace)
        return str(api["spec"]["template"]["spec"]["containers"][0]["image"])


def kill(process: subprocess.Popen[str]) -> None:
    """End a command and the Helm that it started, as a machine that loses its power would."""
    ids = [process.pid, *_children(process.pid)]
    for one in ids:
        try:
            os.kill(one, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


def _children(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
        except OSError:  # it has ended meanwhile
            continue
        if re.search(rf"^PPid:\t{pid}$", text, re.MULTILINE):
            found.append(int(status.parent.name))
    return found
