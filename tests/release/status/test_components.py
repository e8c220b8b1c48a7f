"""Workloads and what is said of them: a table of what the cluster answers."""

from __future__ import annotations

from typing import Any

import pytest

from generator.release.status.components import components
from generator.release.status.model import Autoscaler, Component, Restarts
from tests.release.scene import event, facts, made, pod, replica_set, workload


def read(*live: dict[str, Any], manifest: dict[str, Any] | None = None, **more: Any) -> Component:
    wanted = manifest or workload("Deployment", "api", 2)
    found = facts([wanted], live, **more)
    (one,) = components(found.history.revisions[0].objects, found)
    return one


GOOD = {"readyReplicas": 2, "updatedReplicas": 2, "availableReplicas": 2, "replicas": 2}


@pytest.mark.parametrize(
    ("kind", "replicas", "status", "state", "ready"),
    [
        ("Deployment", 2, GOOD, "ready", 2),
        ("Deployment", 2, {**GOOD, "readyReplicas": 1, "availableReplicas": 1}, "waiting", 1),
        ("Deployment", 2, {**GOOD, "availableReplicas": 1}, "waiting", 2),
        ("Deployment", 2, {**GOOD, "updatedReplicas": 1}, "waiting", 2),
        ("Deployment", 2, {**GOOD, "replicas": 3}, "waiting", 2),  # an old pod still runs
        ("Deployment", 0, {}, "off", 0),
        ("StatefulSet", 3, {"readyReplicas": 3, "updatedReplicas": 3}, "ready", 3),
        ("StatefulSet", 3, {"readyReplicas": 3, "updatedReplicas": 2}, "waiting", 3),
        (
            "Deployment",
            2,
            {"conditions": [{"type": "Progressing", "reason": "ProgressDeadlineExceeded"}]},
            "failed",
            0,
        ),
    ],
)
def test_a_workload_is_as_its_status_says(kind, replicas, status, state, ready):
    one = read(workload(kind, "api", replicas, **status), manifest=workload(kind, "api", 2))
    assert (one.state, one.ready, one.wanted) == (state, ready, replicas)


def test_a_status_of_the_generation_before_is_not_believed():
    live = workload("Deployment", "api", 2, **GOOD, observedGeneration=3)
    live["metadata"]["generation"] = 4
    assert read(live).state == "waiting"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]}, "ready"),
        ({"failed": 4, "conditions": [{"type": "Failed", "status": "True"}]}, "failed"),
        ({"active": 1}, "waiting"),
    ],
)
def test_a_job_is_ready_when_it_is_complete(status, state):
    job = made("Job", "migrate", api="batch/v1", spec={}, status=status)
    assert read(job, manifest=job).state == state


def test_pods_that_must_be_deleted_to_become_new_are_not_waited_for():
    live = workload("StatefulSet", "db", 2, readyReplicas=2, updatedReplicas=0)
    live["spec"]["updateStrategy"] = {"type": "OnDelete"}
    assert read(live, manifest=live).state == "ready"


def test_what_is_not_there_is_missing_and_what_may_not_be_read_is_not():
    assert read().state == "missing"
    hidden = read(unknown=("deployments",))
    assert (hidden.state, hidden.reasons) == ("waiting", ("you may not read it",))


def test_restarts_are_counted_with_the_last_reason():
    def status(count: int, at: str, **ended: Any) -> dict[str, Any]:
        return {
            "restartCount": count,
            "ready": True,
            "lastState": {"terminated": {"finishedAt": f"2026-11-23T{at}:00Z", **ended}},
        }

    pods = (
        pod("api", "api-1", containerStatuses=[status(2, "09:00", reason="OOMKilled")]),
        pod("api", "api-2", containerStatuses=[status(1, "10:00", reason="Error", exitCode=3)]),
        pod("other", "other-1", containerStatuses=[status(9, "11:00", reason="OOMKilled")]),
    )
    assert read(workload("Deployment", "api", 2, **GOOD), *pods).restarts == Restarts(
        count=3, reason="exit code 3", at="2026-11-23T10:00:00Z"
    )


def test_the_image_is_named_without_its_registry():
    assert read(workload("Deployment", "api", 2, **GOOD)).images == ("api:v2.1.0",)


def test_the_member_of_a_database_that_takes_writes_is_named():
    live = workload("StatefulSet", "db", 2, readyReplicas=2, updatedReplicas=2)
    pods = pod("db", "db-0", role="replica"), pod("db", "db-1", role="primary")
    assert read(live, *pods, manifest=live).primary == "db-1"


def test_autoscaler_and_budget_are_found_by_what_they_point_at():
    scaler = made(
        "HorizontalPodAutoscaler",
        "api-hpa",
        api="autoscaling/v2",
        spec={
            "scaleTargetRef": {"kind": "Deployment", "name": "api"},
            "minReplicas": 2,
            "maxReplicas": 50,
        },
        status={
            "currentReplicas": 2,
            "desiredReplicas": 4,
            "conditions": [
                {"type": "AbleToScale", "status": "True"},
                {"type": "ScalingActive", "status": "False", "reason": "No", "message": "metrics"},
                {"type": "ScalingLimited", "status": "False", "reason": "DesiredWithinRange"},
            ],
        },
    )
    budgets = [
        made(
            "PodDisruptionBudget",
            name,
            api="policy/v1",
            spec={"selector": {"matchLabels": {"app": name}}},
            status={"disruptionsAllowed": allowed},
        )
        for name, allowed in (("other", 7), ("api", 1))
    ]
    one = read(workload("Deployment", "api", 2, **GOOD), scaler, *budgets)
    assert one.autoscaler == Autoscaler(
        name="api-hpa", current=2, desired=4, minimum=2, maximum=50, problem="No: metrics"
    )
    assert one.disruptions == 1


WAITING = {"readyReplicas": 0, "updatedReplicas": 0, "replicas": 1}


def container(**state: Any) -> dict[str, Any]:
    return {"name": "app", "ready": False, **state}


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (
            pod(
                "api",
                "api-1",
                conditions=[{"type": "PodScheduled", "status": "False", "message": "no node fits"}],
            ),
            "api-1: can't be scheduled: no node fits",
        ),
        (
            pod(
                "api",
                "api-1",
                containerStatuses=[
                    container(
                        image="api:v3",
                        state={"waiting": {"reason": "ImagePullBackOff", "message": "no such tag"}},
                    )
                ],
            ),
            "api-1: image api:v3 can't be pulled: no such tag",
        ),
        (
            pod(
                "api",
                "api-1",
                containerStatuses=[
                    container(
                        state={"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
                        lastState={"terminated": {"reason": "Error", "exitCode": 1}},
                    )
                ],
            ),
            "api-1: container app ended, last with exit code 1",
        ),
        (
            pod("api", "api-1", phase="Running"),
            "api-1: runs, not ready yet",
        ),
        (
            event("Pod", "api-1", "Normal", "never asked"),
            "1 pods still to be made anew",
        ),
    ],
)
def test_what_is_not_ready_says_why(found, reason):
    """In the words of `deploy`: tests/release/test_why.py has them all."""
    live = workload("Deployment", "api", 1, **WAITING)
    assert read(live, replica_set("api"), found).reasons == (reason,)


def test_why_pods_are_refused_is_read_from_what_makes_them_or_from_the_workload():
    refused = [{"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}]
    said = ("its pods are refused: exceeded quota",)
    below = replica_set("api", conditions=refused)
    assert read(workload("Deployment", "api", 1, **WAITING), below).reasons == said
    alone = workload("Deployment", "api", 1, **WAITING, conditions=refused)
    assert read(alone, unknown=("replicasets",)).reasons == said


def test_the_last_failed_probe_is_the_reason_of_a_pod_that_runs():
    one = read(
        workload("Deployment", "api", 1, **WAITING),
        replica_set("api"),
        pod("api", "api-1", phase="Running"),
        event("Pod", "api-1", "Unhealthy", "readiness probe: 503", at="11:59"),
        event("Pod", "api-1", "Unhealthy", "readiness probe: 500", at="11:30"),
    )
    assert one.reasons == ("api-1: readiness probe: 503",)


def test_what_is_meant_to_be_so_has_no_reasons():
    job = made("Job", "migrate", api="batch/v1", spec={"suspend": True}, status={})
    one = read(job, manifest=job)
    assert (one.state, one.reasons) == ("off", ())
    off = read(workload("Deployment", "api", 0), manifest=workload("Deployment", "api", 0))
    assert (off.state, off.reasons) == ("off", ())


def test_a_database_is_what_its_operator_says_of_it():
    name = {"cnpg.io/cluster": "ledger", "cnpg.io/podRole": "instance"}
    cluster = made(
        "Cluster",
        "ledger",
        api="postgresql.cnpg.io/v1",
        spec={"instances": 3, "imageName": "ghcr.io/cloudnative-pg/postgresql:18.4-system-trixie"},
        status={"readyInstances": 2, "phase": "Creating a new replica"},
    )
    leads = pod("ledger", "ledger-1")
    leads["metadata"]["labels"] = {**name, "cnpg.io/instanceRole": "primary"}
    one = read(cluster, leads, manifest=cluster)
    assert (one.kind, one.state, one.ready, one.wanted) == ("Cluster", "waiting", 2, 3)
    assert (one.primary, one.images) == ("ledger-1", ("postgresql:18.4-system-trixie",))
    assert one.reasons == ("Creating a new replica",)
    gone = read(manifest=cluster)
    assert (gone.state, gone.wanted) == ("missing", 3)
