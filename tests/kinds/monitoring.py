"""A platform with monitoring, built and rendered, and the programs that judge its configuration."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.build.fill import fill_chart
from generator.build.write import write_tree
from generator.errors import InputError
from generator.spec.read import read_platform
from generator.tools import helm
from generator.tools.helm import Helm
from tests import needs
from tests.kinds.rendering import RESOURCES, Objects

API = {
    "kind": "web",
    "image": "shop/api",
    "port": 8000,
    "resources": RESOURCES,
    "probes": {"live": "/health/live", "ready": "/health/ready"},
    "metrics": {"port": 8001},
    "slo": {"availability": 99.9, "latency": "500ms", "at": 99},
}
SITE = {
    "kind": "web",
    "image": "shop/site",
    "port": 3000,
    "resources": RESOURCES,
    "metrics": {"port": 3000, "path": "/stats"},
    "slo": {"availability": 90, "latency": "2s", "at": 95},
}
PLAIN = {"kind": "web", "image": "shop/plain", "port": 80, "resources": RESOURCES}
WORKER = {
    "kind": "worker",
    "image": "shop/worker",
    "resources": RESOURCES,
    "metrics": {"port": 9000},
}
DATABASE = {
    "kind": "postgres",
    "database": "shop",
    "storage": "10Gi",
    "resources": {"cpu": ["500m", "1"], "memory": ["1Gi", "2Gi"]},
    "pooler": {"name": "pooler"},
    "backup": {"every": "6h", "to": "s3://acme-backups"},
}
CACHE = {
    "kind": "redis",
    "storage": "5Gi",
    "resources": {"cpu": ["100m", "1"], "memory": ["512Mi", "1Gi"]},
}
SHOP = {"api": API, "site": SITE, "plain": PLAIN, "worker": WORKER}
ROUTES = {
    "shop.example.com": "site",
    "api.shop.example.com": "api",
    "api.shop.example.com/v2": "api",
}

PROMETHEUS = {
    "kind": "prometheus",
    "resources": {"cpu": ["1", "2"], "memory": ["4Gi", "8Gi"]},
    "storage": ["500Gi", "gp3"],
    "nodes": True,
    "connects": ["alertmanager", "state", "blackbox"],
}
ALERTMANAGER = {
    "kind": "alertmanager",
    "storage": ["10Gi", "gp3"],
    "receivers": {
        "heartbeat": {"webhook": "heartbeat-url", "heartbeat": True},
        "security": {
            "slack": "security-url",
            "channel": "#security",
            "match": {"category": "security"},
            "continue": True,
        },
        "pager": {"pagerduty": "pager-key", "match": {"severity": "critical"}},
        "data": {"opsgenie": "data-key", "match": {"job": ["postgres", "redis"]}},
        "team": {
            "email": {
                "to": "team@example.com",
                "from": "alerts@example.com",
                "server": "smtp.example.com:587",
                "user": "alerts",
                "password": "smtp-password",
            }
        },
    },
}
GRAFANA = {
    "kind": "grafana",
    "connects": ["prometheus", "alertmanager"],
    "resources": {"cpu": ["500m", "1"], "memory": ["1Gi", "2Gi"]},
    "database": {"storage": ["50Gi", "gp3"]},
}
STATE = {"kind": "exporter", "exporter": "kube-state-metrics"}
BLACKBOX = {"kind": "exporter", "exporter": "blackbox"}
WATCH = {
    "prometheus": PROMETHEUS,
    "alertmanager": ALERTMANAGER,
    "grafana": GRAFANA,
    "state": STATE,
    "blackbox": BLACKBOX,
}


@dataclass(frozen=True, kw_only=True)
class Watch:
    """The chart `watch` of a platform on the disk, and the Helm to render it with."""

    helm: Helm
    path: Path

    def render(
        self,
        values: Mapping[str, Any] | None = None,
        *,
        release: str = "watch",
        kube_version: str = "1.34",
        api_versions: tuple[str, ...] = (),
    ) -> Objects:
        overlay = self.path.with_name("overlay.json")
        overlay.write_text(json.dumps(values or {}))
        text = self.helm.template(
            self.path,
            release=release,
            namespace="watch",
            values=[overlay],
            kube_version=kube_version,
            api_versions=api_versions,
        )
        return Objects(all=tuple(yaml.load_all(text, Loader=yaml.CSafeLoader)))

    def config(self, name: str, values: Mapping[str, Any] | None = None) -> dict[str, str]:
        """The files of a ConfigMap."""
        data: dict[str, str] = self.render(values).one("ConfigMap", name)["data"]
        return data


def platform(
    watch: Mapping[str, Any] | None = None,
    shop: Mapping[str, Any] | None = None,
    scrape: Mapping[str, str] | None = None,
    **chart: Any,
) -> dict[str, Any]:
    """Two charts: `shop` with applications, `watch` with monitoring, each in its namespace."""
    scrape = scrape or {"namespace": "watch", "workload": "prometheus"}
    version = {"version": "1.0.0", "appVersion": "v7"}
    routes = {address: name for address, name in ROUTES.items() if name in (shop or SHOP)}
    apps = {**version, "namespace": "shop", "scrape": scrape, "routes": routes}
    return {
        "name": "acme",
        "environments": ["test"],
        "charts": {
            "shop": {**apps, "components": dict(shop or SHOP)},
            "watch": {
                **version,
                "namespace": "watch",
                "components": dict(watch or WATCH),
                **chart,
            },
        },
    }


def build(
    folder: Path,
    watch: Mapping[str, Any] | None = None,
    shop: Mapping[str, Any] | None = None,
    *,
    major: int = 4,
    **chart: Any,
) -> Watch:
    """Build the chart `watch`, to be rendered by a Helm of that major version."""
    file = folder / "platform.yaml"
    file.write_text(yaml.safe_dump(platform(watch, shop, **chart), sort_keys=False))
    read = read_platform(file)
    path = folder / "charts" / "watch"
    write_tree(path, fill_chart(read, read.charts[1]))
    return Watch(helm=helm.find(needs.helm(major), project=Path("/nowhere")), path=path)


def problems(folder: Path, name: str, **changes: Any) -> list[str]:
    """What the reader says of a component of `watch` with other settings, without the place.

    A setting of None is left out.
    """
    component = {**WATCH[name], **changes}
    component = {key: value for key, value in component.items() if value is not None}
    file = folder / "platform.yaml"
    watch = {**WATCH, name: component}
    file.write_text(yaml.safe_dump(platform(watch), sort_keys=False))
    with pytest.raises(InputError) as caught:
        read_platform(file)
    return [finding.message for finding in caught.value.findings]


def run(program: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def promtool() -> Path:
    return needs.program("promtool", "apt-get install prometheus")


def amtool() -> Path:
    return needs.program("amtool", "apt-get install prometheus-alertmanager")


def jobs(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The scrape jobs of a configuration by their names."""
    return {job["job_name"]: job for job in config["scrape_configs"]}


def of_namespace(objects: Objects, kind: str, namespace: str | None) -> list[dict[str, Any]]:
    """Objects of a kind that name this namespace, or none."""
    return [
        each
        for each in objects.all
        if each["kind"] == kind and each["metadata"].get("namespace") == namespace
    ]
