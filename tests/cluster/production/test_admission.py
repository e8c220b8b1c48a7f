"""What the API server refuses in the namespace of a release, and what it must not refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cluster.reach import Cluster, until
from tests.cluster.releases import chart

SMALL = {"cpu": "10m", "memory": "16Mi", "ephemeral-storage": "16Mi"}


def pod(*, image: str = "registry.example/tool:1.2", container=None, **spec: Any) -> dict[str, Any]:
    """A pod that everything admits, with some things changed."""
    secure = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    one = {
        "name": "tool",
        "image": image,
        "securityContext": secure,
        "resources": {"requests": SMALL, "limits": SMALL},
        **(container or {}),
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "tool"},
        "spec": {
            "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [one],
            **spec,
        },
    }


def service(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "tool"},
        "spec": {"ports": [{"port": 80}], "selector": {"app": "tool"}, **spec},
    }


def tried(cluster: Cluster, namespace: str, made: dict[str, Any]):
    """Whether the server would take an object; nothing is kept."""
    return cluster.kubectl_tried(
        *("create", "--dry-run=server", "-n", namespace, "-o", "json", "-f", "-"),
        stdin=json.dumps(made),
    )


TOKEN = {"projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}
AUDIENCE = {
    "projected": {"sources": [{"serviceAccountToken": {"path": "token", "audience": "istio-ca"}}]}
}
DIGEST = f"registry.example/tool@sha256:{'0' * 64}"

ADMITTED = {
    "as it should be": pod(),
    "an image by digest": pod(image=DIGEST),
    "a token for another audience": pod(volumes=[{"name": "token", **AUDIENCE}]),
    "the account that needs a token": pod(
        serviceAccountName="postgres", automountServiceAccountToken=True
    ),
    "a service of the cluster": service(),
    "a service without a proxy": service(clusterIP="None"),
}

REFUSED = {
    "an image called latest": (pod(image="registry.example/tool:latest"), "and not latest"),
    "an image without a tag": (pod(image="registry.example:5000/tool"), "need a version"),
    "a token": (
        pod(automountServiceAccountToken=True),
        "must set automountServiceAccountToken to false",
    ),
    "a projected token": (
        pod(volumes=[{"name": "token", **TOKEN}]),
        "must not mount a token for the Kubernetes API",
    ),
    "a port of the nodes": (service(type="NodePort"), "must not open ports of the nodes"),
    "an external address": (
        service(externalIPs=["192.0.2.1"]),
        "must not have external addresses",
    ),
    "a load balancer": (service(type="LoadBalancer"), "exceeded quota"),
    "more CPU than any container may have": (
        pod(container={"resources": {"requests": SMALL, "limits": {**SMALL, "cpu": "9"}}}),
        "maximum cpu usage per Container is 8",
    ),
    "more memory than any container may have": (
        pod(container={"resources": {"requests": SMALL, "limits": {**SMALL, "memory": "17Gi"}}}),
        "maximum memory usage per Container is 16Gi",
    ),
    "the root user": (
        pod(securityContext={"seccompProfile": {"type": "RuntimeDefault"}}),
        'violates PodSecurity "restricted',
    ),
    "the host's files": (
        pod(volumes=[{"name": "host", "hostPath": {"path": "/"}}]),
        'violates PodSecurity "restricted',
    ),
}


@pytest.mark.parametrize("what", list(ADMITTED))
def test_admits(app, what):
    done = tried(app.cluster, app.namespace, ADMITTED[what])
    assert done.code == 0, done.stderr
    assert "Warning" not in done.stderr


@pytest.mark.parametrize("what", list(REFUSED))
def test_refuses(app, what):
    made, because = REFUSED[what]
    done = tried(app.cluster, app.namespace, made)
    assert done.code != 0
    assert because in done.stderr


def test_containers_without_resources_get_some(app):
    made = pod(container={"resources": {}})
    done = tried(app.cluster, app.namespace, made)
    assert done.code == 0, done.stderr
    resources = json.loads(done.stdout)["spec"]["containers"][0]["resources"]
    assert resources == {
        "limits": {"cpu": "500m", "memory": "512Mi"},
        "requests": {"cpu": "50m", "memory": "64Mi"},
    }


def test_without_defaults_containers_must_ask_for_resources(app, namespace):
    """The policy alone: in the release's namespace the LimitRange fills in what is missing."""
    cluster = app.cluster
    made = cluster.helm(
        *(4, "template", "bookedbarber", chart("bookedbarber"), f"--namespace={namespace}"),
        *("--kube-version=1.37.0", "--set=policies.enabled=true"),
        *("--show-only=templates/validatingadmissionpolicy-resources.yaml",),
        *("--show-only=templates/validatingadmissionpolicybinding-resources.yaml",),
    )
    cluster.kubectl("apply", "-f", "-", stdin=made)
    try:
        bare = pod(container={"resources": {"requests": {"cpu": "10m"}}})
        done = until(
            lambda: (found := tried(cluster, namespace, bare)).code and found,
            what="the policy is in force",
        )
        assert "every container needs requests of CPU and memory" in done.stderr
        assert tried(cluster, namespace, pod()).code == 0
        first = pod(initContainers=[{**pod()["spec"]["containers"][0], "resources": {}}])
        first["spec"]["initContainers"][0]["name"] = "first"
        assert "every init container needs" in tried(cluster, namespace, first).stderr
    finally:
        cluster.kubectl("delete", "-f", "-", stdin=made)


def test_policies_hold_in_their_namespace_alone(app, namespace):
    latest, _ = REFUSED["an image called latest"]
    assert tried(app.cluster, namespace, latest).code == 0


def test_what_runs_already_goes_on_when_policies_come(app):
    """Labels of pods may change, though their images would not be admitted anew."""
    name = app.all("pods")[0]["metadata"]["name"]
    app.cluster.kubectl("label", "pod", name, "tried=yes", "-n", app.namespace)
    app.cluster.kubectl("label", "pod", name, "tried-", "-n", app.namespace)
