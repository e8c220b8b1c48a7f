"""The command line in processes of its own, on small platforms in folders of their own."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests import needs

WEB = {
    "kind": "web",
    "image": "registry.example.com/front",
    "port": 8080,
    "probes": {"live": "/live", "ready": "/ready"},
    "resources": {"cpu": ["100m", 1], "memory": ["64Mi", "128Mi"]},
}


def shop(components: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A platform of one chart with one component, unless told otherwise."""
    return {
        "name": "shop",
        "environments": ["dev", "production"],
        "charts": {
            "shop": {
                "version": "1.0.0",
                "namespace": "shop",
                # Tests change what they are given: none may change it for the others.
                "components": copy.deepcopy(dict(components or {"front": WEB})),
            }
        },
        **more,
    }


def config_map(name: str, labels: str) -> str:
    """A template with the labels that every object of a chart has."""
    return f"""apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
  labels:
    {{{{- include "{labels}" . | nindent 4 }}}}
    app.kubernetes.io/component: extra
"""


def write_spec(folder: Path, spec: Mapping[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "platform.yaml"
    path.write_text(yaml.safe_dump(spec, sort_keys=False))
    return path


def environment(**more: str) -> dict[str, str]:
    """Nothing of whoever runs the tests, but the pinned Helm; and the repository's generator."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    own = {
        "HELM_BIN": str(needs.helm(4)),
        "PYTHONPATH": str(needs.ROOT),
        "LANG": "C.UTF-8",
    }
    return {**kept, **own, **more}


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "generator", *map(str, words)]


def run(
    *words: object, cwd: Path, timeout: float = 60, **more: Any
) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    env = more.pop("env", None) or environment()
    return subprocess.run(
        command(*words), cwd=cwd, env=env, text=True, capture_output=True, timeout=timeout,
        check=False, **more,
    )  # fmt: skip


def files(folder: Path) -> dict[str, bytes]:
    """All files below a folder, by path, hidden ones too."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
