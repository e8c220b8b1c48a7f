"""The test cluster itself: it starts, schedules, provisions, fails on demand, and is torn down."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import needs
from tests.cluster import fixtures
from tests.cluster import plane as planes
from tests.cluster.reach import until


def pod(name: str, image: str = "registry.example/app:1", **spec: Any) -> dict[str, Any]:
    """A pod that Pod Security `restricted` admits."""
    container = {
        "name": "app",
        "image": image,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    secure = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [container], "securityContext": secure, **spec},
    }


def create(cluster, namespace, *objects):
    text = "\n---\n".join(json.dumps(each) for each in objects)
    cluster.kubectl("create", "-n", namespace, "-f", "-", stdin=text)


def test_five_nodes_in_three_zones_are_ready(cluster):
    nodes = cluster.list("nodes")
    zones = {each["metadata"]["labels"]["topology.kubernetes.io/zone"] for each in nodes}
    assert (len(nodes), len(zones)) == (5, 3)
    assert json.loads(cluster.kubectl("version", "-o", "json"))["serverVersion"]["minor"] == "37"


def test_pods_run_and_jobs_end(cluster, namespace):
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "job"},
        "spec": {"template": {"spec": pod("x", restartPolicy="Never")["spec"]}},
    }
    create(cluster, namespace, pod("one"), job)
    cluster.kubectl("wait", "-n", namespace, "--for=condition=Ready", "pod/one", "--timeout=30s")
    cluster.kubectl("wait", "-n", namespace, "--for=condition=Complete", "job/job", "--timeout=30s")


@pytest.mark.parametrize(
    ("image", "phase", "reason"),
    [
        ("app:nosuch", "Pending", "ImagePullBackOff"),
        ("app:notready", "Running", None),
        ("app:crashes", "Running", "CrashLoopBackOff"),
    ],
)
def test_an_image_says_how_its_pod_goes_wrong(cluster, namespace, image, phase, reason):
    create(cluster, namespace, pod("bad", image))

    def status() -> Any:
        found = cluster.get("pod", "bad", namespace)["status"]
        return found if found.get("containerStatuses") else None

    found = until(status)
    waiting = found["containerStatuses"][0]["state"].get("waiting", {})
    ready = {each["type"]: each["status"] for each in found["conditions"]}["Ready"]
    assert (found["phase"], waiting.get("reason"), ready) == (phase, reason, "False")


@pytest.mark.parametrize("storage", ["fast-ssd", "gp3-encrypted"])
def test_claims_are_bound_to_volumes(cluster, namespace, storage):
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage,
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    create(cluster, namespace, claim, pod("one", volumes=[volume]))
    cluster.kubectl("wait", "-n", namespace, "--for=condition=Ready", "pod/one", "--timeout=30s")
    assert cluster.get("pvc", "data", namespace)["status"]["phase"] == "Bound"


def test_a_pod_of_the_host_s_network_is_refused(cluster, namespace):
    bad = pod("bad", hostNetwork=True)
    said = cluster.kubectl("create", "-n", namespace, "-f", "-", stdin=json.dumps(bad), fails=True)
    assert 'violates PodSecurity "restricted:latest"' in said


def test_the_deployer_has_no_rights_until_bound(cluster, deployer, namespace):
    assert "forbidden" in deployer.kubectl("get", "secrets", "-n", namespace, fails=True)
    cluster.kubectl(
        *("create", "rolebinding", "deployer", "--clusterrole=edit", "--user=deployer"),
        *("-n", namespace),
    )
    until(lambda: deployer.kubectl_tried("get", "secrets", "-n", namespace).code == 0)


def test_a_user_can_expire(cluster):
    if cluster.plane is None:
        needs.missing("a cluster whose users expire", "unset TEST_KUBECONFIG")
    late = cluster.as_user("late", lasts=-1)
    assert "must be logged in" in late.kubectl("get", "pods", fails=True)


def test_listens_on_loopback_alone(cluster):
    """None of its ports answers on the machine's other addresses."""
    plane = cluster.plane
    if plane is None:
        needs.missing("a control plane of ours", "unset TEST_KUBECONFIG")
    state = json.loads((plane.folder / "plane.json").read_text())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing; tells which address would be used
        address = probe.getsockname()[0]
    assert address != "127.0.0.1"
    for port in state["ports"].values():
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
        with pytest.raises(OSError):
            socket.create_connection((address, port), timeout=2)


def test_is_torn_down_when_its_owner_is_killed(cluster, tmp_path):
    """Not even a SIGKILL of pytest leaves a program behind."""
    script = (
        "import sys, time; from pathlib import Path; from tests.cluster import fixtures\n"
        "with fixtures.joined(Path(sys.argv[1]), Path(sys.argv[2])) as plane:\n"
        "    print('up', flush=True); time.sleep(600)\n"
    )
    folder = tmp_path / "own"
    built = cluster.definitions.parent
    owner = subprocess.Popen(
        [sys.executable, "-c", script, str(folder), str(built)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=needs.ROOT,
        env={**os.environ, "PYTHONPATH": str(needs.ROOT)},
    )
    try:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "up\n"
        plane = planes.Plane(folder=folder)
        pids = [int(path.read_text()) for path in (folder / "pid").iterdir()]
        assert len(pids) == 5
        plane.stop("kube-apiserver", signal.SIGKILL)
        with pytest.raises(planes.PlaneError, match="kube-apiserver ended"):
            plane.check()
        plane.start("kube-apiserver")
        plane.wait_ready()
        again = plane.pid("kube-apiserver")
    finally:
        owner.kill()
        owner.communicate()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
    assert again is not None
    until(lambda: os.waitpid(again, os.WNOHANG)[0] == again)  # a child of ours: it has ended
    until(lambda: not (folder / "pid").exists())
    assert (folder / "log" / "etcd.log").exists()


@pytest.mark.parametrize(
    ("test", "group"),
    [
        ("tests/spec/test_names.py::test_it[a]", "tests/spec/test_names.py::test_it[a]"),
        ("tests/cluster/test_plane.py::test_it[a]", "tests/cluster/test_plane.py"),
        ("tests/cluster/production/test_rights.py::test_it", "tests/cluster/production"),
        ("tests/data/test_redis.py::test_it", "tests/data/test_redis.py"),
    ],
)
def test_what_shares_releases_shares_a_worker(test, group):
    assert fixtures.group(test) == group
