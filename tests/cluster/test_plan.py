"""`plan` and `diff` on a real API server, with both Helms: what they tell comes true."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from generator import live
from generator.release.planfile import load_plan, moved
from tests import needs
from tests.cluster.reach import Cluster
from tests.cluster.releases import Release

PLATFORM = """\
name: shop
environments: [dev]
charts:
  shop:
    version: 1.0.0
    appVersion: "7.0"
    namespace: {namespace}
    secrets: {{shop-secrets: [session-key]}}
    components:
      front:
        kind: web
        image: registry.example.com/shop/front
        port: 8080
        env: {{MODE: live, WORKERS: "4"}}
        secrets: {{SESSION_KEY: shop-secrets/session-key}}
        resources: {{cpu: [100m, 1], memory: [64Mi, 256Mi]}}
        probes: {{live: /live, ready: /ready}}
      cache:
        kind: redis
        nodes: 6
        storage: [1Gi, fast-ssd]
        resources: {{cpu: [50m, 1], memory: [64Mi, 256Mi]}}
    routes:
      shop.example.com: front
"""
QUIET: dict[str, Any] = {
    "tls": {"terminate": False},
    "cache": {"replicas": 1, "tls": {"enabled": False}},
}


@dataclass(frozen=True)
class Project:
    """A platform in a folder, with one chart for the namespace of a test."""

    folder: Path
    cluster: Cluster
    namespace: str
    major: int = 4

    @property
    def release(self) -> Release:
        return Release(
            cluster=self.cluster,
            chart=self.folder / "charts" / "shop",
            namespace=self.namespace,
            name="shop",
            major=self.major,
            environment="dev",
        )

    def values(self, **more: Any) -> None:
        """The overlay of the environment."""
        path = self.folder / "values" / "dev" / "shop.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**QUIET, **more}))

    def ran(self, *words: str | Path, who: Cluster | None = None) -> tuple[int, str, str]:
        """A command of the generator: its exit code, what it printed, what it said beside."""
        done = subprocess.run(
            [sys.executable, "-m", "generator", *map(str, words)],
            cwd=needs.ROOT,
            env={
                **(who or self.cluster).environment,
                "HELM_BIN": str(needs.helm(self.major)),
                "PATH": os.environ["PATH"],
            },
            capture_output=True,
            text=True,
            timeout=120,
        )
        return done.returncode, done.stdout, done.stderr

    @property
    def which(self) -> tuple[str, ...]:
        return ("-f", str(self.folder / "platform.yaml"), "-e", "dev")

    def plan(self, *more: str, who: Cluster | None = None) -> tuple[int, dict[str, Any]]:
        code, printed, said = self.ran("plan", *self.which, "-o", "json", *more, who=who)
        assert code in (0, 2, 3), said
        (release,) = json.loads(printed)["releases"]
        return code, release


def told(release: dict[str, Any]) -> dict[str, list[str]]:
    """What would change: by object, its fields."""
    return {
        f"{one['action']} {one['kind']}/{one['name']}": [each["path"] for each in one["fields"]]
        for one in release["changes"]
    }


def rules(release: dict[str, Any], severity: str = "error") -> set[str]:
    return {one["rule"] for one in release["findings"] if one["severity"] == severity}


@pytest.fixture
def project(cluster: Cluster, namespace: str, tmp_path: Path) -> Project:
    spec = tmp_path / "platform.yaml"
    spec.write_text(PLATFORM.format(namespace=namespace))
    one = Project(folder=tmp_path, cluster=cluster, namespace=namespace)
    one.values()
    code, _, said = one.ran("build", "-f", spec, "--no-proof")
    assert code == 0, said
    return one


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


def names(project: Project, kind: str) -> list[str]:
    return [one["metadata"]["name"] for one in project.cluster.list(kind, project.namespace)]


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


def test_before_the_first_installation(project: Project):
    cluster, namespace = project.cluster, project.namespace
    code, release = project.plan()
    assert (code, release["action"], release["revision"]) == (3, "blocked", 0)
    assert rules(release) == {"secrets"}
    assert "created Deployment/front" in told(release)
    # Its hints make it pass.
    for finding in release["findings"]:
        for line in (finding["hint"] or "").splitlines():
            if line.startswith("kubectl create secret"):
                subprocess.run(
                    ["sh", "-c", line.replace("'<session-key>'", "0123456789abcdef0123")],
                    env={
                        **cluster.environment,
                        "PATH": f"{needs.ROOT / '.tools' / 'bin'}:{os.environ['PATH']}",
                    },
                    check=True,
                )
    code, release = project.plan("--detailed")
    assert (code, release["action"], rules(release)) == (2, "install", set())
    assert not cluster.kubectl("get", "deployments,statefulsets,jobs", "-n", namespace)


def test_a_namespace_that_is_not_there_is_not_made(project: Project):
    absent = f"{project.namespace}-not"
    spec = project.folder / "platform.yaml"
    spec.write_text(PLATFORM.format(namespace=absent))
    assert project.ran("build", "-f", spec, "--no-proof")[0] == 0
    _, release = project.plan()
    assert f"created Namespace/{absent}" in told(release)
    assert rules(release, "note") >= {"not-asked"}
    assert "NotFound" in project.cluster.kubectl("get", "namespace", absent, fails=True)


def test_secrets_are_looked_at_and_never_told(project: Project):
    project.release.prepare()
    value = "your-session-key-comes-here"
    patch = json.dumps({"stringData": {"session-key": value}})
    project.cluster.kubectl("patch", "secret", "shop-secrets", "-n", project.namespace, "-p", patch)
    for words in (("-o", "json"), ()):
        code, printed, said = project.ran("plan", *project.which, *words)
        assert code == 3
        assert "session-key: is a placeholder" in printed
        assert value not in printed + said


def test_a_quota_that_is_too_small(project: Project):
    project.release.prepare()
    project.cluster.kubectl(
        "create", "quota", "tight", "--hard=requests.cpu=150m", "-n", project.namespace
    )
    code, release = project.plan()
    assert (code, rules(release)) == (3, {"quota"})


def test_a_deployer_with_too_few_rights(project: Project):
    project.release.prepare()
    deployer = project.cluster.as_user("planner")
    code, release = project.plan(who=deployer)
    assert (code, rules(release), release["revision"]) == (3, {"rights"}, None)
    project.cluster.kubectl(
        *("create", "rolebinding", "planner", "--clusterrole=edit", "--user=planner"),
        *("-n", project.namespace),
    )
    code, release = project.plan(who=deployer)
    assert (code, rules(release)) == (3, {"rights"})
    (first, *_) = (one for one in release["findings"] if one["rule"] == "rights")
    assert "roles.rbac.authorization.k8s.io" in first["message"]
    assert "created Deployment/front" in told(release)  # the rest is planned all the same


def test_an_object_of_another_release(project: Project):
    project.release.prepare()
    project.cluster.kubectl(
        "create", "service", "clusterip", "front", "--tcp=80", "-n", project.namespace
    )
    code, release = project.plan()
    # Who takes it over takes its fields, too.
    assert (code, rules(release)) == (3, {"ownership", "conflicts"})
    said = project.release.upgrade(fails=True)
    assert "invalid ownership metadata" in said


def test_an_immutable_field_and_the_recipe_that_changes_it(project: Project):
    project.release.prepare()
    project.release.upgrade()
    project.values(cache={**QUIET["cache"], "storage": {"size": "2Gi"}})
    code, release = project.plan()
    assert (code, rules(release)) == (3, {"immutable"})
    (replaced,) = (one for one in release["changes"] if one["action"] == "replaced")
    assert replaced["name"] == "cache"
    assert "field" in project.release.upgrade(fails=True)
    claims = names(project, "pvc")
    for line in replaced["recipe"]:
        subprocess.run(
            ["sh", "-c", line],
            env={
                **project.cluster.environment,
                "PATH": f"{needs.ROOT / '.tools' / 'bin'}:{os.environ['PATH']}",
            },
            check=True,
        )
    project.release.upgrade()
    assert names(project, "pvc") == claims
    assert told(project.plan()[1]) == {}


def test_a_missing_definition_is_told_in_the_charts_words(project: Project):
    project.values(front={"serviceMonitor": {"enabled": True}}, redirects={"enabled": True})
    project.release.prepare()
    code, printed, _ = project.ran("plan", *project.which)
    assert code == 3
    assert "Use --debug" not in printed


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
