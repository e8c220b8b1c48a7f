"""`status`, `drift` and the doctor's questions, asked of a real API server about a real release."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from generator.errors import GeneratorError
from generator.release import surroundings
from generator.release.drift import read_drift
from generator.release.status.facts import read_facts
from generator.release.status.report import report
from generator.release.target import Target
from generator.tools.kubectl import Kubectl
from tests import needs
from tests.cluster.reach import until

_SECURE = (
    "{allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: {drop: [ALL]},"
    " seccompProfile: {type: RuntimeDefault}}"
)
_OBJECTS = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: api}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: api}}}}
  template:
    metadata: {{labels: {{app: api}}}}
    spec:
      containers:
        - name: app
          image: "registry.example/api:{{{{ .Values.tag }}}}"
          securityContext: {_SECURE}
          ports: [{{containerPort: 8080}}]
          resources: {{limits: {{cpu: 1000m, memory: 0.5Gi}}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: api}}
spec: {{minAvailable: 1, selector: {{matchLabels: {{app: api}}}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: api}}
spec: {{ports: [{{port: 80, targetPort: 8080}}], selector: {{app: api}}, clusterIP: ""}}
---
apiVersion: v1
kind: Secret
metadata: {{name: words}}
stringData: {{word: first}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: words}}
data: {{one: "1", two: "2"}}
"""


@pytest.fixture
def target(cluster, namespace, tmp_path) -> Target:
    """A release that is there and ready."""
    chart = tmp_path / "shop"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 1.0.0\n")
    (chart / "values.yaml").write_text("tag: '1'\n")
    (chart / "templates" / "all.yaml").write_text(_OBJECTS)
    cluster.helm(4, "install", "shop", chart, "-n", namespace, "--wait", "--timeout=60s")
    return Target(release="shop", namespace=namespace, environment="dev", chart=chart, values=())


def kubectl_of(cluster) -> Kubectl:
    return Kubectl(
        path=needs.ROOT / ".tools" / "bin" / "kubectl", kubeconfig=Path(cluster.kubeconfig)
    )


def status_of(cluster, target):
    return report(read_facts(target, kubectl_of(cluster)), datetime.now(UTC))


def test_a_release_that_is_ready_says_so(cluster, target):
    status = until(lambda: (s := status_of(cluster, target)).ready and s, what="ready")
    (api,) = status.components
    assert (api.title, api.ready, api.wanted, api.images) == ("Deployment/api", 2, 2, ("api:1",))
    assert (status.revision, status.status, status.unknown) == (1, "deployed", ())
    until(lambda: status_of(cluster, target).components[0].disruptions == 1, what="budget")


def test_an_image_that_is_not_there_is_the_reason(cluster, target):
    words = ("-n", target.namespace, "--set=tag=nosuch-1", "--wait", "--timeout=6s")
    cluster.helm(4, "upgrade", "shop", target.chart, *words, fails=True)
    status = status_of(cluster, target)
    (api,) = status.components
    assert (status.ready, status.status, api.state) == (False, "failed", "waiting")
    assert any("image registry.example/api:nosuch-1 can't be pulled" in r for r in api.reasons)
    assert [one.revision for one in status.history] == [2, 1]


def test_who_may_not_read_is_told_what_he_did_not_see(cluster, target):
    ann = cluster.as_user("ann-of-status")
    with pytest.raises(GeneratorError, match="you may not read the releases"):
        read_facts(target, kubectl_of(ann))
    rules = ("--verb=get,list", "--resource=secrets,deployments.apps,pods")
    cluster.kubectl("create", "role", "reader", "-n", target.namespace, *rules)
    binding = ("--role=reader", "--user=ann-of-status")
    cluster.kubectl("create", "rolebinding", "reader", "-n", target.namespace, *binding)
    facts = until(lambda: _facts(ann, target), what="the role to count")
    assert {"events", "statefulsets"} <= set(facts.unknown)
    assert facts.of("Deployment") and facts.of("Pod")


def _facts(cluster, target):
    try:
        return read_facts(target, kubectl_of(cluster))
    except GeneratorError:
        return None


def test_what_nobody_touched_has_not_drifted(cluster, target):
    drift = read_drift(target, kubectl_of(cluster))
    assert (drift.objects, drift.same, drift.revision) == ((), 5, 1)


def test_what_hands_did_is_told_with_their_names(cluster, target):
    space = ("-n", target.namespace)
    cluster.kubectl("scale", "deployment/api", "--replicas=3", *space)
    cluster.kubectl("set", "image", "deployment/api", "app=registry.example/api:9", *space)
    cluster.kubectl("delete", "service", "api", *space)
    secret = json.dumps({"stringData": {"word": "second"}})
    cluster.kubectl("patch", "secret", "words", "-p", secret, *space)
    cluster.kubectl("label", "configmap", "words", "mine=yes", *space)  # the release sets none
    drift = read_drift(target, kubectl_of(cluster))
    found = {
        one.title: {field.change.path: field.owner for field in one.fields} for one in drift.objects
    }
    assert found == {
        "Secret/words": {"data.word": "kubectl-patch"},
        "Service/api": {},
        "Deployment/api": {
            "spec.replicas": "kubectl (scale)",
            "spec.template.spec.containers[name=app].image": "kubectl-set",
        },
    }
    assert drift.same == 2


def test_the_replicas_of_an_autoscaler_are_its_own(cluster, target):
    space = ("-n", target.namespace)
    cluster.kubectl("autoscale", "deployment/api", "--min=1", "--max=5", "--cpu=50%", *space)
    cluster.kubectl("scale", "deployment/api", "--replicas=4", *space)
    assert read_drift(target, kubectl_of(cluster)).objects == ()


def test_the_doctor_knows_the_cluster_and_the_rights_in_it(cluster, namespace):
    kubectl = kubectl_of(cluster)
    client, server, why = surroundings.versions(kubectl)
    assert (client.split(".")[0], (server or "").split(".")[:2], why) == ("1", ["1", "37"], None)
    assert surroundings.lacking(kubectl, namespace) == ()
    assert not surroundings.missing_namespace(kubectl, namespace)
    assert surroundings.missing_namespace(kubectl, "no-such-namespace")
    ben = cluster.as_user("ben-of-status")
    assert surroundings.user(kubectl_of(ben))[0] == "ben-of-status"
    assert surroundings.lacking(kubectl_of(ben), namespace) == ("change anything here",)
    binding = ("--clusterrole=admin", "--user=ben-of-status")
    cluster.kubectl("create", "rolebinding", "ben", "-n", namespace, *binding)
    until(lambda: surroundings.lacking(kubectl_of(ben), namespace) == (), what="the binding")
