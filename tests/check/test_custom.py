"""Custom objects: a good sample of every kind that there is a schema for, and how bad ones fail."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.check import custom, kubernetes
from generator.check.kubeyaml import load
from generator.check.objects import Object
from generator.findings import ERROR, NOTE
from tests.needs import ROOT

HERE = Path(__file__).parent / "custom"
SCHEMAS = ROOT / "generator" / "check" / "schemas"


def samples() -> Iterator[dict[str, Any]]:
    for file in sorted(HERE.glob("*.yaml")):
        yield from (load(text) for text in re.split(r"(?m)^---$", file.read_text()))


SAMPLES = list(samples())
IDS = [f"{sample['apiVersion']}/{sample['kind']}" for sample in SAMPLES]


def found(data: dict[str, Any]) -> list[str]:
    name = data["metadata"]["name"]
    obj = Object(
        api_version=data["apiVersion"],
        kind=data["kind"],
        name=name,
        namespace="n",
        path="p",
        data=data,
    )
    assert kubernetes.check(obj, "1.37") is None, "Kubernetes' own schemas know it"
    assert all(finding.severity in (ERROR, NOTE) for finding in custom.check(obj))
    return [f"{finding.message} | {finding.hint}" for finding in custom.check(obj)]


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_good_samples_pass(sample):
    assert found(sample) == []


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_a_misspelt_field_is_found_with_the_right_one(sample):
    bad = copy.deepcopy(sample)
    field = max(sample["spec"], key=len)
    bad["spec"][f"{field}x"] = bad["spec"].pop(field)
    assert f"spec.{field}x: unknown field | did you mean {field}?" in found(bad)


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_a_wrong_type_is_found(sample):
    for field in sample["spec"]:
        bad = copy.deepcopy(sample)
        bad["spec"][field] = {"x": 1} if isinstance(sample["spec"][field], list) else [{"x": 1}]
        assert any(line.startswith(f"spec.{field}") for line in found(bad)), field


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_labels_are_texts(sample):
    bad = copy.deepcopy(sample)
    bad["metadata"]["labels"] = {"a": 1}
    assert found(bad) == ["metadata.labels.a: expected string, got integer 1 | None"]


def test_every_kind_with_a_schema_has_a_sample():
    kinds = {
        (path.parent.name, path.name.rpartition("_")[0])
        for path in (SCHEMAS / "custom").glob("*/*.json.gz")
    }
    assert {(s["apiVersion"].partition("/")[0], s["kind"]) for s in SAMPLES} == kinds


BAD = [
    ("CertificateRequest", {"request": 1}, "spec.request: expected string, got integer 1 | None"),
    ("Certificate", {"privateKey": {"algorithm": "DSA"}}, "did you mean ECDSA?"),
    ("Gateway", {"listeners": [{"name": "a", "port": 0, "protocol": "HTTP"}]}, "is below 1"),
    ("HTTPRoute", {"hostnames": ["UPPER"]}, "does not match"),
    ("PrometheusRule", {"groups": [{"name": "a", "rules": [{"alert": "a"}]}]}, "'expr' is missing"),
    ("PrometheusRule", {"groups": [{"name": "a", "interval": "1x"}]}, "does not match"),
    ("VirtualService", {"http": [{"match": [{"uri": {"exact": 1}}]}]}, "expected string"),
    ("PeerAuthentication", {"mtls": {"mode": "ON"}}, "expected one of"),
    ("ScaledObject", {"triggers": [{"type": "cron"}]}, "field 'metadata' is missing"),
    (
        "VerticalPodAutoscaler",
        {"updatePolicy": {"updateMode": False}},
        "expected string, got false",
    ),
    ("Cluster", {"instances": 0}, "integer 0 is below 1"),
    ("ObjectStore", {"retentionPolicy": "8 days"}, "does not match"),
    ("ExternalSecret", {"target": {"creationPolicy": "owner"}}, "did you mean Owner?"),
    ("SealedSecret", {"encryptedData": {"a": 1}}, "spec.encryptedData.a: expected string"),
    ("CiliumNetworkPolicy", {"egress": [{"toEntities": ["everyone"]}]}, "expected one of"),
    ("ServiceMonitor", {"endpoints": [{"interval": "often"}]}, "does not match"),
]


@pytest.mark.parametrize(("kind", "change", "message"), BAD, ids=[f"{b[0]}-{b[2]}" for b in BAD])
def test_bad_values(kind, change, message):
    bad = copy.deepcopy(next(sample for sample in SAMPLES if sample["kind"] == kind))
    bad["spec"].update(change)
    assert any(message in line for line in found(bad)), found(bad)


def test_embedded_kubernetes_parts_stay_open_where_the_crd_says_so():
    (envoy,) = [sample for sample in SAMPLES if sample["kind"] == "EnvoyFilter"]
    assert envoy["spec"]["configPatches"][0]["patch"]["value"] == {"anything": [1]}


def test_a_version_that_is_no_longer_served():
    sample = {"apiVersion": "external-secrets.io/v1beta1", "kind": "ExternalSecret"}
    assert found({**sample, "metadata": {"name": "a"}}) == [
        "ExternalSecret is not served in external-secrets.io/v1beta1"
        " | apiVersion: external-secrets.io/v1"
    ]


def test_what_has_no_schema_is_a_note_and_never_silent():
    data = {"apiVersion": "k8s.nginx.org/v1", "kind": "VirtualServer", "metadata": {"name": "a"}}
    assert found(data) == ["no schema for VirtualServer of k8s.nginx.org/v1; not checked | None"]


def test_the_pins_and_what_is_there_agree():
    sources = json.loads((SCHEMAS / "sources.json").read_text())
    wanted = {kind for source in sources["custom"] for kind in source["kinds"]}
    assert {sample["kind"] for sample in SAMPLES} == wanted
    notice = (SCHEMAS / "NOTICE").read_text()
    for source in sources["custom"]:
        assert f"{source['module']} {source['version']}, {source['licence']}" in notice
