"""The suite touches no cluster that may be somebody's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import needs
from tests.cluster import guard, plane
from tests.cluster.reach import Cluster


def kubeconfig(tmp_path, *servers, **more):
    path = tmp_path / "config"
    clusters = [{"name": str(i), "cluster": {"server": s, **more}} for i, s in enumerate(servers)]
    path.write_text(json.dumps({"clusters": clusters}))
    return path


@pytest.mark.parametrize(
    "server",
    ["https://127.0.0.1:6443", "https://localhost:6443", "https://[::1]:6443", "https://127.8.9.1"],
)
def test_loopback_is_taken(tmp_path, server):
    path = kubeconfig(tmp_path, server)
    assert guard.chosen({"TEST_KUBECONFIG": str(path)}) == path


@pytest.mark.parametrize(
    "server",
    [
        "https://10.0.0.1:6443",
        "https://production.example.com",
        "https://127.0.0.1.example.com",
        "https://localhost.example.com",
        "https://127.0.0.1@production.example.com",
        "https://[::2]:6443",
        "127.0.0.1:6443",
        "",
    ],
)
def test_anything_else_is_refused_unless_told_twice(tmp_path, server):
    path = kubeconfig(tmp_path, "https://127.0.0.1:6443", server)
    once = {"TEST_KUBECONFIG": str(path)}
    for environ in (once, {**once, "TEST_KUBECONFIG_IS_DISPOSABLE": "1"}):
        with pytest.raises(guard.NotOursError, match="TEST_KUBECONFIG_IS_DISPOSABLE=yes"):
            guard.chosen(environ)
    assert guard.chosen({**once, "TEST_KUBECONFIG_IS_DISPOSABLE": "yes"}) == path


def test_a_proxy_may_lead_anywhere(tmp_path):
    path = kubeconfig(tmp_path, "https://127.0.0.1:6443", **{"proxy-url": "http://10.0.0.1:3128"})
    with pytest.raises(guard.NotOursError):
        guard.chosen({"TEST_KUBECONFIG": str(path)})


def test_no_cluster_at_all_is_refused(tmp_path):
    with pytest.raises(guard.NotOursError, match="names no cluster"):
        guard.chosen({"TEST_KUBECONFIG": str(kubeconfig(tmp_path))})


def test_said_only_once_the_other_way_chooses_nothing():
    environ = {"TEST_KUBECONFIG_IS_DISPOSABLE": "yes", "KUBECONFIG": "/somebody's"}
    assert guard.chosen(environ) is None


def test_the_user_s_own_kubeconfig_is_never_seen(tmp_path, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", "/somebody's")
    monkeypatch.setenv("HELM_KUBECONTEXT", "production")
    ours = kubeconfig(tmp_path, "https://127.0.0.1:1")
    one = Cluster(kubeconfig=ours, folder=tmp_path, definitions=tmp_path)
    assert one.environment["KUBECONFIG"] == str(ours)
    assert one.environment["HOME"].startswith(str(tmp_path))
    assert not [name for name in one.environment if name.startswith("HELM_KUBE")]


def suite(named: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Tests in a run of their own, on the cluster that a kubeconfig names."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *tests],
        capture_output=True,
        text=True,
        check=False,
        cwd=needs.ROOT,
        timeout=240,
        env={**clean, "TEST_KUBECONFIG": str(named)},
    )


def test_the_suite_stops_at_such_a_cluster(tmp_path):
    """The whole run ends, before anything was asked of the cluster."""
    path = kubeconfig(tmp_path, "https://10.0.0.1:6443")
    done = suite(path, "tests/cluster/test_plane.py::test_five_nodes_in_three_zones_are_ready")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "TEST_KUBECONFIG_IS_DISPOSABLE=yes" in done.stdout + done.stderr


def test_the_suite_runs_on_a_cluster_that_is_named(cluster, tmp_path):
    """A second control plane, of which the run knows the kubeconfig alone."""
    if cluster.plane is None:
        needs.missing("a control plane of ours", "unset TEST_KUBECONFIG")
    other = plane.up(tmp_path / "other", cluster.definitions.parent / "bin")
    try:
        done = suite(
            other.admin,
            "tests/cluster/test_plane.py::test_the_deployer_has_no_rights_until_bound",
            "tests/cluster/test_preflight.py::test_a_deployer_with_too_few_rights",
            "tests/cluster/test_status.py::test_a_release_that_is_ready_says_so",
        )
        said = other.logs(["kube-apiserver"], lines=1000)
    finally:
        plane.down(other.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    # It was there that they created: the server notes the first object of a kind.
    assert "added evaluator for: deployments.apps" in said
