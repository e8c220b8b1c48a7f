"""The platforms of this repository, published and then used as their people use them."""

from __future__ import annotations

import functools
import re
import shutil
from pathlib import Path

import pytest
import yaml

from generator.errors import ToolError
from generator.ship import archive
from tests.product import running
from tests.product.platforms import SPECS, copied, made, parsed, title
from tests.services import web

#: What a cluster serves that has every foreign API that the platforms switch on.
SERVED = (
    "autoscaling.k8s.io/v1",
    "barmancloud.cnpg.io/v1",
    "bitnami.com/v1alpha1",
    "cert-manager.io/v1",
    "external-secrets.io/v1",
    "gateway.networking.k8s.io/v1",
    "k8s.nginx.org/v1",
    "postgresql.cnpg.io/v1",
    "security.istio.io/v1",
)
KUBERNETES = (
    *("--kube-version", "1.34.0"),
    *(word for api in SERVED for word in ("--api-versions", api)),
)


@pytest.fixture(scope="session")
def packaged(tmp_path_factory):
    """A platform whose charts lie packed in dist/; made once for each."""

    @functools.cache
    def make(spec: Path) -> Path:
        copy = copied(spec, tmp_path_factory.mktemp(title(spec)))
        for words in (["build", "--no-proof"], ["package"]):
            done = running.run(*words, cwd=copy.parent)
            assert done.returncode == 0, done.stdout + done.stderr
        return copy

    return make


@pytest.fixture(params=SPECS, ids=title)
def platform(request, packaged) -> Path:
    return packaged(request.param)


def publish(spec: Path, target: str, *more: str):
    return running.run("publish", "--to", target, *more, cwd=spec.parent)


def locally(spec: Path):
    """Chart, its archive, and what the directory in charts/ renders."""
    for each in made(spec):
        name = f"{each.chart.name}-{each.chart.version}.tgz"
        yield each.chart, spec.parent / "dist" / name, each.path


def objects(text: str) -> dict[tuple[str, str, str], object]:
    found = list(parsed(text))
    return {
        (each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"]): each
        for each in found
    }


def install_without_cluster(platform: Path, run, *words: object) -> None:
    """It installs; where an example switches a foreign API on, it says which one is missing."""
    try:
        installed = run("install", *words, "--dry-run=client")
    except ToolError as refused:
        assert "which this cluster does not have" in refused.output
        assert (platform.parent / "values" / "live").is_dir(), refused.output
        return
    assert f"NAME: {words[0]}\n" in installed
    assert "STATUS: pending-install\n" in installed
    assert "NOTES:\n" in installed


def test_from_a_directory_behind_a_web_server(platform, run, real_helm, tmp_path):
    """`helm repo add`, `helm pull`, `helm install NAME REPOSITORY/NAME`."""
    directory = tmp_path / "repository"
    done = publish(platform, str(directory))
    assert done.returncode == 0, done.stderr
    assert {line.split()[0] for line in done.stdout.splitlines()} == {"pushed"}
    again = publish(platform, str(directory))
    assert {line.split()[0] for line in again.stdout.splitlines()} == {"skipped"}
    with web.serving(directory) as address:
        run("repo", "add", "ours", address)
        run("repo", "update")
        for chart, packed, path in locally(platform):
            exact = ("--version", chart.version)  # a release candidate isn't found without
            run("pull", f"ours/{chart.name}", *exact, "--destination", tmp_path)
            assert (tmp_path / packed.name).read_bytes() == packed.read_bytes()
            words = (chart.name, f"ours/{chart.name}", "--namespace", chart.namespace)
            rendered = run("template", *words, *exact, *KUBERNETES)
            local = run("template", chart.name, path, *words[2:], *KUBERNETES)
            assert objects(rendered) == objects(local)
            assert objects(rendered)
            if real_helm.version >= (4,):  # Helm 3 wants a cluster for it even then
                install_without_cluster(platform, run, *words, *exact)


def test_from_a_registry(platform, run, real_helm, plain_registry, where, tmp_path):
    """`helm pull oci://…`, `helm template oci://…`, `helm install NAME oci://…`."""
    target = plain_registry.charts(where)
    done = publish(platform, target, "--plain-http")
    assert done.returncode == 0, done.stderr
    again = publish(platform, target, "--plain-http")
    assert {line.split()[0] for line in again.stdout.splitlines()} == {"skipped"}
    for chart, packed, path in locally(platform):
        reference = (f"{target}/{chart.name}", "--version", chart.version, "--plain-http")
        run("pull", *reference, "--destination", tmp_path)
        assert (tmp_path / packed.name).read_bytes() == packed.read_bytes()
        rendered = run("template", chart.name, *reference, *KUBERNETES)
        assert objects(rendered) == objects(run("template", chart.name, path, *KUBERNETES))
        if real_helm.version >= (4,):
            install_without_cluster(platform, run, chart.name, *reference)


def test_what_was_published_is_never_overwritten(packaged, plain_registry, where, tmp_path):
    """A chart that changed without a new version is refused, wherever it is published to."""
    spec = tmp_path / "platform.yaml"
    shutil.copytree(packaged(SPECS[0]).parent, tmp_path, dirs_exist_ok=True)
    targets = {str(tmp_path / "repository"): [], plain_registry.charts(where): ["--plain-http"]}
    for target, more in targets.items():
        assert publish(spec, target, *more).returncode == 0
    chart, packed, _ = next(locally(spec))
    before = archive.digest_of(packed)
    home = re.compile(r"^home: .*$", re.MULTILINE)
    spec.write_text(home.sub("home: https://moved.example.com", spec.read_text()))
    for words in (["build", "--no-proof"], ["package"]):
        done = running.run(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert archive.digest_of(packed) != before
    for target, more in targets.items():
        dry = publish(spec, target, *more, "--dry-run")
        done = publish(spec, target, *more)
        assert dry.returncode == done.returncode == 3
        assert chart.version in done.stderr and chart.name in done.stderr
    assert archive.digest_of(tmp_path / "repository" / packed.name) == before


def test_as_a_dependency_of_another_chart(platform, run, tmp_path):
    """Locked and built, with components switched off, values and `global` passed down."""
    directory = tmp_path / "repository"
    assert publish(platform, str(directory)).returncode == 0
    chart, _, _ = next(locally(platform))
    mall = tmp_path / "mall"
    mall.mkdir()
    with web.serving(directory) as address:
        wanted = {"name": chart.name, "version": f"~{chart.version}", "repository": address}
        write_mall(mall, wanted)
        run("repo", "add", "ours", address)
        run("dependency", "update", mall)
        shutil.rmtree(mall / "charts")
        run("dependency", "build", mall)
    whole = objects(run("template", "mall", mall, *KUBERNETES))
    alone = objects(run("template", "mall", next(mall.glob("charts/*.tgz")), *KUBERNETES))
    assert names(whole) == names(alone)
    component = chart.components[0].name
    write(
        mall / "values.yaml",
        **{
            chart.name: {component: {"enabled": False}, "global": {"imagePullSecrets": ["inner"]}},
            "global": {"imageRegistry": "mirror.example.com"},
        },
    )
    found = objects(run("template", "mall", mall, *KUBERNETES))
    assert not [name for _, _, name in found if name == f"mall-{component}"]
    assert names(found) < names(whole)
    for one in images(list(found.values())):
        assert one.startswith("mirror.example.com/"), one
    assert {"imagePullSecrets": [{"name": "inner"}]}.items() <= pods(found)[0].items()


def names(found):
    return {key for key in found if key[0] != "Job"}  # the name of a Job is a hash of its pod


def write_mall(folder: Path, wanted: dict[str, str]) -> None:
    """Another team's chart, with one dependency."""
    about = {"apiVersion": "v2", "name": "mall", "version": "1.0.0"}
    write(folder / "Chart.yaml", **about, dependencies=[wanted])
    write(folder / "values.yaml")


def write(path: Path, **content: object) -> None:
    path.write_text(yaml.safe_dump(content, sort_keys=False))


def pods(found):
    """The pods of the Deployments."""
    return [
        each["spec"]["template"]["spec"] for key, each in found.items() if key[0] == "Deployment"
    ]


def images(value):
    """The image of every container."""
    if isinstance(value, dict):
        if isinstance(value.get("image"), str):
            yield value["image"]
        for inner in value.values():
            yield from images(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from images(inner)


def test_a_wrong_value_is_refused_through_the_other_chart(packaged, run, tmp_path):
    """The strict schemas hold also where the umbrella is itself a subchart."""
    spec = packaged(SPECS[0])
    chart, packed, _ = next(locally(spec))
    mall = tmp_path / "mall"
    (mall / "charts").mkdir(parents=True)
    shutil.copy(packed, mall / "charts")
    wanted = {"name": chart.name, "version": chart.version}
    write_mall(mall, wanted)
    component = chart.components[0].name
    write(mall / "values.yaml", **{chart.name: {component: {"enabled": True, "tpyo": 1}}})
    with pytest.raises(ToolError, match="tpyo"):
        run("template", "mall", mall, *KUBERNETES)
