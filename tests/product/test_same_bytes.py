"""The same bytes everywhere, and `--check` and `--diff` that see every other byte."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.build.fill import SOURCE_MAP
from tests import needs
from tests.product.platforms import SPECS, copied, title
from tests.product.running import environment, files, run, shop, write_spec

ONE_PLACE = {"LANG": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "1"}
OTHER_PLACE = {
    # A locale that knows ASCII alone, and a Python that believes it.
    "LANG": "C",
    "LC_ALL": "C",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONUTF8": "0",
    "TZ": "Pacific/Kiritimati",
    "PYTHONHASHSEED": "4294967295",
}


@pytest.mark.parametrize("spec", SPECS, ids=title)
def test_two_builds_in_two_places_give_the_same_bytes(spec, tmp_path):
    one = made_at(spec, tmp_path / "one", tmp_path / "one", "platform.yaml", 0o022, ONE_PLACE)
    deep = tmp_path / "an other" / "pläce" / "deep"
    other = made_at(spec, deep, Path("/"), deep / "platform.yaml", 0o077, OTHER_PLACE)
    assert list(one) == list(other)
    assert [name for name in one if one[name] != other[name]] == []
    assert any(name.startswith("dist/") for name in one)


def made_at(spec, folder, cwd, named, umask, variables):
    """What a build and a package leave in a folder, made under other circumstances."""
    copied(spec, folder)
    home = folder.with_name("home of " + folder.name)
    home.mkdir()
    env = environment(**variables, HOME=str(home))
    for words in (["build", "--no-proof"], ["package"]):
        done = run(*words, "-f", named, cwd=cwd, env=env, preexec_fn=lambda: os.umask(umask))
        assert done.returncode == 0, done.stdout + done.stderr
    return {
        name: data
        for name, data in files(folder).items()
        if name.startswith(("charts/", "dist/")) and not name.endswith("/.build.json")
    }


def test_nothing_of_the_machine_is_in_the_charts(tmp_path):
    for spec in SPECS:
        folder = tmp_path / title(spec)
        done = run("build", "--no-proof", "-f", copied(spec, folder), cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        for name, data in files(folder / "charts").items():
            assert str(tmp_path).encode() not in data, name
            assert str(needs.ROOT).encode() not in data, name
            assert b"\r" not in data, name
            data.decode("utf-8")


@pytest.fixture
def project(tmp_path):
    write_spec(tmp_path, shop())
    assert run("build", "--no-proof", cwd=tmp_path).returncode == 0
    return tmp_path


def stale(project) -> tuple[list[str], str]:
    """What `--check` lists and what `--diff` prints; both must agree on the exit code."""
    check, diff = (run("build", option, cwd=project) for option in ("--check", "--diff"))
    assert check.returncode == diff.returncode
    assert check.returncode == (2 if check.stdout else 0)
    return check.stdout.splitlines(), diff.stdout


def test_a_fresh_chart_is_not_stale(project):
    assert stale(project) == ([], "")


def test_an_edited_file_is_stale(project):
    path = project / "charts/shop/charts/front/templates/deployment.yaml"
    path.write_text(
        path.read_text().replace("enableServiceLinks: false", "enableServiceLinks: true")
    )
    listed, diff = stale(project)
    assert listed == ["charts/shop/charts/front/templates/deployment.yaml"]
    assert "\n-      enableServiceLinks: true\n+      enableServiceLinks: false\n" in diff
    assert diff.startswith(f"--- {listed[0]}\n+++ {listed[0]}\n")


def test_a_removed_file_is_stale(project):
    (project / "charts/shop/README.md").unlink()
    listed, diff = stale(project)
    assert listed == ["charts/shop/README.md"]
    assert diff.startswith("--- /dev/null\n+++ charts/shop/README.md\n")


def test_an_added_file_is_stale(project):
    (project / "charts/shop/templates/extra.yaml").write_text("kind: ConfigMap\n")
    listed, diff = stale(project)
    assert listed == ["charts/shop/templates/extra.yaml"]
    assert "+++ /dev/null\n" in diff and "\n-kind: ConfigMap\n" in diff


def test_a_chart_that_was_never_built_is_stale(tmp_path):
    write_spec(tmp_path, shop())
    listed, _ = stale(tmp_path)
    assert "charts/shop/Chart.yaml" in listed
    assert [path.name for path in tmp_path.iterdir()] == ["platform.yaml"]


def test_the_difference_can_be_applied(project, tmp_path_factory):
    """`build --diff | patch -p0` does what `build` does."""
    if shutil.which("patch") is None:
        needs.missing("patch", "apt-get install patch")
    spec = shop()
    spec["charts"]["shop"]["version"] = "1.0.1"
    spec["charts"]["shop"]["components"]["back"] = spec["charts"]["shop"]["components"]["front"]
    write_spec(project, spec)
    diff = run("build", "--diff", cwd=project).stdout
    subprocess.run(["patch", "-p0", "-s"], cwd=project, input=diff, text=True, check=True)
    assert stale(project) == ([], "")


def test_check_and_diff_write_nothing(project):
    (project / "charts/shop/README.md").unlink()
    before = files(project)
    stale(project)
    assert files(project) == before


def test_a_chart_that_left_the_spec_is_removed(project):
    shutil.copytree(project / "charts/shop", project / "charts/old")
    listed, diff = stale(project)
    assert listed == sorted(f"charts/old/{name}" for name in files(project / "charts/old"))
    assert "--- charts/old/Chart.yaml\n+++ /dev/null\n" in diff
    done = run("build", "--no-proof", cwd=project)
    assert "removed old" in done.stdout
    assert [path.name for path in (project / "charts").iterdir()] == ["shop"]
    assert stale(project) == ([], "")


def test_a_chart_of_the_author_s_own_is_not_ours_to_remove(project, tmp_path_factory):
    """One without our mark, and one that only lies here as a link."""
    own = project / "charts" / "own"
    shutil.copytree(project / "charts/shop", own)
    (own / SOURCE_MAP).unlink()
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "linked"
    shutil.copytree(project / "charts/shop", elsewhere)
    (project / "charts" / "linked").symlink_to(elsewhere)
    assert stale(project) == ([], "")
    assert run("build", "--no-proof", cwd=project).returncode == 0
    assert own.is_dir() and (elsewhere / SOURCE_MAP).is_file()
    assert (project / "charts" / "linked").is_symlink()


@pytest.mark.skipif(sys.platform != "linux", reason="the scripts are for Linux alone")
def test_the_repository_s_own_charts_are_fresh():
    """What CI proves with `build --check`, for the main platform and every example."""
    for spec in SPECS:
        done = run("build", "--check", "-f", spec, cwd=needs.ROOT)
        assert done.returncode == 0, f"{spec}:\n{done.stdout[:2000]}{done.stderr[:2000]}"
