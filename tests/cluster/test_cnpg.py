"""What CloudNativePG is given: an API server takes it, or tells that the operator is missing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from generator.release.why import explain
from tests import needs
from tests.cluster.reach import Cluster
from tests.cluster.releases import Release
from tests.cluster.test_foreign import bare as bare  # a cluster of Kubernetes alone
from tests.cluster.test_foreign import contains

CASE = needs.ROOT / "tests" / "cases" / "cnpg"
CHART = CASE / "charts" / "books"
DEFINED = ("cloudnativepg", "barman-cloud", "cert-manager")
#: All that a chart of this engine can have.
WITH = {
    "as it is": [],
    "restored": [
        "--set=ledger.restore.from=books/ledger/1",
        "--set-string=ledger.backup.generation=2",
        "--set-string=ledger.restore.time=2026-11-28 12:00:00+00",
    ],
    "certified": [
        "--set=ledger.tls.certManager.enabled=true",
        "--set=ledger.serviceAccount.annotations.role=backup",
        "--set=ledger.nodeSelector.disk=fast",
        "--set=ledger.backup.secret=store",
        "--set=ledger.backup.caSecret=store-ca",
        "--set=ledger.backup.endpoint=https://store.example.com:9000",
    ],
}


@pytest.fixture(scope="module")
def operated(cluster: Cluster) -> Cluster:
    cluster.define(*DEFINED)
    return cluster


def test_every_object_is_accepted_with_all_of_its_fields(operated, major):
    """Its own rules in CEL are run there, too; a field that it does not know would be dropped."""
    kinds = set()
    with operated.fresh_namespace() as namespace:
        one = Release(cluster=operated, chart=CHART, namespace=namespace, name="books", major=major)
        for options in WITH.values() if major == 4 else [WITH["as it is"]]:
            words = ("upgrade", "--install", one.name, CHART, f"--namespace={namespace}")
            off = "--set=preflight.enabled=false"
            done = operated.helm_tried(major, *words, off, "--no-hooks", *options)
            assert done.code == 0, done.stderr
            assert "unknown field" not in done.stderr
            for each in one.manifest:
                if "cnpg.io/" not in each["apiVersion"]:
                    continue
                kinds.add(each["kind"])
                group, _, version = each["apiVersion"].partition("/")
                kind = f"{each['kind'].lower()}.{version}.{group}"
                found = operated.get(kind, each["metadata"]["name"], namespace)
                assert contains(found["spec"], each["spec"]), (found["spec"], each["spec"])
        operated.helm(major, "uninstall", one.name, f"--namespace={namespace}", "--no-hooks")
    assert kinds == {"Cluster", "ObjectStore", "Pooler", "ScheduledBackup"}


def test_a_cluster_is_waited_for_until_its_operator_says_so(operated):
    with operated.fresh_namespace() as namespace:
        words = ("upgrade", "--install", "books", CHART, f"--namespace={namespace}")
        operated.helm(4, *words, "--set=preflight.enabled=false", "--no-hooks")

        def line() -> tuple[str, bool]:
            live = operated.get("cluster.v1.postgresql.cnpg.io", "ledger", namespace)
            (part,) = explain([live], [])
            return part.line, part.done

        def say(**status: object) -> None:
            operated.kubectl(
                *("patch", "cluster.v1.postgresql.cnpg.io", "ledger", f"--namespace={namespace}"),
                *("--subresource=status", "--type=merge"),
                f"--patch={json.dumps({'status': status})}",
            )

        said = "Cluster/ledger 0 of 3: its operator has not said anything yet"
        assert line() == (said, False)
        say(readyInstances=1, phase="Creating a new replica", phaseReason="ledger-2")
        assert line() == ("Cluster/ledger 1 of 3: Creating a new replica: ledger-2", False)
        ready = {
            "type": "Ready",
            "status": "True",
            "reason": "ClusterIsReady",
            "message": "Cluster is Ready",
            "lastTransitionTime": "2026-11-28T12:00:00Z",
        }
        say(readyInstances=3, conditions=[ready])
        assert line() == ("Cluster/ledger 3 of 3", True)
        operated.helm(4, "uninstall", "books", f"--namespace={namespace}", "--no-hooks")


@pytest.mark.parametrize("helm", [4, 3])
def test_a_cluster_without_the_operator_is_told_so(bare, helm):
    with bare.fresh_namespace() as namespace:
        words = ("upgrade", "--install", "books", CHART, f"--namespace={namespace}")
        said = bare.helm(helm, *words, fails=True)
        assert re.search(r"(ledger|notes)\.enabled needs CloudNativePG, which this cluster", said)
        assert "Install it, or set" in said
        assert bare.kubectl("get", "secrets", "-n", namespace, "-o", "name") == ""


def test_a_plan_says_it_too(bare, tmp_path):
    copy = tmp_path / "books"
    shutil.copytree(CASE, copy)
    (copy / "values" / "production").mkdir(parents=True)
    for name in ("books", "watch"):
        (copy / "values" / "production" / f"{name}.yaml").write_text("{}\n")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "generator", "plan", "-e", "production"),
            *("-f", str(copy / "platform.yaml"), "--chart", "books"),
            *("--helm", str(needs.helm(4))),
        ],
        cwd=needs.ROOT,
        env={**bare.environment, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    said = done.stdout + done.stderr
    assert "needs CloudNativePG, which this cluster does not have (postgresql.cnpg.io/v1)" in said
    assert "Use --debug" not in said
