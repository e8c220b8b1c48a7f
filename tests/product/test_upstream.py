"""Charts of others inside ours, as `tests/cases/upstream` has one: built, proven, packed, run."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import commands, memo, pipeline
from generator.findings import ERROR, NOTE, Finding
from generator.ship import archive
from generator.tools import helm
from tests import needs
from tests.product.running import WEB, files, run, shop, write_spec

CASE = needs.ROOT / "tests" / "cases" / "upstream"
SOURCE = CASE / "status-page"
VENDORED = "vendor/status-page-0.3.0.tgz"


@pytest.fixture(autouse=True)
def pinned(monkeypatch):
    monkeypatch.setenv("HELM_BIN", str(needs.helm(4)))


@pytest.fixture
def source(tmp_path) -> Path:
    """The chart of others, to change at will."""
    return Path(shutil.copytree(SOURCE, tmp_path / "status-page"))


def spec_with(folder: Path, *sources: Path, **more: Any) -> Path:
    """A platform with a dependency on each of the charts, named `status`, `status1`, …"""
    dependencies = {}
    for number, source in enumerate(sources):
        packed = archive.pack(source, folder / "vendor" / str(number))
        dependencies[f"status{number or ''}"] = {
            "archive": str(packed.path.relative_to(folder)),
            "sha256": packed.digest,
            **more,
        }
    spec = shop()
    spec["charts"]["shop"] |= {"dependencies": dependencies, "quota": False}
    return write_spec(folder, spec)


def change(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def rendered(chart: Path, major: int = 4, **values: Any) -> dict[str, Any]:
    """The objects of a chart, folder or archive, as Helm makes them."""
    overlay = chart.parent / "overlay.yaml"
    overlay.write_text(yaml.safe_dump(values))
    program = helm.find(needs.helm(major), project=Path("/nowhere"))
    text = program.template(
        chart, release="shop", namespace="shop", values=[overlay], kube_version="1.34"
    )
    objects = [each for each in yaml.safe_load_all(text) if each]
    return {f"{each['kind']}/{each['metadata']['name']}": each for each in objects}


def check(spec: Path) -> tuple[Finding, ...]:
    return commands.check(
        spec, helm=None, environments=(), versions=("1.34",), progress=lambda _: None
    ).findings


def test_the_archive_of_the_case_is_its_chart_packed(tmp_path):
    assert archive.pack(SOURCE, tmp_path).path.read_bytes() == (CASE / VENDORED).read_bytes()


def test_files_are_those_of_the_archive_whatever_the_tar_says_of_them(tmp_path):
    """But for the schema, which must let in what Helm and the umbrella add."""
    packed = tmp_path / "vendor" / "page.tgz"
    packed.parent.mkdir()
    with tarfile.open(packed, "w:gz") as tar:  # another order, times, owners and modes
        for path in sorted(SOURCE.rglob("*"), reverse=True):
            tar.add(path, f"status-page/{path.relative_to(SOURCE)}", recursive=False)
    spec = shop()
    digest = hashlib.sha256(packed.read_bytes()).hexdigest()
    locked = {"archive": "vendor/page.tgz", "sha256": digest}
    spec["charts"]["shop"]["dependencies"] = {"status": locked}
    pipeline.build(write_spec(tmp_path, spec), prove=False)
    got = files(tmp_path / "charts" / "shop" / "charts" / "status")
    assert got == files(CASE / "charts" / "shop" / "charts" / "status")
    wanted = files(SOURCE)
    assert got.pop("values.schema.json") != wanted.pop("values.schema.json")
    assert got == wanted


@pytest.mark.parametrize("major", [4, 3])
def test_helm_runs_it_with_our_values_and_takes_it_out_by_its_switch(major, tmp_path):
    chart = Path(shutil.copytree(CASE / "charts" / "shop", tmp_path / "shop"))
    objects = rendered(chart, major)
    assert objects["ConfigMap/shop-status"]["data"] == {
        "title": "The shop",
        "notes": "Kept as it is.\n",
    }
    assert objects["Service/shop-status"]["metadata"]["annotations"] == {"example.com/team": "7"}
    more = rendered(chart, major, status={"title": "Other"})
    assert more["ConfigMap/shop-status"]["data"]["title"] == "Other"
    off = rendered(chart, major, status={"enabled": False})
    assert sorted(set(objects) - set(off)) == [
        "ConfigMap/shop-status",
        "Deployment/shop-status",
        "Service/shop-status",
    ]


def test_the_schema_of_the_umbrella_holds_that_of_the_chart():
    schema = yaml.safe_load((CASE / "charts" / "shop" / "values.schema.json").read_text())
    assert schema["properties"]["status"] == {"$ref": "#/definitions/upstream.status"}
    service = schema["definitions"]["upstream.status"]["properties"]["service"]
    assert service["properties"]["port"] == {
        "$ref": "#/definitions/upstream.status/definitions/port"
    }


def test_an_overlay_is_judged_by_the_schema_of_the_chart(tmp_path):
    copy = Path(shutil.copytree(CASE, tmp_path / "case"))
    overlay = copy / "values" / "dev" / "shop.yaml"
    overlay.parent.mkdir(parents=True)
    overlay.write_text("status:\n  titel: Dev\n  service: {port: 70000}\n")
    found = [each for each in check(copy / "platform.yaml") if each.severity == ERROR]
    assert [(each.place, each.message) for each in found] == [
        ("values/dev/shop.yaml:2:3", "status.titel: unknown field"),
        ("values/dev/shop.yaml:3:13", "status.service.port: integer 70000 is above 65535"),
    ]


@pytest.mark.parametrize("major", [4, 3])
def test_the_package_holds_it_unpacked_and_renders_the_same(major, tmp_path):
    copy = Path(shutil.copytree(CASE, tmp_path / "case"))
    pipeline.build(copy / "platform.yaml", prove=True)
    package = copy / "dist" / "shop-1.0.0.tgz"
    entries = archive.read(package).entries
    assert "shop/charts/status/templates/deployment.yaml" in entries
    assert not [name for name in entries if name.endswith(".tgz")]
    assert rendered(package, major) == rendered(copy / "charts" / "shop", major)


def test_one_chart_twice_and_a_component_of_its_name(tmp_path, source):
    spec_path = spec_with(tmp_path, source, source)
    spec = yaml.safe_load(spec_path.read_text())
    spec["charts"]["shop"]["components"]["status-page"] = WEB
    pipeline.build(write_spec(tmp_path, spec), prove=True)
    for major in (4, 3):
        objects = rendered(tmp_path / "charts" / "shop", major, status1={"title": "Second"})
        titles = {name: each["data"]["title"] for name, each in objects.items() if "Map" in name}
        assert titles == {
            "ConfigMap/shop-status": "Status",
            "ConfigMap/shop-status1": "Second",
        }
        assert {"Deployment/status-page", "Deployment/shop-status1"} <= set(objects)


def test_the_memo_and_the_lock_notice_another_archive(tmp_path):
    copy = Path(shutil.copytree(CASE, tmp_path / "case"))
    spec = copy / "platform.yaml"
    time.sleep(0.05)  # what is as new as the build is not remembered
    pipeline.build(spec, prove=True)
    assert memo.recall(spec, None) is not None
    with (copy / VENDORED).open("ab") as file:
        file.write(b"more")
    assert memo.recall(spec, None) is None
    said = run("build", cwd=copy)
    assert said.returncode == 3
    assert "other bytes: expected 26e078d4" in said.stderr
    digest = hashlib.sha256((copy / VENDORED).read_bytes()).hexdigest()
    assert f"sha256: {digest}" in said.stderr


def test_another_version_is_stale_until_it_is_built_and_a_removed_one_goes(tmp_path, source):
    spec = spec_with(tmp_path, source)
    pipeline.build(spec, prove=False)
    assert pipeline.stale(spec) == []
    change(source / "templates" / "service.yaml", "name: http", "name: web")
    spec = spec_with(tmp_path, source)
    assert [path for path, _ in pipeline.stale(spec)] == [
        "charts/shop/charts/status/templates/service.yaml"
    ]
    assert run("build", "--check", cwd=tmp_path).returncode == 2
    write_spec(tmp_path, shop())
    pipeline.build(spec, prove=False)
    assert sorted(path.name for path in (tmp_path / "charts/shop/charts").iterdir()) == ["front"]


def test_remarks_of_our_rules_are_one_note_at_the_dependency(tmp_path):
    copy = Path(shutil.copytree(CASE, tmp_path / "case"))
    found = check(copy / "platform.yaml")
    assert {each.severity for each in found} == {NOTE}
    assert [each.place for each in found] == ["platform.yaml:16:7"] * 2
    assert [each.said for each in found] == [
        "status-page 0.3.0 is a chart of others: no policy, quota or connection follows from it",
        "charts/shop/charts/status: 12 remarks of our rules on status, which is not generated: "
        "labels-complete 4, network-policy-per-workload 1, probes-present 2, "
        "read-only-root-filesystem 1, resources-set 2, service-links-off 1, "
        "token-not-mounted-unless-allowed 1",
    ]


def test_pods_that_the_namespace_refuses_are_a_warning(tmp_path, source):
    deployment = source / "templates" / "deployment.yaml"
    change(deployment, "allowPrivilegeEscalation: false, ", "")
    spec = spec_with(tmp_path, source)
    pipeline.build(spec, prove=True)
    (warning,) = [each for each in check(spec) if each.severity == "warning"]
    assert warning.rule == "restricted-pod-security"
    assert warning.subject == "Deployment/shop-status"
    assert warning.message.endswith("must be false: the namespace refuses such pods")


def test_what_kubernetes_refuses_is_an_error_at_the_dependency(tmp_path, source):
    change(source / "templates" / "service.yaml", "targetPort: http", "targetport: http")
    spec = spec_with(tmp_path, source)
    pipeline.build(spec, prove=False)
    (error,) = [each for each in check(spec) if each.severity == ERROR]
    line = spec.read_text()[: spec.read_text().index("status:")].count("\n") + 1
    assert (error.rule, error.line) == ("kubernetes-schema", line)
    assert error.made is not None
    assert error.made.path == "charts/shop/charts/status/templates/service.yaml"


def test_a_helper_of_the_name_of_one_of_ours_is_an_error(tmp_path, source):
    helpers = source / "templates" / "_helpers.tpl"
    helpers.write_text(helpers.read_text() + '{{- define "shop.labels" }}a: b{{ end }}\n')
    spec = spec_with(tmp_path, source)
    pipeline.build(spec, prove=False)
    errors = [each for each in check(spec) if each.rule == "defines-prefixed-and-once"]
    assert [each.severity for each in errors] == [ERROR]
    assert "'shop.labels' is defined in charts/shop/" in errors[0].message


def test_a_schema_from_elsewhere_is_left_out_and_the_readme_says_so(tmp_path, source):
    remote = '{"$ref": "https://example.com/page.json"}'
    (source / "values.schema.json").write_text(remote)
    spec = spec_with(tmp_path, source)
    pipeline.build(spec, prove=True)
    chart = tmp_path / "charts" / "shop"
    assert not (chart / "charts" / "status" / "values.schema.json").exists()
    assert "fetched from https://example.com/page.json" in (chart / "README.md").read_text()


def test_crds_are_named_in_the_readme(tmp_path, source):
    (source / "crds").mkdir()
    (source / "crds" / "page.yaml").write_text("# none yet\n")
    pipeline.build(spec_with(tmp_path, source), prove=False)
    assert "`status` brings CRDs" in (tmp_path / "charts" / "shop" / "README.md").read_text()


def test_what_its_own_helmignore_names_is_left_out(tmp_path, source):
    packed = tmp_path / "page.tgz"
    (source / ".helmignore").write_text("drafts/\n*.txt\n")
    (source / "drafts").mkdir()
    (source / "drafts" / "page.yaml").write_text("a: 1\n")
    with tarfile.open(packed, "w:gz") as tar:
        tar.add(source, "status-page")
    digest = hashlib.sha256(packed.read_bytes()).hexdigest()
    spec = shop()
    spec["charts"]["shop"]["dependencies"] = {"status": {"archive": "page.tgz", "sha256": digest}}
    pipeline.build(write_spec(tmp_path, spec), prove=False)
    got = set(files(tmp_path / "charts" / "shop" / "charts" / "status"))
    assert got == set(files(SOURCE)) - {"notes.txt"} | {".helmignore"}
