"""Patches of the spec: what Helm makes of them is what a merge by hand makes of the same object."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import pipeline
from generator.errors import InputError
from generator.tools.helm import find
from tests import needs
from tests.product.running import WEB, shop, write_spec

PATCHES: dict[str, Any] = {
    "map is merged": {"metadata": {"annotations": {"team": "green"}}},
    "null removes": {"spec": {"template": {"spec": {"enableServiceLinks": None}}}},
    "list of plain things is replaced": {
        "spec": {
            "template": {"spec": {"topologySpreadConstraints": []}},
        }
    },
    "named thing is merged": {
        "spec": {"template": {"spec": {"containers": [{"name": "front", "workingDir": "/srv"}]}}}
    },
    "named thing is added": {
        "spec": {"template": {"spec": {"volumes": [{"name": "more", "emptyDir": {}}]}}}
    },
    "named thing is removed": {
        "spec": {"template": {"spec": {"volumes": [{"name": "tmp", "$patch": "delete"}]}}}
    },
    "removal of what is not there": {
        "spec": {"template": {"spec": {"volumes": [{"name": "gone", "$patch": "delete"}]}}}
    },
    "what looks like other types stays text": {
        "metadata": {"annotations": {"a": "010", "b": "on", "c": "{{ .Values.replicas }}", "d": ""}}
    },
    "big numbers stay numbers": {"spec": {"revisionHistoryLimit": 12345678}},
}


def merged(old: Any, patch: Any) -> Any:
    """The same merge in Python."""
    if isinstance(old, dict) and isinstance(patch, dict):
        result = copy.deepcopy(old)
        for key, value in patch.items():
            if value is None:
                result.pop(key, None)
            else:
                result[key] = merged(result.get(key), value)
        return result
    if named(old) and named(patch):
        changes = {one["name"]: one for one in patch}
        kept = [merged(one, changes.pop(one["name"], {})) for one in old]
        return [one for one in (*kept, *changes.values()) if one.get("$patch") != "delete"]
    return patch


def named(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(o, dict) and "name" in o for o in value)


def deployment(folder: Path, patches: dict[str, Any] | None) -> Any:
    web = {**WEB, "patches": {"deployment.yaml": patches}} if patches else WEB
    spec = write_spec(folder, shop({"front": web}))
    pipeline.build(spec, prove=False)
    text = find(needs.helm(4), project=folder).template(
        folder / "charts" / "shop", release="shop", namespace="shop", kube_version="1.34"
    )
    return next(o for o in yaml.safe_load_all(text) if o and o["kind"] == "Deployment")


@pytest.mark.parametrize("case", PATCHES)
def test_a_patch_is_merged_as_by_hand(case, tmp_path):
    plain = deployment(tmp_path / "plain", None)
    expected = merged(plain, PATCHES[case])
    assert deployment(tmp_path / "patched", PATCHES[case]) == expected
    assert expected != plain or case == "removal of what is not there"


def test_values_still_reach_a_patched_object(tmp_path):
    deployment(tmp_path, {"metadata": {"annotations": {"team": "green"}}})
    values = tmp_path / "more.yaml"
    values.write_text("front: {priorityClassName: urgent, enabled: true}\n")
    helm = find(needs.helm(3), project=tmp_path)
    chart = tmp_path / "charts" / "shop"
    text = helm.template(
        chart, release="shop", namespace="shop", values=[values], kube_version="1.25"
    )
    found = next(o for o in yaml.safe_load_all(text) if o and o["kind"] == "Deployment")
    assert found["spec"]["template"]["spec"]["priorityClassName"] == "urgent"
    assert found["metadata"]["annotations"]["team"] == "green"
    values.write_text("front: {enabled: false}\n")
    text = helm.template(
        chart, release="shop", namespace="shop", values=[values], kube_version="1.25"
    )
    assert not [o for o in yaml.safe_load_all(text) if o and o["kind"] == "Deployment"]


def test_a_patched_template_that_makes_nothing_stays_away(tmp_path):
    annotated = {"metadata": {"annotations": {"team": "green"}}}
    web = {**WEB, "patches": {"poddisruptionbudget.yaml": annotated}}
    spec = write_spec(tmp_path, shop({"front": web}))
    pipeline.build(spec, prove=False)
    values = tmp_path / "more.yaml"
    values.write_text("front: {podDisruptionBudget: {enabled: false}}\n")
    text = find(needs.helm(4), project=tmp_path).template(
        tmp_path / "charts" / "shop",
        release="shop",
        namespace="shop",
        values=[values],
        kube_version="1.34",
    )
    assert "poddisruptionbudget.yaml" not in text


def test_findings_and_notes_stand_at_the_patch(tmp_path):
    broken = {"spec": {"replicaz": 3}}
    spec = write_spec(tmp_path, shop({"front": {**WEB, "patches": {"deployment.yaml": broken}}}))
    lines = spec.read_text().splitlines()
    line = next(n for n, text in enumerate(lines, start=1) if "deployment.yaml" in text)
    with pytest.raises(InputError) as raised:
        pipeline.build(spec, prove=True, helm=needs.helm(4))
    assert {(one.path, one.line) for one in raised.value.findings} == {("platform.yaml", line)}
    assert "replicaz" in raised.value.findings[0].message


def test_the_pod_of_a_job_is_not_patched(tmp_path):
    job = {
        "kind": "job",
        "image": "registry.example.com/load:1",
        "command": ["load"],
        "resources": {"cpu": "100m", "memory": "64Mi"},
        "patches": {"job.yaml": {"spec": {"backoffLimit": 1}}},
    }
    spec = write_spec(tmp_path, shop({"load": job}))
    with pytest.raises(InputError) as raised:
        pipeline.build(spec, prove=False)
    (finding,) = raised.value.findings
    assert "the pod of a Job can't change" in finding.message
    assert finding.line > 1
