"""Small platforms for the reader: what it makes of them, or what it finds wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.errors import InputError
from generator.findings import Finding
from generator.spec.model import Platform
from generator.spec.read import read_platform

RESOURCES = {"cpu": ["100m", 1], "memory": ["64Mi", "128Mi"]}


def web(*connects: str, **more: Any) -> dict[str, Any]:
    """What answers HTTP."""
    settings = {"kind": "web", "image": "acme/app", "port": 8080, "resources": RESOURCES}
    return {**settings, **({"connects": list(connects)} if connects else {}), **more}


def worker(*connects: str, **more: Any) -> dict[str, Any]:
    """What nobody can connect to."""
    settings = {"kind": "worker", "image": "acme/app", "resources": RESOURCES, "probes": None}
    settings["probes"] = {"live": ["app", "ping"]}
    return {**settings, **({"connects": list(connects)} if connects else {}), **more}


def chart(components: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"version": "1.0.0", "namespace": "shop", "components": dict(components), **more}


def shop(components: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A platform of one chart. `more` is said of the chart."""
    return platform(shop=chart(components, **more))


def platform(**charts: Any) -> dict[str, Any]:
    return {"name": "acme", "environments": ["production"], "charts": charts}


def read(folder: Path, spec: Any) -> Platform:
    (folder / "platform.yaml").write_text(json.dumps(spec, indent=1), encoding="utf-8")
    return read_platform(folder / "platform.yaml")


def wrong(folder: Path, spec: Any) -> tuple[Finding, ...]:
    """What is wrong with a spec: nothing when it can be read."""
    try:
        read(folder, spec)
    except InputError as error:
        return error.findings
    return ()


def said(folder: Path, spec: Any) -> list[str]:
    """The messages alone."""
    return [finding.message for finding in wrong(folder, spec)]
