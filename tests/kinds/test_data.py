"""Replicas that run survive an upgrade: rendered against an API server that knows of some."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.tools import helm
from tests.kinds.data import CACHE, DATABASE
from tests.kinds.monitoring import ALERTMANAGER, BLACKBOX, GRAFANA, PROMETHEUS, STATE
from tests.kinds.rendering import RESOURCES, build

CLUSTER_WIDE = {"ClusterRole", "ClusterRoleBinding"}

#: What the charts are made of, as API discovery tells it.
GROUPS = {
    "v1": {"Service", "ServiceAccount", "ConfigMap", "Pod", "ResourceQuota", "LimitRange"},
    "apps/v1": {"StatefulSet", "Deployment"},
    "batch/v1": {"Job", "CronJob"},
    "networking.k8s.io/v1": {"NetworkPolicy"},
    "policy/v1": {"PodDisruptionBudget"},
    "rbac.authorization.k8s.io/v1": {"Role", "RoleBinding", *CLUSTER_WIDE},
    "autoscaling/v2": {"HorizontalPodAutoscaler"},
}
PLURALS = {"NetworkPolicy": "networkpolicies"}
WORKLOADS = {"statefulsets": "StatefulSet", "deployments": "Deployment"}

WORKER = {
    "kind": "worker",
    "image": "shop/mailer",
    "resources": RESOURCES,
    "metrics": {"port": 9000},
    "scale": 3,
}
SCALED = {**WORKER, "scale": {"min": 3, "max": 9}}


def discovered(group: str) -> dict[str, Any]:
    resources = [
        {
            "name": PLURALS.get(kind, f"{kind.lower()}s"),
            "singularName": kind.lower(),
            "namespaced": kind not in CLUSTER_WIDE,
            "kind": kind,
            "verbs": ["get", "list"],
        }
        for kind in sorted(GROUPS[group])
    ]
    return {"kind": "APIResourceList", "groupVersion": group, "resources": resources}


@dataclass(frozen=True, kw_only=True)
class Live:
    """What runs: a StatefulSet or Deployment, and what `replicas` was in the last release."""

    replicas: int
    before: str | None = None
    release: str = ""


def answer(path: str, live: Mapping[str, Live]) -> dict[str, Any] | None:
    """What an API server says; only workloads exist."""
    if path == "/version":
        return {"major": "1", "minor": "34", "gitVersion": "v1.34.0"}
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        versions = [
            {"groupVersion": name, "version": name.split("/")[1]} for name in GROUPS if "/" in name
        ]
        groups = [
            {"name": v["groupVersion"].split("/")[0], "versions": [v], "preferredVersion": v}
            for v in versions
        ]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
    for group in GROUPS:
        if path == f"/{'apis' if '/' in group else 'api'}/{group}":
            return discovered(group)
    start, _, name = path.rpartition("/")
    kind = WORKLOADS.get(start.removeprefix("/apis/apps/v1/namespaces/shop/"))
    if kind and name in live:
        # Helm takes only what bears its marks.
        meta: dict[str, Any] = {
            "name": name,
            "namespace": "shop",
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": {
                "meta.helm.sh/release-name": live[name].release or name,
                "meta.helm.sh/release-namespace": "shop",
            },
        }
        if live[name].before is not None:
            meta["annotations"]["generator.dev/replicas"] = live[name].before
        spec = {"replicas": live[name].replicas}
        return {"apiVersion": "apps/v1", "kind": kind, "metadata": meta, "spec": spec}
    return None


@contextmanager
def api_server(folder: Path, live: Mapping[str, Live]) -> Iterator[Path]:
    """A kubeconfig for a server on the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = answer(self.path.partition("?")[0], live)
            missing = {"kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404}
            data = json.dumps(found or missing).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    cluster = {"server": f"http://127.0.0.1:{server.server_address[1]}"}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "one", "cluster": cluster}],
        "contexts": [{"name": "one", "context": {"cluster": "one", "user": "one"}}],
        "users": [{"name": "one", "user": {}}],
        "current-context": "one",
    }
    path = folder / "kubeconfig"
    path.write_text(json.dumps(config))
    try:
        yield path
    finally:
        server.shutdown()
        server.server_close()


COMPONENTS = {
    "cache": CACHE,
    "ledger": {**DATABASE, "pooler": {"name": "door", "replicas": 2}},
    "mailer": WORKER,
    "scaled": SCALED,
    "prometheus": PROMETHEUS,
    "state": STATE,
    "alertmanager": ALERTMANAGER,
    "grafana": {**GRAFANA, "replicas": 2},
    "blackbox": {**BLACKBOX, "replicas": 2},
}


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def shop(request, tmp_path_factory):
    return build(tmp_path_factory.mktemp("shop"), COMPONENTS, major=request.param)


def rendered(shop, folder: Path, live: Mapping[str, Live], *values: str, component: str = ""):
    """The workloads by name, of all or of a component alone, rendered with what the server knows.

    The server is asked anew for each, which takes a second.
    """
    chart = shop.charts / component if component else shop.path
    with api_server(folder, live) as config:
        command = [shop.helm.path, "template", component or "shop", chart]
        command += ["--namespace", "shop", "--dry-run=server", "--kubeconfig", config]
        command += ["--disable-openapi-validation"]
        for value in values:
            command += ["--set", value]
        done = subprocess.run(
            command,
            env={**helm.environment(), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    objects = [one for one in yaml.safe_load_all(done.stdout) if one]
    return {o["metadata"]["name"]: o for o in objects if o["kind"] in WORKLOADS.values()}


def replicas(workload: Mapping[str, Any]) -> tuple[int, str]:
    """How many there are to be, and what the object keeps of the value."""
    kept = workload["metadata"]["annotations"]["generator.dev/replicas"]
    return workload["spec"]["replicas"], kept


def test_replicas_that_run_are_kept(shop, tmp_path):
    own = {
        "ledger": 3,
        "door": 2,
        "cache": 6,
        "mailer": 3,
        "prometheus": 2,
        "alertmanager": 3,
        "grafana": 2,
        "blackbox": 2,
    }
    live = {name: Live(replicas=count + 2, release="shop") for name, count in own.items()}
    found = rendered(shop, tmp_path, {**live, "scaled": Live(replicas=7, release="shop")})
    kept = {name: replicas(found[name]) for name in own}
    assert kept == {name: (count + 2, str(count)) for name, count in own.items()}
    assert "replicas" not in found["scaled"]["spec"]


@pytest.mark.parametrize(
    ("live", "values", "expected"),
    [
        ({}, (), (3, "3")),
        ({"another": Live(replicas=8)}, (), (3, "3")),
        ({"mailer": Live(replicas=8, before="3")}, (), (8, "3")),
        ({"mailer": Live(replicas=0, before="3")}, (), (0, "3")),
        ({"mailer": Live(replicas=8, before="3")}, ("replicas=5",), (5, "5")),
        ({"mailer": Live(replicas=8, before="5")}, ("replicas=5",), (8, "5")),
    ],
)
def test_replicas_that_run_are_kept_until_the_value_changes(shop, tmp_path, live, values, expected):
    found = rendered(shop, tmp_path, live, *values, component="mailer")
    assert replicas(found["mailer"]) == expected


@pytest.mark.parametrize(("component", "own"), [("ledger", 3), ("cache", 6)])
def test_replicas_can_be_enforced(shop, tmp_path, component, own):
    live = {component: Live(replicas=8)}
    found = rendered(shop, tmp_path, live, "replicaPolicy=enforce", component=component)
    assert found[component]["spec"]["replicas"] == own


@pytest.mark.parametrize(
    "values", [(), ("autoscaling.minReplicas=4", "autoscaling.maxReplicas=20")]
)
def test_what_an_autoscaler_scales_never_has_replicas(shop, tmp_path, values):
    live = {"scaled": Live(replicas=7)}
    found = rendered(shop, tmp_path, live, *values, component="scaled")["scaled"]
    assert "replicas" not in found["spec"]
    assert "annotations" not in found["metadata"]


def test_without_its_autoscaler_a_workload_stays_as_large_as_it_is(shop, tmp_path):
    live = {"scaled": Live(replicas=7)}
    off = "autoscaling.enabled=false"
    found = rendered(shop, tmp_path, live, off, component="scaled")["scaled"]
    assert found["spec"]["replicas"] == 7


def test_scaling_by_hand_does_not_start_nodes_anew(shop, tmp_path):
    """The agents find nodes that were added by themselves."""
    before, after = (
        rendered(shop, tmp_path, {"cache": Live(replicas=count)}, component="cache")["cache"][
            "spec"
        ]
        for count in (6, 8)
    )
    assert (before["replicas"], after["replicas"]) == (6, 8)
    assert before["template"] == after["template"]
