"""Two releases of one chart: in two namespaces, and in one, neither in the other's way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cluster.reach import Cluster
from tests.cluster.releases import Release, chart


def running(release: Release) -> dict[str, str]:
    """The release's own pods, with their ids."""
    return {
        each["metadata"]["name"]: each["metadata"]["uid"]
        for each in release.all("pods")
        if each["metadata"]["labels"].get("app.kubernetes.io/instance") == release.name
        and each["status"]["phase"] == "Running"
    }


def behind(release: Release) -> dict[str, set[str]]:
    """The pods behind each Service, by the Service's name."""
    found: dict[str, set[str]] = {}
    for each in release.all("endpointslices"):
        service = each["metadata"]["labels"]["kubernetes.io/service-name"]
        pods = {point["targetRef"]["name"] for point in each.get("endpoints") or ()}
        found.setdefault(service, set()).update(pods)
    return found


@pytest.mark.parametrize("name", ["bookedbarber", "monitoring"])
def test_in_two_namespaces(production, name):
    """Also what belongs to no namespace, or to somebody else's, is there for each."""
    first = production[name]
    before = running(first)
    with first.cluster.fresh_namespace("second") as namespace:
        second = replace(first, namespace=namespace)
        second.prepare()
        second.upgrade()
        assert second.not_ready() == []
        second.uninstall()
    assert running(first) == before
    first.upgrade()  # nothing of it went with the other
    assert running(first) == before


@pytest.mark.parametrize("name", ["bookedbarber", "monitoring"])
def test_in_one_namespace(equipped: Cluster, production, name):
    with equipped.fresh_namespace("both") as namespace:
        first = Release(
            cluster=equipped,
            chart=chart(name),
            namespace=namespace,
            name=name,
            environment="dev",
        )
        # What belongs to the namespace, one of them brings.
        second = replace(first, name="second")
        first.prepare()
        first.upgrade()
        before = running(first)
        second.upgrade()
        assert first.not_ready() == []
        assert running(first) == before
        own = {first.name: running(first), second.name: running(second)}
        assert len(own[first.name]) == len(own[second.name]) > 3
        services = behind(first)
        # Some stay empty here: Patroni, which does not run, labels the pods that they choose.
        assert sum(map(bool, services.values())) >= len(services) / 2
        for service, pods in services.items():
            whose = second if service.startswith("second-") else first
            assert pods <= set(own[whose.name]), service
        second.uninstall()
        assert running(first) == before
        assert first.not_ready() == []
