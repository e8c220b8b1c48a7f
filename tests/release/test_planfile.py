"""planfile.py: a plan that is kept, and each way in which the world can move under it."""

from __future__ import annotations

import copy
import json
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from generator.errors import GeneratorError
from generator.release.changes import CREATED, Changes, ObjectChange
from generator.release.dryrun import live_key
from generator.release.facts import Server
from generator.release.plan import Plan, ReleasePlan
from generator.release.planfile import load_plan, moved, save_plan
from generator.release.target import Target, World
from generator.tools.helm import Helm

SECRET = "cGFzc3dvcmQ="
LIVE: list[dict[str, Any]] = [
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "app", "namespace": "shop", "uid": "1", "resourceVersion": "10"},
        "spec": {"replicas": 2, "template": {"image": "app:1"}},
        "status": {"replicas": 2},
    },
    {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "key", "namespace": "shop", "uid": "2", "resourceVersion": "11"},
        "data": {"password": SECRET},
    },
]


@dataclass
class Cluster:
    """What stands for kubectl: a cluster in memory."""

    objects: list[dict[str, Any]] = field(default_factory=lambda: copy.deepcopy(LIVE))
    id: str = "cluster-1"
    revision: int = 3

    def versions(self) -> dict[str, Any]:
        return {"serverVersion": {"gitVersion": "v1.37.2"}}

    def get(self, kind: str, name: str) -> dict[str, Any]:
        return {"metadata": {"uid": self.id}}

    def list(self, kind: str, **_: Any) -> tuple[dict[str, Any], ...]:
        labels = {"version": str(self.revision), "status": "deployed"}
        return ({"metadata": {"labels": labels, "namespace": "shop"}, "data": {"release": ""}},)

    def present(self, manifests: Any) -> tuple[dict[str, Any], ...]:
        wanted = {live_key(one) for one in manifests}
        return tuple(one for one in self.objects if live_key(one) in wanted)


@pytest.fixture
def target(tmp_path: Path) -> Target:
    chart, values = tmp_path / "charts" / "shop", tmp_path / "values" / "dev"
    (chart / "templates").mkdir(parents=True)
    values.mkdir(parents=True)
    (chart / "Chart.yaml").write_text("name: shop\nversion: 1.0.0\n")
    (chart / "templates" / "a.yaml").write_text("a: 1\n")
    (values / "shop.yaml").write_text("a: 1\n")
    return Target(
        release="shop",
        namespace="shop",
        environment="dev",
        chart=chart,
        values=(values / "shop.yaml",),
    )


def world(cluster: Cluster, version: tuple[int, int, int] = (4, 3, 1)) -> World:
    return World(helm=Helm(path=Path("helm"), version=version), kubectl=cast(Any, cluster))


def plan(target: Target) -> Plan:
    made = ObjectChange(
        action=CREATED, api_version="v1", kind="Service", namespace="shop", name="new", path="x"
    )
    changes = Changes(
        objects=(made,),
        unchanged=2,
        server_side=True,
        asked=True,
        live={live_key(one): one for one in LIVE},
    )
    return Plan(
        environment="dev",
        server=Server(version="1.37.2", kubectl="1.37.1", id="cluster-1"),
        helm="4.3.1",
        releases=(ReleasePlan(target=target, revision=3, findings=(), changes=changes),),
    )


@pytest.fixture
def file(target: Target, tmp_path: Path) -> Path:
    path = tmp_path / "release.plan"
    save_plan(path, plan(target))
    return path


def reasons(file: Path, target: Target, cluster: Cluster) -> tuple[str, ...]:
    return moved(load_plan(file), (target,), world(cluster))


def test_nothing_moved(file: Path, target: Target):
    assert reasons(file, target, Cluster()) == ()


def test_the_file_is_its_owners_alone_and_holds_no_values(file: Path):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text()
    assert SECRET not in text
    assert "app:1" not in text
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []


def test_a_failed_writing_leaves_the_file_as_it_was(
    file: Path, target: Target, monkeypatch: pytest.MonkeyPatch
):
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        save_plan(file, plan(target))
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []


def test_what_goes_on_all_day_moves_nothing(file: Path, target: Target):
    cluster = Cluster()
    cluster.objects[0]["spec"]["replicas"] = 7  # an autoscaler
    cluster.objects[0]["status"]["replicas"] = 7
    cluster.objects[0]["metadata"]["resourceVersion"] = "99"
    assert reasons(file, target, cluster) == ()


def test_each_move_of_the_cluster_is_told(file: Path, target: Target):
    cluster = Cluster(revision=4)
    cluster.objects[0]["spec"]["template"]["image"] = "app:2"
    cluster.objects[0]["metadata"]["managedFields"] = [
        {"manager": "kubectl-set", "time": "2999-01-01T00:00:00Z"},
        {"manager": "helm", "time": "2000-01-01T00:00:00Z"},
    ]
    del cluster.objects[1]
    new = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "new", "namespace": "shop"}}
    cluster.objects.append(new)
    assert reasons(file, target, cluster) == (
        "shop: it was made on revision 3, and there is revision 4 (deployed) now",
        "shop: Deployment/app was changed since, by kubectl-set",
        "shop: Secret/key was removed since",
        "shop: Service/new was made since",
    )


def test_a_secret_moved_when_it_was_written_again(file: Path, target: Target):
    cluster = Cluster()
    cluster.objects[1]["metadata"]["resourceVersion"] = "12"
    assert reasons(file, target, cluster) == ("shop: Secret/key was changed since",)


def test_each_move_of_the_files_is_told(file: Path, target: Target):
    (target.chart / "templates" / "b.yaml").write_text("b: 1\n")
    target.values[0].write_text("a: 2\n")
    assert reasons(file, target, Cluster()) == (
        "shop: the chart changed since",
        "shop: dev/shop.yaml changed since",
    )


def test_another_cluster_is_all_there_is_to_say(file: Path, target: Target):
    assert reasons(file, target, Cluster(id="cluster-2", revision=9)) == (
        "it was made for another cluster",
    )


def test_another_helm_and_other_releases(file: Path, target: Target):
    found = moved(load_plan(file), (), world(Cluster(), (3, 17, 3)))
    assert found == (
        "it was made with Helm 4.3.1, and this is Helm 3.17.3",
        "it is for shop, and this is for nothing",
    )


def test_planned_replicas_count(target: Target, tmp_path: Path):
    from generator.release.difference import Change

    one = plan(target)
    change = ObjectChange(
        action="changed",
        api_version="apps/v1",
        kind="Deployment",
        namespace="shop",
        name="app",
        path="x",
        fields=(Change(steps=("spec", "replicas"), what="changed", before=2, after=5),),
    )
    release = one.releases[0]
    assert release.changes is not None
    changes = Changes(
        objects=(change,),
        unchanged=1,
        server_side=True,
        asked=True,
        live=release.changes.live,
    )
    again = ReleasePlan(target=target, revision=3, findings=(), changes=changes)
    full = Plan(environment="dev", server=one.server, helm=one.helm, releases=(again,))
    save_plan(tmp_path / "p", full)
    cluster = Cluster()
    cluster.objects[0]["spec"]["replicas"] = 3
    assert reasons(tmp_path / "p", target, cluster) == ("shop: Deployment/app was changed since",)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "other"}', "not json"])
def test_other_files_are_no_plans(text: str, tmp_path: Path):
    file = tmp_path / "x"
    file.write_text(text)
    with pytest.raises(GeneratorError, match="no plan of this version"):
        load_plan(file)


def test_a_saved_plan_reads_back_the_same(target: Target, tmp_path: Path):
    saved = save_plan(tmp_path / "p", plan(target))
    assert load_plan(tmp_path / "p") == saved
    assert json.loads((tmp_path / "p").read_text())["format"] == "generator.dev/plan/v1"
