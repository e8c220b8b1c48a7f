"""What is wrong with a generated object is told at the line of the spec that asked for it."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from generator import pipeline
from generator.findings import FORMATS, Finding
from generator.places import SOURCE_MAP, placed
from generator.spec.read import read_platform
from tests import needs

SPEC = """\
name: shop
environments: [dev, production]
charts:
  shop:                                                             # line of the chart
    version: 1.0.0
    namespace: shop
    manifests:
      - more/extra.yaml                                             # line of the manifest
    components:
      front:                                                        # line of the component
        kind: web
        image: registry.example.com/front:1.0.0                     # line of the image
        port: 8080
        probes: {live: /live, ready: /ready}
        migrate: {command: [migrate, up]}                           # line of the migration
        resources: {cpu: [100m, 1], memory: [64Mi, 128Mi]}          # line of the resources
    routes:
      shop.example.com: front                                       # line of the route
"""
GOOD = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: extra
  labels:
    {{- include "shop.labels" . | nindent 4 }}
    app.kubernetes.io/component: extra
"""
LIMITS = (
    GOOD.replace("kind: ConfigMap", "kind: LimitRange")
    + "spec:\n  limits: [{type: Container, max: {cpu: 500m}}]\n"
)
FRONT = "charts/shop/charts/front/templates/deployment.yaml"


@pytest.fixture(autouse=True)
def helm(monkeypatch):
    monkeypatch.setenv("HELM_BIN", str(needs.helm(4)))


def written(folder: Path, spec: str = SPEC, **others: str) -> Path:
    """A platform with its charts; files are given with `__` for `/` and without `.yaml`."""
    files = {"platform": spec, "more__extra": GOOD, **others}
    for name, content in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    path = folder / "platform.yaml"
    pipeline.write(pipeline.fill(path, read_platform(path)), ())
    return path


def found(spec: Path) -> tuple[Finding, ...]:
    platform = read_platform(spec)
    return pipeline.prove_charts(
        spec, platform, platform.environments, ("1.34",), None
    ).findings  # fmt: skip


def line_of(comment: str, spec: str = SPEC) -> int:
    return 1 + next(n for n, line in enumerate(spec.splitlines()) if f"# {comment}" in line)


def the(findings: tuple[Finding, ...], made: str, words: str = "") -> Finding:
    """The one finding on a generated file that says these words."""
    own = [f for f in findings if f.rule != "escape-hatch"]  # notes that there is one
    some = [f for f in own if f.made and f.made.path == made and words in f.message]
    assert len(some) == 1, findings
    return some[0]


def test_a_raw_manifest_is_told_where_it_is_named(tmp_path):
    spec = written(tmp_path, more__extra=GOOD + "data: {A: 1}\n")
    finding = the(found(spec), "charts/shop/templates/extra.yaml")
    assert finding.place == f"platform.yaml:{line_of('line of the manifest')}:9"
    assert finding.made is not None
    assert finding.made.template == "more/extra.yaml"
    assert finding.message == "data.A: expected string, got integer 1"


def test_a_raw_manifest_that_is_no_template_has_its_own_line_too(tmp_path):
    spec = written(tmp_path, more__extra=GOOD + "data: {A: {{ nonsense }}}\n")
    finding = the(found(spec), "charts/shop/templates/extra.yaml")
    assert finding.line == line_of("line of the manifest")
    assert finding.made is not None
    assert finding.made.place == "charts/shop/templates/extra.yaml:8:1"
    assert finding.made.template == "more/extra.yaml:8:1"


def test_of_several_manifests_in_a_part_of_the_spec_the_right_one_is_told(tmp_path):
    spec = SPEC.replace("      - more/extra.yaml   ", "      [more/extra.yaml, more/other.yaml]\n#")
    own, part = spec.replace("charts:", "include: [parts/shop.yaml]\nrest:", 1).split("rest:")
    other = GOOD.replace("name: extra", "name: other") + "data: {A: 1}\n"
    path = written(tmp_path, own, parts__shop=f"charts:{part}", more__other=other)
    finding = the(found(path), "charts/shop/templates/other.yaml")
    assert finding.place == "parts/shop.yaml:6:25"


def test_a_limit_is_told_at_the_resources_that_pass_it(tmp_path):
    findings = found(written(tmp_path, more__extra=LIMITS))
    finding = the(findings, FRONT, "limits.cpu")
    assert (finding.line, finding.col) == (line_of("line of the resources"), 9)
    assert finding.subject == "Deployment/front"
    job = the(findings, "charts/shop/charts/front/templates/migration.yaml", "limits.cpu")
    assert (job.line, job.col) == (line_of("line of the migration"), 9)


def test_what_a_patch_does_is_told_at_the_patch_and_else_at_the_component(tmp_path):
    patch = (
        "        patches:\n          deployment.yaml: {spec: {replicas: many}} # line of the patch"
    )
    resources = SPEC.splitlines()[line_of("line of the resources") - 1]
    spec = SPEC.replace(resources, f"{resources}\n{patch}")
    findings = found(written(tmp_path, spec, more__extra=LIMITS))
    finding = the(findings, FRONT, "spec.replicas")
    assert finding.place == f"platform.yaml:{line_of('line of the patch', spec)}:11"
    assert the(findings, FRONT, "limits.cpu").line == line_of("line of the resources")


def test_the_same_setting_by_a_merge_key_is_told_where_it_was_written(tmp_path):
    resources = SPEC.splitlines()[line_of("line of the resources") - 1]
    spec = SPEC.replace(resources, "        <<: &some {resources: {cpu: [1, 1], memory: 64Mi}}")
    finding = the(found(written(tmp_path, spec, more__extra=LIMITS)), FRONT, "limits.cpu")
    assert finding.place == f"platform.yaml:{line_of('line of the resources')}:20"


def test_a_change_of_an_overlay_is_told_at_the_component(tmp_path):
    """Not at `image`, which is right in the spec."""
    overlay = "front: {image: {tag: latest}}\n"
    finding = the(found(written(tmp_path, values__production__shop=overlay)), FRONT)
    assert finding.place == f"platform.yaml:{line_of('line of the component')}:7"
    assert "(in production)" in finding.message


def test_what_belongs_to_the_chart_is_told_at_the_chart(tmp_path):
    spec = SPEC.replace("    routes:", "    secrets: {shop-secrets: [key]}\n    routes:")
    path = written(tmp_path, spec)
    finding = the(found(path), "charts/shop/templates/preflight-job.yaml")
    assert finding.place == f"platform.yaml:{line_of('line of the chart')}:3"
    assert finding.severity == "note"


def test_a_whole_chart_is_told_at_the_chart_and_a_file_of_a_route_at_the_route(tmp_path):
    spec = written(tmp_path)
    names = ["", "/charts/front", "/templates/ingress.yaml", "/templates/gone.yaml"]
    for name in names[:3]:
        assert (tmp_path / f"charts/shop{name}").exists()
    given = [Finding(path=f"charts/shop{name}", rule="r", message="m") for name in names]
    lines = {f.made.path if f.made else f.path: f.line for f in placed(given, spec)}
    assert lines == {
        "charts/shop": line_of("line of the chart"),
        "charts/shop/charts/front": line_of("line of the component"),
        "charts/shop/templates/ingress.yaml": line_of("line of the route"),
        "charts/shop/templates/gone.yaml": 0,
    }


OWN_KIND = """\
from generator.kinds.api import File
from generator.kinds.job import *
def files(component, chart):
    return [File(template="%s", path="templates/notice.yaml")]
"""


@pytest.mark.parametrize("template", ["notice.yaml", "part/notice.yaml"])
def test_a_template_of_the_author_s_own_is_named(tmp_path, template):
    kind = tmp_path / "kinds" / "notice"
    (kind / "templates" / "part").mkdir(parents=True)
    (kind / "__init__.py").write_text(OWN_KIND % template)
    (kind / "templates" / template).write_text(GOOD.replace("shop.", "[[ define ]].") + "data: 5\n")
    own = "      notice:\n        kind: notice\n        image: example/notice:1.0.0\n"
    resources = SPEC.splitlines()[line_of("line of the resources") - 1]
    path = written(tmp_path, SPEC.replace("    routes:", f"{own}{resources}\n    routes:"))
    made = "charts/shop/charts/notice/templates/notice.yaml"
    finding = the(found(path), made, "data: expected map")
    assert finding.place == f"platform.yaml:{line_of('line of the resources') + 1}:7"
    assert finding.made is not None
    assert finding.made.template == f"kinds/notice/templates/{template}"
    assert f"    template: kinds/notice/templates/{template}\n" in FORMATS["text"]([finding]) + "\n"


@pytest.mark.parametrize("content", [None, "", "[]", '{"templates/preflight-job.yaml": 1}'])
def test_without_a_source_map_a_finding_stays_as_it_is(tmp_path, content):
    spec = written(tmp_path)
    path = tmp_path / "charts" / "shop" / SOURCE_MAP
    path.unlink()
    if content is not None:
        path.write_text(content)
    given = Finding(path="charts/shop/templates/preflight-job.yaml", rule="r", message="m")
    assert placed([given], spec) == (given,)


def test_what_left_the_spec_is_told_at_what_is_left_of_it(tmp_path):
    spec = written(tmp_path)
    spec.write_text(SPEC.replace("      front:  ", "      other:  ").replace(": front", ": other"))
    (finding,) = placed([Finding(path=FRONT, rule="r", message="m")], spec)
    assert finding.place == "platform.yaml:9:5"  # `components:`


def test_places_that_are_the_author_s_stay_as_they_are(tmp_path):
    spec = written(tmp_path)
    given = tuple(
        Finding(path=path, line=3, col=1, rule="r", message="m")
        for path in ("platform.yaml", "values/dev/shop.yaml")
    )
    assert placed(given, spec) == given


@pytest.mark.parametrize(
    ("message", "setting"),
    [
        ("spec.template.spec.containers[0].image: no", "image"),
        ("spec.template.spec.containers[0].resources.limits: no", "resources"),
        ("spec.template.spec.containers[0].livenessProbe.httpGet: no", "probes"),
        ("spec.template.spec.containers[0].ports[0].name: no", "port"),
        ("spec.template.spec.containers[1].image: of a container beside it", None),
        ("spec.template.spec.initContainers[0].resources: of one before it", None),
        ("spec.template.spec.containers[0].env[1].value: not written in the spec", None),
        ("metadata.labels: no setting", None),
        ("says no field, but image: in words", None),
    ],
)
def test_a_field_leads_to_its_setting_or_to_the_component(tmp_path, message, setting):
    given = Finding(path=FRONT, rule="kubernetes-schema", message=message)
    (finding,) = placed([given], written(tmp_path))
    line = SPEC.splitlines()[finding.line - 1].strip()
    assert line.startswith(f"{setting or 'front'}:")


def test_every_format_has_the_place_of_the_spec(tmp_path):
    finding = the(found(written(tmp_path, more__extra=LIMITS)), FRONT, "limits.cpu")
    line, place = finding.line, f"platform.yaml:{finding.line}:9"
    text = FORMATS["text"]([finding])
    assert text.startswith(f"{place}: {FRONT}: Deployment/front: spec.template.spec.containers[0]")

    (one,) = json.loads(FORMATS["json"]([finding]))
    assert (one["path"], one["line"], one["col"]) == ("platform.yaml", line, 9)
    assert one["made"] == {"path": FRONT, "line": 0, "col": 0, "template": None}

    (result,) = json.loads(FORMATS["sarif"]([finding]))["runs"][0]["results"]
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "platform.yaml"},
                "region": {"startLine": line, "startColumn": 9},
            }
        }
    ]
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"] == {"artifactLocation": {"uri": FRONT}}
    assert result["message"]["text"].startswith("Deployment/front: spec.template")

    assert FORMATS["github"]([finding]).startswith(
        f"::error file=platform.yaml,line={line},col=9,title=quota-covers-workloads::{FRONT}: Depl"
    )

    case = ET.fromstring(FORMATS["junit"]([finding])).find("testcase")
    assert case is not None and case.get("name") == place
    failure = case.find("failure")
    assert failure is not None and str(failure.get("message")).startswith(f"{FRONT}: Deployment/")
    assert re.match(rf"{re.escape(place)}: {re.escape(FRONT)}: ", str(failure.text))
