"""Used from another folder, and installed as a wheel into another repository."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import zipfile

import pytest

from tests import needs
from tests.product.running import WEB, config_map, environment, files, run, shop, write_spec

OWN_KIND = """from generator.kinds.api import File
from generator.kinds.job import *
def files(component, chart):
    return [File(template="own.yaml", path="templates/own.yaml")]
"""
OWN_TEMPLATE = config_map("[[ component.name ]]", "[[ define ]].labels")


def repository(folder):
    """Another team's repository: a spec in a subfolder, with all that may lie beside it."""
    deploy = folder / "deploy" / "charts of ours"
    write_spec(deploy, shop(include=["more/parts.yaml"]))
    job = {"kind": "own", "image": "registry.example.com/own", "resources": WEB["resources"]}
    more = {"charts": {"shop": {"components": {"mine": job}, "manifests": ["raw/extra.yaml"]}}}
    for name, text in {
        "more/parts.yaml": json.dumps(more),
        "raw/extra.yaml": config_map("extra", "shop.labels"),
        "kinds/own/__init__.py": OWN_KIND,
        "kinds/own/templates/own.yaml": OWN_TEMPLATE,
        "values/dev/shop.yaml": "front:\n  replicas: 1\n",
    }.items():
        (deploy / name).parent.mkdir(parents=True, exist_ok=True)
        (deploy / name).write_text(text)
    return deploy


def made(deploy):
    """What the machine wrote, without the memo, which knows the time."""
    return {
        name: data
        for name, data in files(deploy).items()
        if name.startswith(("charts/", "dist/")) and name != "dist/.build.json"
    }


@pytest.mark.parametrize("where", ["beside", "above", "far"])
def test_everything_lies_beside_the_spec(tmp_path, where):
    deploy = repository(tmp_path / "repo")
    before = set(files(tmp_path))
    far = tmp_path / "far"
    far.mkdir()
    cwd, named = {
        "beside": (deploy, "platform.yaml"),
        "above": (tmp_path / "repo", "deploy/charts of ours/platform.yaml"),
        "far": (far, deploy / "platform.yaml"),
    }[where]
    for words in (["build"], ["build", "--check"], ["check"], ["package"], ["graph"], ["schema"]):
        done = run(*words, "-f", named, cwd=cwd)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
    new = set(files(tmp_path)) - before
    assert {name.split("/")[3] for name in new} == {"charts", "dist"}
    assert "charts/shop/templates/extra.yaml" in made(deploy)
    assert "charts/shop/charts/mine/templates/own.yaml" in made(deploy)
    assert list(far.iterdir()) == []
    rendered = run("render", "-e", "dev", "-f", named, cwd=cwd).stdout
    assert "name: extra" in rendered and "name: mine" in rendered
    assert "replicas: 1" in rendered


def test_what_to_type_next_can_be_typed(tmp_path):
    deploy = repository(tmp_path / "repo")
    (deploy / "values" / "production").mkdir()
    (deploy / "values" / "production" / "shop.yaml").write_text("front:\n  replicas: 2\n")
    done = run("build", "-f", "deploy/charts of ours/platform.yaml", cwd=tmp_path / "repo")
    lines = done.stdout.partition("next:\n")[2].splitlines()
    assert len(lines) == 4
    for line in lines[:2]:
        assert "-f 'deploy/charts of ours/platform.yaml'" in line
    words = shlex.split(lines[1].partition("#")[0])[3:]
    assert run(*words, cwd=tmp_path / "repo").returncode == 0
    *_, namespace = shlex.split(lines[2])
    assert (tmp_path / "repo" / namespace).is_file()
    install = shlex.split(lines[3])
    assert install[:4] == ["helm", "upgrade", "--install", "shop"]
    assert (tmp_path / "repo" / install[4] / "Chart.yaml").is_file()
    (overlay,) = install[install.index("--values") + 1 :]
    assert (tmp_path / "repo" / overlay).is_file()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The project as a wheel, built by the locked hatchling, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=needs.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if "No module named hatchling" in done.stderr:
        needs.missing("hatchling", "scripts/test installs it")
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The command of a fresh virtual environment; the libraries are those of this one."""
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-q", "--no-index", "--no-deps", wheel], check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "libraries.pth").write_text(f"{libraries}\n")
    return folder / "bin" / "generator"


def call(installed, *words, cwd, **variables):
    env = environment(**variables)
    del env["PYTHONPATH"]
    return subprocess.run(
        [installed, *words], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )


def test_the_wheel_holds_all_that_the_generator_needs(wheel):
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    here = {
        str(path.relative_to(needs.ROOT))
        for path in (needs.ROOT / "generator").rglob("*")
        if path.is_file() and not re.search(r"/(__pycache__|\.\w+_cache)/", str(path))
    }
    assert inside == here


def test_the_installed_command_makes_the_same(installed, tmp_path):
    ours, theirs = repository(tmp_path / "ours"), repository(tmp_path / "theirs")
    assert run("build", cwd=ours).returncode == 0
    done = call(
        installed, "build", "-f", "deploy/charts of ours/platform.yaml", cwd=theirs.parents[1]
    )
    assert done.returncode == 0, done.stderr
    assert made(theirs) == made(ours)
    for words in (["build", "--check"], ["check", "-e", "dev"], ["graph"], ["schema"]):
        done = call(installed, *words, cwd=theirs)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == run(*words, cwd=ours).stdout


def test_it_is_the_installed_generator_that_runs(installed, tmp_path):
    python = installed.with_name("python")
    code = "import generator; print(generator.__file__)"
    done = subprocess.run(
        [python, "-c", code], cwd=tmp_path, env={}, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(str(installed.parents[1]))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete(installed, shell, tmp_path):
    done = call(installed, cwd=tmp_path, _GENERATOR_COMPLETE=f"{shell}_source")
    assert done.returncode == 0, done.stderr
    assert "_GENERATOR_COMPLETE" in done.stdout
    asked = {"COMP_WORDS": "generator pub", "COMP_CWORD": "1" if shell != "fish" else "pub"}
    done = call(installed, cwd=tmp_path, _GENERATOR_COMPLETE=f"{shell}_complete", **asked)
    assert "publish" in done.stdout


def test_the_schema_is_one_document_with_the_kinds_beside_the_spec(tmp_path):
    """Editors follow no reference out of it."""
    for folder in (needs.ROOT, repository(tmp_path)):
        schema = json.loads(run("schema", cwd=folder).stdout)
        assert [ref for ref in references(schema) if not ref.startswith("#/")] == []
        assert ("kind-own" in schema["definitions"]) == (folder != needs.ROOT)


def references(schema):
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for inner in schema.values():
            yield from references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from references(inner)


def test_every_property_of_the_schema_is_described(tmp_path):
    schema = json.loads(run("schema", cwd=needs.ROOT).stdout)
    bare = []

    def look(node, where):
        if isinstance(node, dict):
            for name, one in (node.get("properties") or {}).items():
                if not isinstance(one, dict) or "const" in one:
                    continue
                target = schema["definitions"].get(one.get("$ref", "").rpartition("/")[2], {})
                if not (one.get("description") or target.get("description")):
                    bare.append(f"{where}.{name}")
            for key, inner in node.items():
                look(inner, f"{where}.{key}")
        elif isinstance(node, list):
            for inner in node:
                look(inner, where)

    look(schema, "")
    assert bare == []
