"""The guide's kubectl commands, typed at the releases that it installs, and their answers."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from tests import needs
from tests.cluster.reach import until

GUIDE = (needs.ROOT / "docs" / "deployment-guide.md").read_text(encoding="utf-8")
APP, MONITORING = "bookedbarber-v2", "monitoring"

#: What takes a container, a metrics API or a person who looks on.
NOT_HERE = ("logs", "exec", "top", "port-forward")

#: Commands of the guide, and what their answers must hold.
ANSWERS = {
    "kubectl cluster-info": ["Kubernetes control plane", "127.0.0.1"],
    "kubectl get nodes -o wide": ["node-0", "node-4", "Ready"],
    "kubectl describe nodes": ["topology.kubernetes.io/zone=eu-west-1a", "Allocatable"],
    f"kubectl get pods -n {APP} --watch": ["backend-", "frontend-", "postgres-0", "redis-5"],
    f"kubectl get pods -n {MONITORING} --watch": ["prometheus-0", "grafana-", "alertmanager-2"],
    f"kubectl get hpa -n {APP}": ["backend-hpa", "Deployment/backend", "frontend-hpa"],
    f"kubectl describe hpa backend-hpa -n {APP}": [
        *("Min replicas:", "2", "Max replicas:", "50"),
        *('resource cpu of container "backend"', "/ 70%"),
        *('resource memory of container "backend"', "/ 80%"),
    ],
    f"kubectl describe pod <pod-name> -n {APP}": ["Containers:", "Liveness:", "Readiness:"],
    f"kubectl get ingress -n {APP}": ["bookedbarber.com", "api.bookedbarber.com", "nginx"],
    f"kubectl describe ingress bookedbarber-ingress -n {APP}": [
        *("app.bookedbarber.com", "frontend:3000", "TLS:", "bookedbarber-tls terminates"),
    ],
    f"kubectl get all -n {APP}": [
        *("deployment.apps/backend", "statefulset.apps/postgres", "service/redis"),
        *("horizontalpodautoscaler.autoscaling/backend-hpa", "cronjob.batch/postgres-backup"),
    ],
    f"kubectl get all -n {MONITORING}": ["deployment.apps/grafana", "statefulset.apps/prometheus"],
    f"kubectl get events -n {APP} --sort-by='.lastTimestamp'": ["SuccessfulCreate", "Scheduled"],
    "kubectl get nodes": ["node-0", "v1.37.2"],
    f"kubectl get deployments -n {APP}": ["backend", "frontend", "pgbouncer"],
    f"kubectl get deployments -n {MONITORING}": ["grafana"],
    "kubectl get pv": [f"{APP}/pgdata-postgres-0", "Bound", "fast-ssd", "100Gi"],
    f"kubectl get pvc -n {APP}": ["pgdata-postgres-2", "data-redis-5", "20Gi"],
}

#: Commands that change something, and the workload whose replicas or image they change.
CHANGES = {
    f"kubectl scale deployment backend --replicas=10 -n {APP}": ("deployment", "backend"),
    f"kubectl scale deployment frontend --replicas=8 -n {APP}": ("deployment", "frontend"),
    f"kubectl scale statefulset postgres --replicas=5 -n {APP}": ("statefulset", "postgres"),
    f"kubectl set image deployment/backend backend=bookedbarber/backend:v2.1.0 -n {APP}": (
        *("deployment", "backend"),
    ),
}


def commands():
    """Every kubectl command line of the guide, without its comment."""
    yield from re.findall(r"^\s*(kubectl .+?)\s*(?:#.*)?$", GUIDE, re.MULTILINE)


def test_each_command_is_typed_here_or_needs_a_container():
    left = [
        line for line in commands() if line not in ANSWERS and line not in CHANGES
        and not line.startswith(tuple(f"kubectl {verb} " for verb in NOT_HERE))
    ]  # fmt: skip
    assert left == []
    assert set(ANSWERS) | set(CHANGES) <= set(commands())


@pytest.mark.parametrize("line", list(ANSWERS))
def test_a_command_that_looks_is_answered(app, line):
    pod = app.all("pods")[0]["metadata"]["name"]
    words = shlex.split(line.replace("<pod-name>", pod))[1:]
    words = ["--request-timeout=2s" if word == "--watch" else word for word in words]
    said = app.cluster.kubectl(*words)
    assert [answer for answer in ANSWERS[line] if answer not in said] == []


def test_commands_that_change_are_followed(app):
    """What they leave through an upgrade: test_scaling.py."""
    try:
        for line, (kind, name) in CHANGES.items():
            app.cluster.kubectl(*shlex.split(line)[1:])
            app.cluster.kubectl(
                *("rollout", "status", f"{kind}/{name}", "-n", app.namespace, "--timeout=60s")
            )
        replicas = {("deployment", "backend"): 10, ("deployment", "frontend"): 8}
        replicas["statefulset", "postgres"] = 5
        for (kind, name), wanted in replicas.items():
            assert app.get(kind, name)["status"]["readyReplicas"] == wanted
        image = app.get("deployment", "backend")["spec"]["template"]["spec"]["containers"][0]
        assert image["image"].endswith("bookedbarber/backend:v2.1.0")
        said = app.cluster.kubectl("get", "hpa", "-n", app.namespace, "-o", "json")
        bounds = {
            each["metadata"]["name"]: (each["spec"]["minReplicas"], each["spec"]["maxReplicas"])
            for each in json.loads(said)["items"]
        }
        assert bounds == {"backend-hpa": (2, 50), "frontend-hpa": (3, 20)}
    finally:
        app.cluster.kubectl("rollout", "undo", "deployment/backend", "-n", app.namespace)
        for (kind, name), count in {
            ("deployment", "backend"): 2,
            ("deployment", "frontend"): 3,
            ("statefulset", "postgres"): 3,
        }.items():
            app.cluster.kubectl("scale", kind, name, f"--replicas={count}", "-n", app.namespace)
        until(lambda: not app.not_ready(), what="back to what it was")


def test_services_have_the_ports_that_are_forwarded(production):
    found = re.findall(r"^kubectl port-forward -n (\S+) svc/(\S+) (\d+):(\d+)", GUIDE, re.MULTILINE)
    assert len(found) == 2
    for namespace, name, _, port in found:
        (release,) = [each for each in production.values() if each.namespace == namespace]
        ports = [each["port"] for each in release.get("service", name)["spec"]["ports"]]
        assert int(port) in ports
        # And something is behind them.
        slices = json.loads(
            release.cluster.kubectl(
                *("get", "endpointslices", "-n", namespace, "-o", "json"),
                *("-l", f"kubernetes.io/service-name={name}"),
            )
        )["items"]
        assert sum(len(each.get("endpoints") or ()) for each in slices) >= 2


def test_evictions_end_and_leave_what_budgets_promise(app):
    """What `kubectl drain` does, without the cordon: budgets slow it down and never stop it."""
    gone = [
        each["metadata"]["name"]
        for each in app.all("pods")
        if each["spec"].get("nodeName") in ("node-0", "node-1")
        and each["status"]["phase"] == "Running"
    ]
    assert gone
    for name in gone:
        eviction = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": name, "namespace": app.namespace},
        }
        path = f"/api/v1/namespaces/{app.namespace}/pods/{name}/eviction"
        until(
            lambda path=path, eviction=eviction: (
                not app.cluster.kubectl_tried(
                    "create", "--raw", path, "-f", "-", stdin=json.dumps(eviction)
                ).code
            ),
            within=60,
            what=name,
        )
        for each in app.all("poddisruptionbudgets"):
            status = each["status"]
            assert status["currentHealthy"] >= status["desiredHealthy"], each["metadata"]["name"]
    until(lambda: not app.not_ready())
