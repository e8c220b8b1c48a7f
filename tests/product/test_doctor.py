"""`doctor` on machines that lack this or that: tools, a cluster, a registry, a good spec."""

from __future__ import annotations

import json
import socket
import stat
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli import cli
from generator.doctor import skew
from tests import needs


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """No cluster and no programs but those that a test names; the registry is a closed port."""
    monkeypatch.setenv("HELM_BIN", str(needs.helm(4)))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", str(tmp_path / "registry.json"))


@pytest.fixture
def spec(tmp_path) -> Path:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    path = tmp_path / "platform.yaml"
    path.write_text(
        f"name: shop\nkubernetes: '>=1.27'\nregistry: oci://127.0.0.1:{port}/charts\n"
        "environments: [dev]\ncharts:\n  shop:\n    version: 1.0.0\n    namespace: shop\n"
        "    components:\n      web: {kind: web, image: registry.example/web:1.0.0, port: 8080,"
        " resources: {cpu: [100m, 1], memory: [128Mi, 256Mi]}}\n"
    )
    return path


def run(*words: object) -> tuple[int, dict[str, dict]]:
    done = CliRunner().invoke(
        cli, ["doctor", "-o", "json", *map(str, words)], standalone_mode=False
    )
    assert done.exception is None, done.exception
    return done.return_value, {one["name"]: one for one in json.loads(done.stdout)}


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def kubectl() -> Path:
    return needs.program(
        str(needs.ROOT / ".tools" / "bin" / "kubectl"), "scripts/get-helm brings it"
    )


def test_without_a_cluster_all_is_well_until_one_is_asked_for(spec, kubectl):
    code, found = run("-f", spec, "--kubectl", kubectl)
    assert (code, found["cluster"]["state"]) == (0, "none")
    assert found["cluster"]["found"] == "no cluster: no context is chosen"
    code, found = run("-f", spec, "--kubectl", kubectl, "-e", "dev")
    assert (code, found["cluster"]["state"]) == (1, "missing")
    assert found["cluster"]["fix"]


def test_a_missing_tool_says_where_to_get_it(spec):
    code, found = run("-f", spec, "--helm", "/nowhere/helm", "--kubectl", "/nowhere/kubectl")
    assert code == 1
    assert found["helm"]["found"] == "'/nowhere/helm' is no program"
    assert "scripts/get-helm" in found["helm"]["fix"] and "scripts/" in found["kubectl"]["fix"]


def test_kubectl_alone_is_not_needed_to_build(spec):
    code, found = run("-f", spec, "--kubectl", "/nowhere/kubectl")
    assert (code, found["kubectl"]["state"], found["helm"]["state"]) == (0, "missing", "ok")


def test_a_registry_that_does_not_answer_is_no_fault_of_building(spec, kubectl):
    code, found = run("-f", spec, "--kubectl", kubectl)
    (registry,) = (one for one in found.values() if one["part"] == "registry")
    assert (code, registry["state"]) == (0, "missing")
    assert "cannot reach 127.0.0.1" in registry["found"]


def test_a_spec_that_is_wrong_or_not_there_is_one(tmp_path, kubectl, spec):
    code, found = run("-f", tmp_path / "none.yaml", "--kubectl", kubectl)
    assert (code, found["none.yaml"]["state"]) == (1, "missing")
    spec.write_text(spec.read_text().replace("version: 1.0.0", "vershion: 1.0.0"))
    code, found = run("-f", spec, "--kubectl", kubectl)
    assert (code, found["platform.yaml"]["state"]) == (1, "missing")
    assert "vershion" in found["platform.yaml"]["found"]


def test_a_kubectl_that_hangs_is_not_waited_for(spec, tmp_path):
    hanging = program(tmp_path / "kubectl", "sleep 60")
    start = time.monotonic()
    code, found = run("-f", spec, "--kubectl", hanging)
    assert time.monotonic() - start < 20
    assert (code, found["kubectl"]["state"]) == (0, "missing")


def test_an_environment_that_the_spec_has_not_is_a_wrong_command_line(spec, kubectl):
    done = CliRunner().invoke(
        cli,
        ["doctor", "-f", str(spec), "--kubectl", str(kubectl), "-e", "prod"],
        standalone_mode=False,
    )
    assert "no environment 'prod'" in str(done.exception)


@pytest.mark.parametrize(
    ("client", "server", "helm", "told"),
    [
        ("1.37.1", "1.37.2", (4, 3, 1), None),
        ("1.37.1", "1.36.0", (4, 3, 1), None),
        ("1.37.1", "1.35.4-eks-1", (4, 3, 1), "kubectl 1.37.1 is made for Kubernetes 1.36 to 1.38"),
        ("1.37.1", "1.37.2", (3, 17, 3), "Helm 3.17.3 is made for Kubernetes up to 1.32"),
        ("1.32.0", "1.32.2", (3, 17, 3), None),
        ("1.37.1", "1.37.2", None, None),
    ],
)
def test_versions_side_by_side(client, server, helm, told):
    assert skew(client, server, helm) == told
