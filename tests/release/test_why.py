"""Why an object of a release is not ready: tables of what the API says."""

from __future__ import annotations

from typing import Any

import pytest

from generator.release.why import Part, explain

Json = dict[str, Any]


def deployment(wanted: int = 2, **status: Any) -> Json:
    return {
        "kind": "Deployment",
        "metadata": {"name": "backend", "uid": "d", "generation": 2},
        "spec": {"replicas": wanted, "minReadySeconds": 10},
        "status": {"observedGeneration": 2, **status},
    }


def replica_set(revision: int, conditions: list[Json] | None = None) -> Json:
    return {
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"backend-{revision}",
            "uid": f"r{revision}",
            "ownerReferences": [{"uid": "d", "kind": "Deployment"}],
            "annotations": {"deployment.kubernetes.io/revision": str(revision)},
        },
        "status": {"conditions": conditions or []},
    }


def pod(name: str, owner: str, *, ready: bool = False, claim: str = "", **status: Any) -> Json:
    conditions = [{"type": "Ready", "status": str(ready)}, *status.pop("conditions", [])]
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}] if claim else []
    return {
        "kind": "Pod",
        "metadata": {"name": name, "ownerReferences": [{"uid": owner, "kind": "ReplicaSet"}]},
        "spec": {"volumes": volumes},
        "status": {"phase": "Pending", "conditions": conditions, **status},
    }


def stateful(wanted: int = 3, **status: Any) -> Json:
    return {
        "kind": "StatefulSet",
        "metadata": {"name": "postgres", "uid": "s", "generation": 1},
        "spec": {"replicas": wanted},
        "status": {"observedGeneration": 1, **status},
    }


def event(kind: str, name: str, reason: str, message: str, at: str = "2026-01-01") -> Json:
    return {
        "metadata": {},
        "involvedObject": {"kind": kind, "name": name},
        "reason": reason,
        "message": message,
        "lastTimestamp": at,
    }


def container(state: Json, **more: Any) -> Json:
    return {"name": "backend", "image": "shop/backend:v3", "state": state, **more}


def waiting(reason: str, message: str = "", **more: Any) -> Json:
    return container({"waiting": {"reason": reason, "message": message}}, **more)


UNSCHEDULED = {
    "type": "PodScheduled",
    "status": "False",
    "message": "0/5 nodes are available: 5 Insufficient cpu. preemption: 0/5 nodes are available: "
    "5 No preemption victims found for incoming pod.",
}
KILLED = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}


def first(objects: list[Json], events: list[Json] | None = None) -> Part:
    return explain(objects, events or [])[0]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({"conditions": [UNSCHEDULED]}, "can't be scheduled: 0/5 nodes are available: 5 Insuffi"),
        (
            {"containerStatuses": [waiting("ImagePullBackOff", "not found")]},
            "image shop/backend:v3 can't be pulled: not found",
        ),
        (
            {"containerStatuses": [waiting("CreateContainerConfigError", 'secret "x" not found')]},
            'container backend can\'t be made: secret "x" not found',
        ),
        (
            {
                "containerStatuses": [
                    waiting("CrashLoopBackOff", "", restartCount=3, lastState=KILLED)
                ]
            },
            "container backend ended 4 times, last with exit code 137 (OOMKilled)",
        ),
        (
            {"initContainerStatuses": [container({"running": {}}) | {"name": "wait-for-postgres"}]},
            "init container wait-for-postgres is not done yet",
        ),
        ({"phase": "Running"}, "runs, not ready yet"),
        ({"phase": "Failed", "message": "The node was low on memory."}, "failed: The node was"),
    ],
)
def test_a_pod_says_why(status: Json, reason: str) -> None:
    part = first([deployment(1), replica_set(2), pod("backend-2-x", "r2", **status)])
    assert not part.done
    assert part.reasons[0].startswith(f"backend-2-x: {reason}")


@pytest.mark.parametrize(
    ("kind", "message", "reason"),
    [
        ("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", "Readine"),
        ("FailedMount", 'MountVolume.SetUp failed: secret "tls" not found', "a volume can't be m"),
        ("FailedCreatePodSandBox", "no network", "can't be started: no network"),
    ],
)
def test_a_warning_about_the_pod_says_why(kind: str, message: str, reason: str) -> None:
    objects = [deployment(1), replica_set(1), pod("p", "r1", phase="Running")]
    part = first(objects, [event("Pod", "p", kind, message)])
    assert part.reasons[0].startswith(f"p: {reason}")


def test_pods_that_are_refused_are_told_from_the_replica_sets_condition() -> None:
    message = (
        'Error creating: pods "backend-2-x" is forbidden: exceeded quota: quota, requested:'
        " pods=1, used: pods=4, limited: pods=4"
    )
    refused = [{"type": "ReplicaFailure", "status": "True", "message": message}]
    part = first([deployment(), replica_set(1), replica_set(2, refused)])
    assert part.reasons == (
        "its pods are refused: exceeded quota: quota, requested: pods=1, used: pods=4,"
        " limited: pods=4",
    )


def test_pods_of_a_stateful_set_that_are_refused_are_told_by_the_last_event() -> None:
    text = "create Pod postgres-0 in StatefulSet postgres failed error: "
    events = [
        event("StatefulSet", "postgres", "FailedCreate", f"{text}new", at="2026-01-02"),
        event("StatefulSet", "postgres", "FailedCreate", f"{text}old", at="2026-01-01"),
    ]
    assert first([stateful()], events).reasons == ("its pods are refused: new",)


def test_a_claim_that_is_not_bound_is_why_its_pod_waits() -> None:
    claim = {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data-postgres-0"},
        "status": {"phase": "Pending"},
    }
    unbound = {"type": "PodScheduled", "status": "False", "message": "unbound immediate claims"}
    events = [
        event(
            "PersistentVolumeClaim",
            "data-postgres-0",
            "ProvisioningFailed",
            'storageclass.storage.k8s.io "fast" not found',
        )
    ]
    one = pod("postgres-0", "s", claim="data-postgres-0", conditions=[unbound])
    assert first([stateful(), one, claim], events).reasons == (
        "postgres-0: volume data-postgres-0 is not there yet:"
        ' storageclass.storage.k8s.io "fast" not found',
    )


def test_pods_of_an_old_revision_are_no_reason() -> None:
    old = pod("old", "r1", containerStatuses=[waiting("ImagePullBackOff")])
    new = pod("new", "r2", ready=True, phase="Running")
    status = {"updatedReplicas": 1, "availableReplicas": 0, "readyReplicas": 1, "replicas": 2}
    part = first([deployment(1, **status), replica_set(1), replica_set(2), old, new])
    assert part.reasons == ("ready, and must stay so for 10 s",)


def test_pods_in_the_same_trouble_are_told_together() -> None:
    pods = [pod(f"p{n}", "r1", conditions=[UNSCHEDULED]) for n in range(4)]
    part = first([deployment(4), replica_set(1), *pods])
    assert len(part.reasons) == 1
    assert part.reasons[0].startswith("p0, p1 and 2 more: can't be scheduled")


@pytest.mark.parametrize(
    ("one", "done"),
    [
        (deployment(2, updatedReplicas=2, availableReplicas=2, replicas=2), True),
        (deployment(2, updatedReplicas=2, availableReplicas=2, replicas=3), False),
        (deployment(2, updatedReplicas=1, availableReplicas=2, replicas=2), False),
        (deployment(0), True),
        (stateful(3, updatedReplicas=3, readyReplicas=3), True),
        (stateful(3, updatedReplicas=1, readyReplicas=3), False),
        (stateful(3, updatedReplicas=3, readyReplicas=3) | {"status": {}}, False),
    ],
)
def test_done(one: Json, done: bool) -> None:
    assert first([one]).done is done


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (stateful(3, updatedReplicas=1, readyReplicas=3), "2 pods still to be made anew"),
        (stateful(3) | {"status": {}}, "not looked at by its controller yet"),
        (deployment(2, updatedReplicas=1), "1 pods still to be made anew"),
        (
            deployment(2) | {"spec": {"replicas": 2, "paused": True}},
            "its rollout is paused: kubectl rollout resume",
        ),
    ],
)
def test_what_has_no_trouble_says_what_it_waits_for(one: Json, reason: str) -> None:
    assert first([one]).reasons == (reason,)


def test_a_failed_job_is_told_with_what_its_pod_said() -> None:
    job = {
        "kind": "Job",
        "metadata": {"name": "migrate", "uid": "j"},
        "spec": {},
        "status": {
            "conditions": [
                {"type": "Failed", "status": "True", "message": "Job has reached the backoff limit"}
            ]
        },
    }
    ended = {"terminated": {"exitCode": 2, "message": "column exists"}}
    one = pod("migrate-x", "j", phase="Failed", containerStatuses=[container(ended)])
    part = first([job, one])
    assert part.failed
    assert part.reasons == (
        "failed: Job has reached the backoff limit",
        "migrate-x: failed: container backend ended, last with exit code 2: column exists",
    )


def test_jobs_that_a_cron_job_began_are_not_waited_for() -> None:
    owner = [{"uid": "c", "kind": "CronJob"}]
    job = {"kind": "Job", "metadata": {"name": "b", "uid": "j", "ownerReferences": owner}}
    assert explain([{**job, "spec": {}}], []) == ()


def test_a_custom_resource_says_itself_whether_it_is_ready() -> None:
    conditions = [{"type": "Ready", "status": "False", "message": "Issuer not found"}]
    one = {"kind": "Certificate", "metadata": {"name": "t"}, "status": {"conditions": conditions}}
    part = first([one])
    assert part.line == "Certificate/t 0 of 1: Issuer not found"


@pytest.mark.parametrize(
    ("status", "line", "done"),
    [
        (
            {"readyInstances": 1, "phase": "Creating a new replica", "phaseReason": "ledger-3"},
            "Cluster/ledger 1 of 3: Creating a new replica: ledger-3",
            False,
        ),
        (None, "Cluster/ledger 0 of 3: its operator has not said anything yet", False),
        (
            {"readyInstances": 3, "conditions": [{"type": "Ready", "status": "True"}]},
            "Cluster/ledger 3 of 3",
            True,
        ),
    ],
)
def test_a_database_is_ready_with_all_of_its_members(status, line, done) -> None:
    one = {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Cluster",
        "metadata": {"name": "ledger"},
        "spec": {"instances": 3},
        "status": status,
    }
    part = first([one])
    assert (part.line, part.done) == (line, done)
