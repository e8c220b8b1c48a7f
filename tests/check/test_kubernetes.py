"""Kubernetes' own objects on every minor version that there are schemas of."""

from __future__ import annotations

import copy
import gzip
import json
from typing import Any

import deflate
import pytest

from generator.check import kubernetes
from generator.check.kubeyaml import load
from generator.check.objects import Object
from generator.errors import GeneratorError
from tests.needs import ROOT

MINORS = range(kubernetes.OLDEST, kubernetes.NEWEST + 1)
VERSIONS = [f"1.{minor}" for minor in MINORS]
SCHEMAS = ROOT / "generator" / "check" / "schemas" / "kubernetes"

DEPLOYMENT = load(
    """
apiVersion: apps/v1
kind: Deployment
metadata: {name: backend, labels: {app: backend}, annotations: null}
spec:
  replicas: 2
  selector: {matchLabels: {app: backend}}
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}}
  template:
    metadata: {labels: {app: backend}}
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: backend
          image: example/backend:1
          imagePullPolicy: IfNotPresent
          env: [{name: A, value: "1"}]
          ports: [{name: http, containerPort: 8000, protocol: TCP}]
          readinessProbe: {httpGet: {path: /ready, port: http}}
          livenessProbe: {tcpSocket: {port: 8000}}
          resources: {requests: {cpu: 1, memory: 512Mi}, limits: {cpu: 1.5, memory: 1e9}}
"""
)


def an_object(data: dict[str, Any]) -> Object:
    return Object(
        api_version=data["apiVersion"],
        kind=data["kind"],
        name=data["metadata"]["name"],
        namespace="n",
        path="p",
        data=data,
    )


def found(data: dict[str, Any], version: str = "1.37") -> list[str]:
    findings = kubernetes.check(an_object(data), version)
    assert findings is not None
    return [f"{finding.message} | {finding.hint}" for finding in findings]


def changed(**fields: Any) -> dict[str, Any]:
    """The Deployment with other fields of its container."""
    data = copy.deepcopy(DEPLOYMENT)
    data["spec"]["template"]["spec"]["containers"][0].update(fields)
    return data


@pytest.mark.parametrize("version", VERSIONS)
def test_a_sane_deployment_passes(version):
    assert found(DEPLOYMENT, version) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_misspelt_field_does_not(version):
    assert found(changed(readinessProbes={}), version) == [
        "spec.template.spec.containers[0].readinessProbes: unknown field"
        " | did you mean readinessProbe?"
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schemas_of_a_version_are_complete_and_well_formed(version):
    content = json.loads(gzip.decompress((SCHEMAS / f"{version}.json.gz").read_bytes()))
    for kind in (
        "apps/v1/StatefulSet",
        "batch/v1/CronJob",
        "autoscaling/v2/HorizontalPodAutoscaler",
    ):
        assert kind in content["kinds"]
    for kind in ("v1/ConfigMap", "policy/v1/PodDisruptionBudget", "networking.k8s.io/v1/Ingress"):
        assert kind in content["kinds"]
    for kind in content["kinds"]:
        schema = kubernetes._schema(int(version[2:]), kind)
        assert schema is not None
        assert schema.problems([]) != []  # compiles, and takes no list


def test_the_schemas_are_packed_the_same_everywhere():
    folder = SCHEMAS.parent
    files = [*folder.glob("*/*.json.gz"), *folder.glob("custom/*/*.json.gz")]
    assert len(files) > 80
    for file in files:
        content = json.loads(gzip.decompress(file.read_bytes()))
        text = json.dumps(content, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        assert deflate.gzip_compress(text.encode(), 12) == file.read_bytes(), file
    assert sum(file.stat().st_size for file in files) < 1_000_000


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"env": [{"name": 1}]}, "env[0].name: expected string, got integer 1 | None"),
        ({"env": {"A": "1"}}, 'env: expected list, got map {"A": "1"} | None'),
        ({"ports": [{"containerPort": "80"}]}, 'containerPort: expected integer, got string "80"'),
        ({"ports": [{"containerPort": 65536}]}, "containerPort: integer 65536 is above 65535"),
        ({"ports": [{"containerPort": 0}]}, "containerPort: integer 0 is below 1"),
        ({"ports": [{}]}, "ports[0]: field 'containerPort' is missing | None"),
        (
            {"imagePullPolicy": "ifnotpresent"},
            "imagePullPolicy: expected one of Always, IfNotPresent, Never, got string"
            ' "ifnotpresent" | did you mean IfNotPresent?',
        ),
        (
            {"resources": {"limits": {"memory": "2GB"}}},
            'limits.memory: string "2GB" is no quantity such as 500m or 2Gi',
        ),
        (
            {"resources": {"limits": {"cpu": [1]}}},
            "limits.cpu: expected number or string, got list [1]",
        ),
        (
            {"livenessProbe": {"httpGet": {"port": True}}},
            "livenessProbe.httpGet.port: expected integer or string, got true",
        ),
        ({"volumeMounts": [{"name": "a", "mountPath": "/", "readonly": 1}]}, "mean readOnly?"),
        ({"nothingLikeIt": 1}, "nothingLikeIt: unknown field | None"),
        ({"name": None}, "name: expected string, got null"),
        ({"livenessProbe": {"periodSeconds": 2**31}}, "is above 2147483647"),
    ],
)
def test_what_is_wrong_is_said_in_our_words(fields, message):
    (line,) = found(changed(**fields))
    assert line.startswith("spec.template.spec.containers[0]")
    assert message in line


def test_all_that_is_wrong_is_said():
    assert len(found(changed(a=1, b=2, image=3))) == 3


def test_keys_with_dots_stand_in_brackets():
    bad = copy.deepcopy(DEPLOYMENT)
    bad["metadata"]["labels"]["a.b/c"] = True
    assert found(bad) == ['metadata.labels["a.b/c"]: expected string, got true | None']


def test_a_field_that_is_too_new_says_from_when_on():
    data = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "a"},
        "spec": {"unhealthyPodEvictionPolicy": "AlwaysAllow"},
    }
    assert found(data, "1.26") == []
    assert found(data, "1.25") == [
        "spec.unhealthyPodEvictionPolicy: unknown field"
        " | it came with Kubernetes 1.26, perhaps off at first: do not render it before"
    ]


POLICY = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy"}


@pytest.mark.parametrize(
    ("api_version", "kind", "version", "message"),
    [
        (
            "admissionregistration.k8s.io/v1",
            "ValidatingAdmissionPolicy",
            "1.25",
            "ValidatingAdmissionPolicy of admissionregistration.k8s.io/v1 is not served by"
            " Kubernetes 1.25, only from 1.30 on | None",
        ),
        (
            "autoscaling/v2beta2",
            "HorizontalPodAutoscaler",
            "1.31",
            "HorizontalPodAutoscaler of autoscaling/v2beta2 is not served by Kubernetes 1.31,"
            " only up to 1.25 | apiVersion: autoscaling/v2",
        ),
        ("apps/v1", "Deploymnt", "1.37", "has no kind 'Deploymnt' | did you mean Deployment?"),
        ("app/v1", "Deployment", "1.37", "1.37 has no API 'app/v1' | did you mean apps/v1?"),
        ("extensions/v1beta1", "Ingress", "1.37", "has no API 'extensions/v1beta1'"),
    ],
)
def test_kinds_that_a_version_does_not_serve(api_version, kind, version, message):
    (line,) = found({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}}, version)
    assert message in line


def test_alpha_and_new_beta_are_a_warning_old_beta_and_stable_are_not():
    alpha = {
        "apiVersion": "admissionregistration.k8s.io/v1alpha1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "a"},
        "spec": {"validations": [{"expression": "true"}]},
    }
    (finding,) = kubernetes.check(an_object(alpha), "1.26") or ()
    assert (finding.severity, finding.rule) == ("warning", "kubernetes-version")
    beta = {**alpha, "apiVersion": "admissionregistration.k8s.io/v1beta1"}
    (finding,) = kubernetes.check(an_object(beta), "1.30") or ()
    assert finding.hint == "apiVersion: admissionregistration.k8s.io/v1"
    old = {"apiVersion": "flowcontrol.apiserver.k8s.io/v1beta2", "kind": "FlowSchema"}
    assert found({**old, "metadata": {"name": "a"}}, "1.25") == []


def test_custom_objects_are_not_its_business():
    data = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway"}
    assert kubernetes.check(an_object({**data, "metadata": {"name": "a"}}), "1.37") is None


@pytest.mark.parametrize("version", ["1.24", "1.38", "2.0", "latest", "1", "1.x"])
def test_versions_without_schemas_are_refused(version):
    with pytest.raises(GeneratorError) as caught:
        kubernetes.check(an_object(DEPLOYMENT), version)
    assert caught.value.hint == "there are 1.25 to 1.37"


def test_patch_versions_mean_their_minor():
    assert found(DEPLOYMENT, "v1.31.4") == []
