"""Replicas that run survive an upgrade: rendered against an API server that knows of some."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.tools import helm
from tests.kinds.data import CACHE, DATABASE
from tests.kinds.rendering import build

#: What the charts are made of, as API discovery tells it.
GROUPS = {
    "v1": {"Service", "ServiceAccount", "ConfigMap", "Pod"},
    "apps/v1": {"StatefulSet", "Deployment"},
    "batch/v1": {"Job", "CronJob"},
    "networking.k8s.io/v1": {"NetworkPolicy"},
    "policy/v1": {"PodDisruptionBudget"},
    "rbac.authorization.k8s.io/v1": {"Role", "RoleBinding"},
}
PLURALS = {"NetworkPolicy": "networkpolicies"}


def discovered(group: str) -> dict[str, Any]:
    resources = [
        {
            "name": PLURALS.get(kind, f"{kind.lower()}s"),
            "singularName": kind.lower(),
            "namespaced": True,
            "kind": kind,
            "verbs": ["get", "list"],
        }
        for kind in sorted(GROUPS[group])
    ]
    return {"kind": "APIResourceList", "groupVersion": group, "resources": resources}


def answer(path: str, live: dict[str, int]) -> dict[str, Any] | None:
    """What an API server says; only stateful sets exist."""
    if path == "/version":
        return {"major": "1", "minor": "34", "gitVersion": "v1.34.0"}
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        versions = [{"groupVersion": name, "version": "v1"} for name in GROUPS if "/" in name]
        groups = [
            {"name": v["groupVersion"].split("/")[0], "versions": [v], "preferredVersion": v}
            for v in versions
        ]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
    for group in GROUPS:
        if path == f"/{'apis' if '/' in group else 'api'}/{group}":
            return discovered(group)
    start, _, name = path.rpartition("/")
    if start == "/apis/apps/v1/namespaces/shop/statefulsets" and name in live:
        # Helm takes only what bears its marks.
        meta = {
            "name": name,
            "namespace": "shop",
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": {
                "meta.helm.sh/release-name": name,
                "meta.helm.sh/release-namespace": "shop",
            },
        }
        spec = {"replicas": live[name]}
        return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta, "spec": spec}
    return None


@contextmanager
def api_server(folder: Path, live: dict[str, int]) -> Iterator[Path]:
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


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def shop(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    return build(folder, {"cache": CACHE, "ledger": DATABASE}, major=request.param)


def stateful_set(shop, folder: Path, component: str, live: dict[str, int], *values: str):
    """The StatefulSet of a subchart, rendered with what the server knows."""
    with api_server(folder, live) as config:
        command = [shop.helm.path, "template", component, shop.charts / component]
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
    (found,) = (one for one in objects if one["kind"] == "StatefulSet")
    return found


@pytest.mark.parametrize(("component", "own", "scaled"), [("ledger", 3, 5), ("cache", 6, 8)])
def test_replicas_that_run_are_kept(shop, tmp_path, component, own, scaled):
    def replicas(live, *values):
        return stateful_set(shop, tmp_path, component, live, *values)["spec"]["replicas"]

    assert replicas({}) == own
    assert replicas({component: scaled}) == scaled
    assert replicas({component: scaled}, "replicaPolicy=enforce") == own
    assert replicas({"another": scaled}) == own


def test_agents_know_of_the_nodes_that_run(shop, tmp_path):
    found = stateful_set(shop, tmp_path, "cache", {"cache": 8})
    (agent,) = (c for c in found["spec"]["template"]["spec"]["containers"] if c["name"] == "agent")
    environment = {entry["name"]: entry.get("value") for entry in agent["env"]}
    assert (environment["NODES"], environment["MASTERS"]) == ("8", "3")
