"""Stale charts and stale packages: refused where they would leave the house, told elsewhere."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from generator.ship import archive
from tests import needs
from tests.product.running import environment, files, run, shop, write_spec

DEPLOYMENT = "charts/shop/charts/front/templates/deployment.yaml"
HINT = "    hint: python -m generator build\n"
PACKAGE = "shop-1.0.0.tgz"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    write_spec(folder, shop())
    for words in (["build", "--no-proof"], ["package"]):
        done = run(*words, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def project(built, tmp_path):
    """A platform that was built and packed, without a memo: all is compared."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return tmp_path


def edit(project) -> None:
    path = project / DEPLOYMENT
    path.write_text(path.read_text() + "# by hand\n")


def write_version(project, version: str) -> None:
    spec = shop()
    spec["charts"]["shop"] |= {"version": version, "appVersion": "1.0.0"}
    write_spec(project, spec)


def publish(project, *more: object, **options):
    """To a directory beside the platform; what is in it afterwards."""
    target = project / "repository"
    done = run("publish", "--to", target, *more, cwd=project, **options)
    return done, sorted(path.name for path in target.glob("[!.]*")) if target.is_dir() else []


def refused(project, *more: object) -> str:
    """What `publish` says, having pushed nothing."""
    done, there = publish(project, *more)
    assert (done.returncode, done.stdout, there) == (2, "", [])
    assert done.stderr.endswith(HINT)
    return done.stderr.removesuffix(HINT)


def test_what_is_fresh_is_published(project):
    done, there = publish(project)
    assert (done.returncode, done.stderr) == (0, "")
    assert there == ["index.yaml", PACKAGE]


def test_what_a_whole_build_left_is_known_without_comparing(project):
    assert run("build", cwd=project).returncode == 0
    assert (project / "dist" / ".build.json").is_file()
    done, there = publish(project)
    assert (done.returncode, there) == (0, ["index.yaml", PACKAGE])
    edit(project)
    assert DEPLOYMENT in run("publish", "--to", "other", cwd=project).stderr


@pytest.mark.parametrize("more", [[], ["--dry-run"]], ids=["for real", "dry run"])
def test_charts_that_were_edited_are_not_published(project, more):
    edit(project)
    said = refused(project, *more)
    assert said == f"error: charts/ is not what platform.yaml says: {DEPLOYMENT}\n"


def test_charts_of_an_older_spec_are_not_published(project):
    write_version(project, "1.0.1")
    said = refused(project)
    assert "charts/ is not what platform.yaml says: charts/shop/Chart.yaml" in said


def test_many_files_are_counted(project):
    shutil.rmtree(project / "charts")
    said = refused(project)
    assert said.count("charts/shop/") == 3
    assert said.rstrip().endswith("more") and " and " in said


def test_a_missing_package_is_named(project):
    (project / "dist" / PACKAGE).unlink()
    assert refused(project) == (
        f"error: dist/ is not what packing charts/ gives: {PACKAGE} is missing\n"
    )
    shutil.rmtree(project / "dist")
    assert f"{PACKAGE} is missing" in refused(project)


def test_a_package_of_charts_before_is_named(project):
    spec = shop()
    spec["charts"]["shop"]["description"] = "Another description"
    write_spec(project, spec)
    assert run("build", "--no-proof", cwd=project).returncode == 0
    said = refused(project)
    assert "dist/ is not what packing charts/ gives: " in said
    assert f"{PACKAGE} differs in shop/Chart.yaml and 1 more" in said


def test_a_package_of_another_program_is_refused(project):
    subprocess.run(
        [needs.helm(4), "package", "charts/shop", "--destination", "dist"],
        cwd=project, env=environment(), check=True, capture_output=True,
    )  # fmt: skip
    assert f"{PACKAGE} " in refused(project)


def test_the_same_files_packed_otherwise_are_refused(project):
    import gzip

    path = project / "dist" / PACKAGE
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), 1, mtime=0))
    assert f"{PACKAGE} was not packed by this version of the generator" in refused(project)


def test_what_is_no_archive_is_named(project):
    (project / "dist" / PACKAGE).write_bytes(b"<html>not found</html>")
    assert f"{PACKAGE} is no chart archive" in refused(project)


def test_the_time_of_packing_need_not_be_given_again(project):
    env = environment(SOURCE_DATE_EPOCH="1700000000")
    assert run("package", cwd=project, env=env).returncode == 0
    digest = archive.digest_of(project / "dist" / PACKAGE)
    done, _ = publish(project)
    assert done.returncode == 0, done.stderr
    assert archive.digest_of(project / "repository" / PACKAGE) == digest


def test_stale_charts_are_not_packed(project):
    write_version(project, "1.0.1")
    before = files(project)
    done = run("package", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert "charts/ is not what platform.yaml says: " in done.stderr
    assert done.stderr.endswith(HINT)
    assert files(project) == before


def test_the_hint_names_another_spec(project):
    (project / "platform.yaml").rename(project / "other spec.yaml")
    edit(project)
    done = run("package", "-f", "other spec.yaml", cwd=project)
    assert done.stderr.endswith("    hint: python -m generator build -f 'other spec.yaml'\n")


def test_check_of_stale_charts_warns(project):
    fresh = run("check", "-o", "json", cwd=project)
    edit(project)
    done = run("check", "-o", "json", cwd=project)
    assert done.returncode == fresh.returncode == 0
    first, *others = json.loads(done.stdout)
    assert others == json.loads(fresh.stdout)
    assert (first["rule"], first["severity"], first["path"]) == (
        "charts-stale", "warning", DEPLOYMENT,
    )  # fmt: skip
    assert "charts/ is not what platform.yaml says" in first["message"]
    assert first["hint"] == "python -m generator build"


def test_render_of_stale_charts_says_so_beside_the_objects(project):
    edit(project)
    done = run("render", "-e", "dev", cwd=project)
    assert done.returncode == 0
    assert done.stderr == (
        f"{DEPLOYMENT}: warning: charts/ is not what platform.yaml says: {DEPLOYMENT}\n{HINT}"
    )
    assert "kind: Deployment" in done.stdout and "warning" not in done.stdout


def test_charts_that_can_not_be_made_now_can_still_be_looked_at(project):
    """A template of a kind of one's own that has just been broken."""
    kind = project / "kinds" / "own"
    (kind / "templates").mkdir(parents=True)
    (kind / "__init__.py").write_text(
        "from generator.kinds.api import File\n"
        "from generator.kinds.web import *\n"
        "def files(component, chart):\n"
        '    return [File(template="own.yaml", path="templates/own.yaml")]\n'
    )
    (kind / "templates" / "own.yaml").write_text("[[ nothing.of.this ]]\n")
    spec = shop()
    spec["charts"]["shop"]["components"]["front"]["kind"] = "own"
    write_spec(project, spec)
    done = run("render", "-e", "dev", cwd=project)
    assert done.returncode == 0
    assert "platform.yaml: warning: charts/ can't be compared with platform.yaml: " in done.stderr
    assert "own.yaml" in done.stderr
    assert run("publish", "--to", "repository", cwd=project).returncode == 1
