"""A build with nothing to do does nothing; whatever changes brings a real one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from generator import memo, pipeline
from generator.errors import GeneratorError, InputError
from generator.findings import text
from tests import needs
from tests.product.running import WEB, config_map, environment, run, shop, write_spec

OWN_KIND = """from generator.kinds.api import File
from generator.kinds.job import *
def files(component, chart):
    return [File(template="own.yaml", path="templates/own.yaml")]
"""
OWN_TEMPLATE = config_map("own", "[[ define ]].labels")
JOB = {"kind": "own", "image": "registry.example.com/own", "resources": WEB["resources"]}


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    """A platform that reads all that a platform can read."""
    folder = tmp_path_factory.mktemp("project")
    path = write_spec(folder, shop(include=["more.yaml"]))
    (folder / "more.yaml").write_text(
        json.dumps({"charts": {"shop": {"components": {"mine": JOB}, "manifests": ["raw.yaml"]}}})
    )
    (folder / "raw.yaml").write_text(config_map("raw", "shop.labels"))
    kind = folder / "kinds" / "own"
    (kind / "templates").mkdir(parents=True)
    (kind / "__init__.py").write_text(OWN_KIND)
    (kind / "templates" / "own.yaml").write_text(OWN_TEMPLATE)
    (folder / "values" / "dev").mkdir(parents=True)
    (folder / "values" / "dev" / "shop.yaml").write_text("front: {replicas: 1}\n")
    (folder / ".tools" / "bin").mkdir(parents=True)
    (folder / ".tools" / "bin" / "helm").symlink_to(needs.helm(4))
    return path


@pytest.fixture(scope="module")
def code(tmp_path_factory):
    """What stands for the generator's own code, so that it may be changed."""
    folder = tmp_path_factory.mktemp("code")
    (folder / "cli.py").write_text("# a module\n")
    (folder / "site-packages").mkdir()
    return folder


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, code):
    """No variables of whoever runs the tests, and no libraries that they install meanwhile."""
    for name in ("HELM_BIN", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(memo, "_TOOL", code)
    assert list(memo._libraries()), "those of this Python are watched"
    monkeypatch.setattr(memo, "_libraries", lambda: [str(code / "site-packages")])


def is_real(spec: Path, helm: Path | None = None) -> bool:
    """Build; whether there was anything to do."""
    try:
        summary = pipeline.build(spec, prove=True, helm=helm)
    except InputError as error:
        error.add_note(text(error.findings))
        raise
    return not summary.done.startswith("nothing to do")


def settle(spec: Path) -> None:
    time.sleep(0.03)  # what was saved within a tick of the build's beginning is not trusted
    is_real(spec)
    assert not is_real(spec)


def append(name: str):
    def edit(folder: Path, code: Path) -> None:
        with (folder / name).open("a") as file:
            file.write("# edited\n")

    return edit


def replace_same_size(folder: Path, code: Path) -> None:
    """The nastiest edit: the same size, and the time set back."""
    path = folder / "charts" / "shop" / "values.yaml"
    state = path.stat()
    text = path.read_bytes()
    path.write_bytes(bytes(reversed(text)))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def another_helm(folder: Path, code: Path) -> None:
    link = folder / ".tools" / "bin" / "helm"
    link.unlink()
    shutil.copy(needs.helm(4), link)


EDITS = {
    "spec": append("platform.yaml"),
    "include": append("more.yaml"),
    "raw manifest": append("raw.yaml"),
    "overlay": append("values/dev/shop.yaml"),
    "new overlay": lambda folder, code: (
        (folder / "values" / "production").mkdir(),
        (folder / "values" / "production" / "shop.yaml").write_text("{}\n"),
    ),
    "own kind": append("kinds/own/__init__.py"),
    "own template": append("kinds/own/templates/own.yaml"),
    "chart file": append("charts/shop/templates/NOTES.txt"),
    "chart file, unseen": replace_same_size,
    "chart file removed": lambda folder, code: (folder / "charts/shop/README.md").unlink(),
    "chart file added": lambda folder, code: (folder / "charts/shop/new").write_text(""),
    "chart removed": lambda folder, code: shutil.rmtree(folder / "charts/shop"),
    "chart added": lambda folder, code: shutil.copytree(
        folder / "charts/shop", folder / "charts/old"
    ),
    "archive": append("dist/shop-1.0.0.tgz"),
    "archive removed": lambda folder, code: (folder / "dist/shop-1.0.0.tgz").unlink(),
    "index": append("dist/index.yaml"),
    "memo": lambda folder, code: (folder / "dist" / memo.NAME).write_text("{"),
    "helm": another_helm,
    "code": lambda folder, code: (code / "cli.py").write_text("# another\n"),
    "new library": lambda folder, code: (code / "site-packages" / "yaml").mkdir(),
    "new code": lambda folder, code: (code / "new.py").write_text(""),
}


@pytest.mark.parametrize("name", EDITS)
def test_every_change_brings_a_real_build(spec, code, name):
    settle(spec)
    before = {
        path: path.read_bytes()
        for folder in ("charts", "dist")
        for path in (spec.parent / folder).rglob("*")
        if path.is_file() and path.name != memo.NAME
    }
    EDITS[name](spec.parent, code)
    assert is_real(spec)
    if name.startswith(("chart", "archive", "index")):  # the machine's own: as it was
        charts = spec.parent / "charts"
        after = {path for path in charts.rglob("*") if path.is_file()}
        assert {path: path.read_bytes() for path in before} == before
        assert after == {path for path in before if path.is_relative_to(charts)}


def test_a_variable_that_matters_brings_a_real_build(spec, monkeypatch):
    settle(spec)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert is_real(spec)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert is_real(spec)


def test_another_helm_on_the_command_line_brings_a_real_build(spec):
    settle(spec)
    assert is_real(spec, needs.helm(3))
    assert not is_real(spec, needs.helm(3))


def test_saving_without_a_change_does_not(spec):
    settle(spec)
    for name in ("platform.yaml", "more.yaml", "values/dev/shop.yaml", "kinds/own/__init__.py"):
        path = spec.parent / name
        path.write_bytes(path.read_bytes())
    assert not is_real(spec)


def test_what_is_saved_while_a_build_runs_is_not_taken_for_built(spec, monkeypatch):
    """An include, an overlay and a chart file, each just after it was read or written."""
    from generator.check import charts

    real = charts.check_charts
    for name in ("more.yaml", "values/dev/shop.yaml", "charts/shop/templates/NOTES.txt"):

        def saving(*args, name=name, **options):
            append(name)(spec.parent, spec.parent)
            return real(*args, **options)

        settle(spec)
        append("platform.yaml")(spec.parent, spec.parent)
        monkeypatch.setattr(charts, "check_charts", saving)
        assert is_real(spec)
        monkeypatch.setattr(charts, "check_charts", real)
        assert is_real(spec), name


def test_a_build_that_failed_is_not_remembered(spec, tmp_path):
    settle(spec)
    broken = tmp_path / "helm"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises((GeneratorError, InputError)):
        is_real(spec, broken)
    with pytest.raises((GeneratorError, InputError)):
        is_real(spec, broken)


def test_without_proof_is_no_proof(spec):
    (spec.parent / "dist" / memo.NAME).unlink(missing_ok=True)
    pipeline.build(spec, prove=False)
    assert is_real(spec)


def test_the_summary_says_so_and_shows_the_same_table(tmp_path):
    write_spec(tmp_path, shop())
    time.sleep(0.03)
    first = run("build", cwd=tmp_path).stdout.splitlines()
    second = run("build", cwd=tmp_path).stdout.splitlines()
    assert [line for line in second if line.startswith("nothing to do: ")]
    assert [line for line in second if " in " not in line] == [
        line for line in first if " in " not in line
    ]
    assert first[0].startswith("CHART ") and first[1].startswith("shop ")


def test_nothing_heavy_is_imported_for_nothing(tmp_path):
    write_spec(tmp_path, shop())
    time.sleep(0.03)
    assert run("build", cwd=tmp_path).returncode == 0
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "generator", "build"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "nothing to do: " in done.stdout
    imported = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()
    }
    assert not imported & {
        "yaml",
        "jinja2",
        "jsonschema_rs",
        "orjson",
        "yamale",
        "subprocess",
        "ssl",
    }


def test_a_dist_that_cannot_be_read_is_a_real_build(spec):
    settle(spec)
    (spec.parent / "dist" / memo.NAME).write_bytes(b"\xff\x00[1,")
    assert is_real(spec)
    (spec.parent / "dist" / memo.NAME).write_text("[]")
    assert is_real(spec)
