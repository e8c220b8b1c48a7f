"""Releases that several tests look at: both charts of the guide, and a small shop to deploy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.projects import PLATFORM, Project
from tests.cluster.reach import Cluster
from tests.cluster.releases import Release, chart
from tests.cluster.shops import IMAGE, Shop

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


@pytest.fixture
def fresh(
    cluster: Cluster, namespace: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Shop]:
    """A shop that was never installed; by Helm 4, unless the test says otherwise."""
    shop = Shop(
        cluster=cluster, folder=tmp_path, namespace=namespace, major=getattr(request, "param", 4)
    )
    shop.provide()
    shop.write()
    yield shop
    shop.end()


@pytest.fixture(scope="session")
def installed(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with cluster.fresh_namespace("deploy") as namespace:
        shop = Shop(cluster=cluster, folder=tmp_path_factory.mktemp("shop"), namespace=namespace)
        shop.provide()
        yield shop
        shop.end()


@pytest.fixture
def shop(installed: Shop) -> Shop:
    """A shop that runs as it was written first, whatever the test before did."""
    installed.end()
    installed._begun.clear()
    installed.write()
    # A test that deployed nothing left what its own fixture made.
    left = installed.history()[-1:]
    if not left or left != installed.quiet or installed.image() != IMAGE:
        installed.deploy("--recover", "--force-conflicts")
        installed.quiet[:] = installed.history()[-1:]
    return installed


@pytest.fixture
def project(cluster: Cluster, namespace: str, tmp_path: Path) -> Project:
    spec = tmp_path / "platform.yaml"
    spec.write_text(PLATFORM.format(namespace=namespace))
    one = Project(folder=tmp_path, cluster=cluster, namespace=namespace)
    one.values()
    code, _, said = one.ran("build", "-f", spec, "--no-proof")
    assert code == 0, said
    return one


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
