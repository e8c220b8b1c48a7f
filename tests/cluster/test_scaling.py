"""Replicas that somebody or something else set: no upgrade takes them back."""

from __future__ import annotations

import json

import pytest

from tests.cluster.reach import Cluster, until
from tests.cluster.releases import Release, chart


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def release(request, equipped: Cluster):
    with equipped.fresh_namespace(f"scaling-helm{request.param}") as namespace:
        release = Release(
            cluster=equipped,
            chart=chart("bookedbarber"),
            namespace=namespace,
            name="bookedbarber",
            major=request.param,
            environment="production",
        )
        release.prepare()
        release.upgrade()
        yield release


def replicas(release, kind, name):
    count: int = release.get(kind, name)["spec"]["replicas"]
    return count


def bounds(release, name, least, most):
    change = {"spec": {"minReplicas": least, "maxReplicas": most}}
    release.cluster.kubectl(
        *("patch", "hpa", name, "-n", release.namespace, "--type=merge"),
        *("-p", json.dumps(change)),
    )


def test_what_was_scaled_stays_through_upgrades(release):
    cluster, namespace = release.cluster, release.namespace
    # By hand: below an autoscaler, and where there is none.
    cluster.kubectl("scale", "deployment/backend", "--replicas=7", "-n", namespace)
    cluster.kubectl("scale", "statefulset/postgres", "--replicas=5", "-n", namespace)
    until(lambda: not release.not_ready())
    # By an autoscaler: it raises what is below its least, and then leaves it.
    release.upgrade("--set=frontend.autoscaling.minReplicas=6")
    until(lambda: replicas(release, "deployment", "frontend") == 6)
    until(lambda: not release.not_ready())

    wanted = {"deployment/backend": 7, "deployment/frontend": 6, "statefulset/postgres": 5}
    for options in ((), ("--set=backend.image.tag=v2.1.0",)):
        release.upgrade(*options)
        assert {each: replicas(release, *each.split("/")) for each in wanted} == wanted
    assert release.get("hpa", "frontend-hpa")["spec"]["minReplicas"] == 3


@pytest.mark.parametrize("release", [4], ids=["helm4"], indirect=True)
def test_the_quota_admits_the_most_with_surge_and_not_more(release):
    """Every component at its most, all of them rolling; then more than that is refused."""
    cluster, namespace = release.cluster, release.namespace
    cluster.kubectl("scale", "statefulset/postgres", "--replicas=5", "-n", namespace)
    bounds(release, "backend-hpa", 50, 50)
    bounds(release, "frontend-hpa", 20, 20)
    until(lambda: replicas(release, "deployment", "backend") == 50)
    until(lambda: replicas(release, "deployment", "frontend") == 20)
    until(lambda: not release.not_ready(), within=60)
    cluster.kubectl("rollout", "restart", "deployment", "-n", namespace)
    until(lambda: not release.not_ready(), within=180, what="all of them rolled")
    assert release.trouble() == ""  # FailedCreate is what a quota too small would show

    bounds(release, "backend-hpa", 90, 90)
    refused = until(
        lambda: [each for each in release.warnings() if "exceeded quota" in each["message"]]
    )
    assert {each["reason"] for each in refused} == {"FailedCreate"}
    assert "bookedbarber" in refused[0]["message"]
    ready = release.get("deployment", "backend")["status"]["readyReplicas"]
    assert 50 < ready < 90  # the surge, and the little more that quotas are rounded up by
