"""What `plan` finds in the way of a deployment on a real API server: its hints solve it."""

from __future__ import annotations

import json
import os
import subprocess

from tests import needs
from tests.cluster.projects import PLATFORM, QUIET, Project, names, rules, told


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


#: No test installs KEDA: what the cluster lacks here, it lacks whatever ran before.
SCALED = """\
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: front
  labels:
    {{- include "shop.labels" . | nindent 4 }}
    app.kubernetes.io/component: front
spec:
  scaleTargetRef: {name: front}
  triggers: [{type: cpu, metadata: {value: "60"}}]
"""


def test_a_missing_definition_is_told_with_who_brings_it(project: Project):
    """In the chart's own words where it has some: test_foreign.py."""
    manifest = project.folder / "manifests" / "scaled.yaml"
    manifest.parent.mkdir()
    manifest.write_text(SCALED)
    spec = project.folder / "platform.yaml"
    own = "    manifests: [manifests/scaled.yaml]\n"
    spec.write_text(spec.read_text().replace("    components:\n", f"{own}    components:\n"))
    assert project.ran("build", "-f", spec, "--no-proof")[0] == 0
    project.release.prepare()
    code, release = project.plan()
    assert (code, rules(release)) == (3, {"apis"})
    (one,) = (each for each in release["findings"] if each["rule"] == "apis")
    assert "does not know ScaledObject of keda.sh/v1alpha1: KEDA is not installed" in one["message"]
    assert "install KEDA, or switch off what needs it" in one["hint"]
    assert release["changes"] is None  # Helm renders nothing, so nothing is compared
    assert "no matches for kind" in project.release.upgrade(fails=True)  # the plan was right
