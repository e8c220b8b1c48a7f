"""Both charts on a real API server: installed, upgraded and removed, in dev and in production."""

from __future__ import annotations

import pytest

from tests.cluster.reach import Cluster, until
from tests.cluster.releases import Release, chart

#: Of each chart, a value of production that an upgrade may change, and where it shows.
CHANGES = {
    "bookedbarber": ("backend.image.tag=v2.1.0", "deployment", "backend", ":v2.1.0"),
    "monitoring": ("grafana.image.tag=99.0.0", "deployment", "grafana", ":99.0.0"),
}


@pytest.fixture(params=["dev", "production"])
def environment(request):
    return request.param


@pytest.fixture(params=list(CHANGES))
def release(request, equipped: Cluster, major, environment):
    with equipped.fresh_namespace(f"{environment}-helm{major}") as namespace:
        yield Release(
            cluster=equipped,
            chart=chart(request.param),
            namespace=namespace,
            name=request.param,
            major=major,
            environment=environment,
        )


def images(workload):
    return [each["image"] for each in workload["spec"]["template"]["spec"]["containers"]]


def pods(release):
    """Running pods by name, with their ids: a pod that was replaced has another."""
    return {
        each["metadata"]["name"]: each["metadata"]["uid"]
        for each in release.all("pods")
        if each["status"]["phase"] == "Running"
    }


def test_is_installed_upgraded_and_removed(release):
    if release.name == "monitoring":  # it reads the application's namespace
        release.cluster.create_namespace("bookedbarber-v2")
    release.prepare()
    said = release.upgrade()
    assert "Warning" not in said  # of Pod Security, or of a field that the server does not know
    assert release.status == "deployed"
    assert release.not_ready() == []
    assert release.trouble() == ""  # nothing was refused: by Pod Security, quota, limits, policies
    release.test()

    before = pods(release)
    release.upgrade()
    assert pods(release) == before  # the same values again: no pod is replaced

    value, kind, name, tag = CHANGES[release.chart.name]
    assert not any(tag in image for image in images(release.get(kind, name)))
    release.upgrade(f"--set={value}")
    assert any(tag in image for image in images(release.get(kind, name)))
    # Helm 3 goes on while a pod may be unavailable, which the only one may.
    changed = until(lambda: {pod for pod in before.items() if pod not in pods(release).items()})
    assert all(pod.startswith(f"{name}-") for pod, _ in changed)

    claims = {each["metadata"]["name"] for each in release.all("pvc")}
    assert claims
    release.uninstall()
    kept = {f"PersistentVolumeClaim/{name}" for name in claims}
    until(lambda: set(release.left()) <= kept | hooks(release), what=str(release.left()))
    assert {each["metadata"]["name"] for each in release.all("pvc")} == claims


def hooks(release):
    """What Helm leaves of hooks: Jobs and pods that ended."""
    return {
        f"{each['kind']}/{each['metadata']['name']}"
        for each in release.all("jobs,pods")
        if each["status"].get("succeeded") or each["status"].get("phase") == "Succeeded"
    }
