"""Lint sees the umbrella and, of subcharts with one schema, one; its words are those for all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.check.alike import apart
from generator.check.chartfiles import read_chart, read_yaml
from generator.check.charts import ChartTarget, check_charts
from generator.check.linting import lint, unseen
from generator.check.sources import read_sources
from generator.errors import InputError
from generator.findings import Finding
from generator.tools import helm
from generator.tools.helm import Helm
from tests import needs

ALWAYS_ON = {"properties": {"b": {"properties": {"enabled": {"const": True}}}}}
SCHEMA = {"properties": {"size": {"type": "integer"}}}
OBJECT = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {size: '{{ .Values.size }}'}\n"
)


@pytest.fixture(params=[4, 3], ids=["helm4", "helm3"])
def program(request: pytest.FixtureRequest) -> Helm:
    return helm.find(needs.helm(request.param), project=Path("/nowhere"))


def shop(root: Path, schemas: Mapping[str, Any], **files: str) -> Path:
    """A chart with a subchart for each schema."""
    folder = root / "shop"
    about = {"apiVersion": "v2", "version": "1.0.0", "icon": "https://example.com/i.svg"}
    dependencies = [
        {"name": name, "version": "1.0.0", "condition": f"{name}.enabled"} for name in schemas
    ]
    known = {
        "Chart.yaml": yaml.safe_dump({**about, "name": "shop", "dependencies": dependencies}),
        "values.yaml": "banner: hello\n",
        "templates/own.yaml": OBJECT % "shop",
        **files,
    }
    for name, schema in schemas.items():
        known[f"charts/{name}/Chart.yaml"] = yaml.safe_dump({**about, "name": name})
        known[f"charts/{name}/values.yaml"] = "size: 1\n"
        known[f"charts/{name}/templates/config.yaml"] = OBJECT % name
        known[f"charts/{name}/values.schema.json"] = json.dumps(schema)
    for path, text in known.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def off(folder: Path, said: str = "{}") -> frozenset[str]:
    files = read_chart(folder, "shop")
    (folder.parent / "overlay.yaml").write_text(said)
    overlay = read_yaml(folder.parent / "overlay.yaml", "overlay.yaml")
    return unseen(files, [overlay], apart(files, read_sources(folder, "shop")))


def linted(folder: Path, program: Helm, keys: frozenset[str]) -> tuple[Finding, ...]:
    files = read_chart(folder, "shop")
    return lint(
        files, program, values=(), overlays=(), kube_version="1.34", namespace="x", apart=keys
    )


def test_of_each_schema_one_subchart_that_is_on_stays(tmp_path: Path) -> None:
    folder = shop(tmp_path, {"a": SCHEMA, "b": SCHEMA, "c": {}, "d": {}, "e": SCHEMA})
    assert off(folder) == {"b", "d", "e"}
    assert off(folder, "a: {enabled: false}\nc: {enabled: false}\n") == {"a", "c", "e"}


def test_what_the_umbrella_looks_into_stays(tmp_path: Path) -> None:
    reads = {"templates/own.yaml": "{{ if .Values.b.size }}{{ end }}"}
    folder = shop(tmp_path, {"a": SCHEMA, "b": SCHEMA, "c": SCHEMA}, **reads)
    assert off(folder) == {"c"}


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"templates/own.yaml": "kind: ConfigMap\nmetadata: {name: shop\n"},
        {"Chart.yaml": "apiVersion: v2\nname: shop\n"},
        {"values.schema.json": '{"required": ["missing"]}'},
        {"values.schema.json": json.dumps(ALWAYS_ON)},
    ],
    ids=["good", "template", "chart", "schema", "refuses the switch"],
)
def test_lint_says_the_same_as_of_the_whole(
    files: Mapping[str, str], tmp_path: Path, program: Helm
) -> None:
    folder = shop(tmp_path, {"a": SCHEMA, "b": SCHEMA}, **files)
    assert linted(folder, program, frozenset({"a", "b"})) == linted(folder, program, frozenset())


def test_a_schema_that_only_helm_refuses_is_found(tmp_path: Path, program: Helm) -> None:
    """Go's regular expressions look neither ahead nor behind; ours do."""
    ahead = {"properties": {"tag": {"pattern": "^(?=a).*$"}}}
    folder = shop(tmp_path, {"a": ahead, "b": ahead})
    target = ChartTarget(
        path=folder, release="shop", namespace="x", environments={"dev": (), "production": ()}
    )
    try:
        report = check_charts([target], program, kube_versions=["1.34"], root=tmp_path)
    except InputError:
        return  # ours refuses it as well: then nothing is left to Helm
    assert [each for each in report.findings if each.rule == "helm"]
