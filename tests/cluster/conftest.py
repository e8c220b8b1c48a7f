"""Releases that several tests look at: both charts of the guide, as production has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.reach import Cluster
from tests.cluster.releases import Release, chart

#: What the values of production need of the cluster.
NEEDED = ("cert-manager", "vertical-pod-autoscaler")
GUIDE = {"bookedbarber": "bookedbarber-v2", "monitoring": "monitoring"}


@pytest.fixture(scope="session")
def equipped(cluster: Cluster) -> Cluster:
    """The cluster with the definitions that the values of production need."""
    cluster.define(*NEEDED)
    # No Go module has the definitions of the NGINX controller: this one takes anything.
    cluster.apply([virtual_server()])
    cluster.kubectl("wait", "--for=condition=Established", "crd/virtualservers.k8s.nginx.org")
    return cluster


@pytest.fixture(scope="session")
def production(equipped: Cluster) -> Iterator[dict[str, Release]]:
    """Both charts under the names of the guide, by Helm 4. Tests leave them as they were."""
    releases = {
        name: Release(
            cluster=equipped,
            chart=chart(name),
            namespace=namespace,
            name=name,
            environment="production",
        )
        for name, namespace in GUIDE.items()
    }
    for release in releases.values():
        release.prepare()
    for release in releases.values():
        release.upgrade()
    yield releases


@pytest.fixture(scope="session")
def app(production: dict[str, Release]) -> Release:
    return production["bookedbarber"]


@pytest.fixture(params=[4, 3], ids=["helm4", "helm3"])
def major(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


def virtual_server() -> dict[str, Any]:
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True}
    names = {"kind": "VirtualServer", "plural": "virtualservers", "singular": "virtualserver"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "virtualservers.k8s.nginx.org"},
        "spec": {
            "group": "k8s.nginx.org",
            "scope": "Namespaced",
            "names": names,
            "versions": [{**version, "schema": {"openAPIV3Schema": anything}}],
        },
    }
