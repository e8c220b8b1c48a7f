"""`plan` and `diff` on a real API server, with both Helms: what they tell comes true.

What stands in the way of a deployment: test_preflight.py.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from generator import live
from generator.release.planfile import load_plan, moved
from tests import needs
from tests.cluster.projects import Project, names, told


@pytest.fixture(params=[4, 3], ids=["helm4", "helm3"])
def installed(request: pytest.FixtureRequest, project: Project) -> Iterator[Project]:
    one = replace(project, major=request.param)
    one.release.prepare()
    one.release.upgrade()
    yield one


def test_before_and_after_an_installation(installed: Project):
    """The one test of a comparison: what was just installed is as it should be."""
    code, release = installed.plan("--detailed")
    assert (code, release["action"], told(release)) == (0, "nothing", {}), release
    assert release["summary"]["unchanged"] > 15
    code, printed, _ = installed.ran("diff", *installed.which)
    assert (code, printed.splitlines()[-1][:14]) == (0, "nothing to do:")


def test_what_is_planned_is_what_happens(installed: Project):
    """Values that change, come and go: the plan says just that, and afterwards nothing."""
    installed.values(
        front={"env": {"MODE": "still", "EXTRA": "1"}}, networkPolicy={"enabled": False}
    )
    code, release = installed.plan()
    env = "spec.template.spec.containers[name=front].env"
    changes = told(release)
    gone = {key for key in changes if key.startswith("removed NetworkPolicy/")}
    assert {key: fields for key, fields in changes.items() if key not in gone} == {
        "changed Deployment/front": [f"{env}[name=MODE].value", f"{env}[name=EXTRA]"],
    }
    assert gone
    assert (code, installed.plan("--detailed")[0]) == (0, 2)
    policies = {f"removed NetworkPolicy/{name}" for name in names(installed, "networkpolicies")}
    installed.release.upgrade()
    assert (
        policies - {f"removed NetworkPolicy/{name}" for name in names(installed, "networkpolicies")}
        == gone
    )
    assert told(installed.plan("--detailed")[1]) == {}
    # And back again: a field that goes is told, too.
    installed.values()
    assert f"{env}[name=EXTRA]" in told(installed.plan()[1])["changed Deployment/front"]
    installed.release.upgrade()
    assert told(installed.plan("--detailed")[1]) == {}


def test_what_others_set_is_told_as_this_helm_treats_it(installed: Project):
    kubectl, where = installed.cluster.kubectl, ("-n", installed.namespace)
    kubectl("set", "image", "deployment/front", "front=registry.example.com/shop/front:8", *where)
    kubectl("scale", "deployment/front", "--replicas=3", *where)
    code, release = installed.plan()
    image = "spec.template.spec.containers[name=front].image"
    assert told(release) == {"changed Deployment/front": [image]}  # the replicas stay
    (one,) = (each for each in release["findings"] if each["rule"] == "conflicts")
    assert image in one["message"]
    if installed.major == 4:
        assert (code, one["severity"]) == (3, "error")
        assert "--take-image" in one["hint"]
        said = installed.release.upgrade(fails=True)
        assert "conflict" in said
    else:
        assert (code, one["severity"]) == (0, "warning")
        installed.release.upgrade()
        assert told(installed.plan()[1]) == {}


def test_a_saved_plan_knows_when_the_world_has_moved(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    project.release.prepare()
    project.release.upgrade()
    file = tmp_path / "release.plan"
    code, _, said = project.ran("plan", *project.which, "--out", file)
    assert (code, stat.S_IMODE(file.stat().st_mode)) == (0, 0o600), said
    saved = load_plan(file)
    spec = project.folder / "platform.yaml"
    _, targets = live.targets(spec, "dev")
    monkeypatch.setenv("HELM_BIN", str(needs.helm(4)))
    access = live.Access(
        kubectl=needs.ROOT / ".tools" / "bin" / "kubectl", kubeconfig=project.cluster.kubeconfig
    )
    world = live.world(spec, access)
    assert moved(saved, targets, world) == ()
    where = ("-n", project.namespace)
    project.cluster.kubectl("scale", "deployment/front", "--replicas=3", *where)
    assert moved(saved, targets, world) == ()
    project.cluster.kubectl("label", "service/front", "who=me", *where)
    project.release.upgrade()
    assert moved(saved, targets, world) == (
        "shop: it was made on revision 1, and there is revision 2 (deployed) now",
        "shop: Service/front was changed since, by kubectl-label",
    )
