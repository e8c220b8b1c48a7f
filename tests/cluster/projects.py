"""A platform in a folder, and the generator's answers about it, as JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import needs
from tests.cluster.reach import Cluster
from tests.cluster.releases import Release

PLATFORM = """\
name: shop
environments: [dev]
charts:
  shop:
    version: 1.0.0
    appVersion: "7.0"
    namespace: {namespace}
    secrets: {{shop-secrets: [session-key]}}
    components:
      front:
        kind: web
        image: registry.example.com/shop/front
        port: 8080
        env: {{MODE: live, WORKERS: "4"}}
        secrets: {{SESSION_KEY: shop-secrets/session-key}}
        resources: {{cpu: [100m, 1], memory: [64Mi, 256Mi]}}
        probes: {{live: /live, ready: /ready}}
      cache:
        kind: redis
        nodes: 6
        storage: [1Gi, fast-ssd]
        resources: {{cpu: [50m, 1], memory: [64Mi, 256Mi]}}
    routes:
      shop.example.com: front
"""
QUIET: dict[str, Any] = {
    "tls": {"terminate": False},
    "cache": {"replicas": 1, "tls": {"enabled": False}},
}


@dataclass(frozen=True)
class Project:
    """A platform in a folder, with one chart for the namespace of a test."""

    folder: Path
    cluster: Cluster
    namespace: str
    major: int = 4

    @property
    def release(self) -> Release:
        return Release(
            cluster=self.cluster,
            chart=self.folder / "charts" / "shop",
            namespace=self.namespace,
            name="shop",
            major=self.major,
            environment="dev",
        )

    def values(self, **more: Any) -> None:
        """The overlay of the environment."""
        path = self.folder / "values" / "dev" / "shop.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**QUIET, **more}))

    def ran(self, *words: str | Path, who: Cluster | None = None) -> tuple[int, str, str]:
        """A command of the generator: its exit code, what it printed, what it said beside."""
        done = subprocess.run(
            [sys.executable, "-m", "generator", *map(str, words)],
            cwd=needs.ROOT,
            env={
                **(who or self.cluster).environment,
                "HELM_BIN": str(needs.helm(self.major)),
                "PATH": os.environ["PATH"],
            },
            capture_output=True,
            text=True,
            timeout=120,
        )
        return done.returncode, done.stdout, done.stderr

    @property
    def which(self) -> tuple[str, ...]:
        return ("-f", str(self.folder / "platform.yaml"), "-e", "dev")

    def plan(self, *more: str, who: Cluster | None = None) -> tuple[int, dict[str, Any]]:
        code, printed, said = self.ran("plan", *self.which, "-o", "json", *more, who=who)
        assert code in (0, 2, 3), said
        (release,) = json.loads(printed)["releases"]
        return code, release


def told(release: dict[str, Any]) -> dict[str, list[str]]:
    """What would change: by object, its fields."""
    return {
        f"{one['action']} {one['kind']}/{one['name']}": [each["path"] for each in one["fields"]]
        for one in release["changes"]
    }


def rules(release: dict[str, Any], severity: str = "error") -> set[str]:
    return {one["rule"] for one in release["findings"] if one["severity"] == severity}


def names(project: Project, kind: str) -> list[str]:
    return [one["metadata"]["name"] for one in project.cluster.list(kind, project.namespace)]
