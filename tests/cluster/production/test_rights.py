"""Least privilege: what each service account may do is in a table, and it may do nothing else."""

from __future__ import annotations

import json

import pytest

from tests.cluster.reach import Cluster

APP, MONITORING = "bookedbarber-v2", "monitoring"
READ, WATCH = ("get", "list", "watch"), ("list", "watch")

PATRONI = {f"postgres-{what}" for what in ("config", "leader", "failover", "sync", "failsafe")}
SCRAPED = {
    ("", "pods"): READ,
    ("", "services"): READ,
    ("discovery.k8s.io", "endpointslices"): READ,
}
COUNTED = {
    **{
        ("", name): WATCH
        for name in ("persistentvolumeclaims", "pods", "resourcequotas", "services")
    },
    **{("apps", name): WATCH for name in ("daemonsets", "deployments", "replicasets")},
    ("apps", "statefulsets"): WATCH,
    ("autoscaling", "horizontalpodautoscalers"): WATCH,
    ("batch", "cronjobs"): WATCH,
    ("batch", "jobs"): WATCH,
    ("networking.k8s.io", "ingresses"): WATCH,
    ("networking.k8s.io", "networkpolicies"): WATCH,
    ("policy", "poddisruptionbudgets"): WATCH,
}
NODES = {("", "nodes"): READ, ("", "nodes/metrics"): ("get",)}

#: Where, who: what may be done to everything of a kind. Rights to named objects are below.
MAY = {
    (APP, "postgres"): {("", "configmaps"): ("create", *WATCH), ("", "pods"): WATCH},
    (APP, "prometheus"): SCRAPED,
    (MONITORING, "prometheus"): SCRAPED,
    (APP, "kube-state-metrics"): COUNTED,
    (MONITORING, "kube-state-metrics"): COUNTED,
}
#: Accounts of the other namespace, which have rights here.
ELSEWHERE = {"prometheus": MONITORING, "kube-state-metrics": MONITORING}

#: What nobody may, whoever it is.
NEVER = [
    *(("get", "secrets"), ("list", "secrets"), ("create", "pods"), ("delete", "pods")),
    *(("create", "pods/exec"), ("create", "serviceaccounts/token"), ("patch", "deployments.apps")),
    *(("create", "rolebindings.rbac.authorization.k8s.io"), ("escalate", "roles")),
    *(("impersonate", "serviceaccounts"), ("create", "cronjobs.batch")),
]


def rules(cluster: Cluster, namespace: str, account: str, home: str):
    """What an account may do in a namespace, as the server says: whole kinds, and named objects."""
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": namespace},
    }
    words = ["create", "--validate=false", "-f", "-", "-o", "json"]
    words += [f"--as=system:serviceaccount:{home}:{account}"]
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{home}", "system:authenticated")
    words += [f"--as-group={group}" for group in groups]
    said = cluster.kubectl(*words, stdin=json.dumps(review))
    kinds: dict[tuple[str, str], set[str]] = {}
    named: dict[tuple[str, str, str], set[str]] = {}
    for rule in json.loads(said)["status"]["resourceRules"]:
        for group in rule.get("apiGroups", ()):
            for resource in rule["resources"]:
                for name in rule.get("resourceNames", ()):
                    named.setdefault((group, resource, name), set()).update(rule["verbs"])
                if not rule.get("resourceNames"):
                    kinds.setdefault((group, resource), set()).update(rule["verbs"])
    return kinds, named


@pytest.fixture(scope="module")
def everybody(production):
    """Every account of both namespaces, and where it is at home."""
    return sorted(
        (release.namespace, each["metadata"]["name"])
        for release in production.values()
        for each in release.all("serviceaccounts")
    )


def test_each_account_may_what_the_table_says_and_nothing_else(app, everybody):
    cluster = app.cluster
    nobody = rules(cluster, APP, "nobody", APP)
    accounts = {name for _, name in everybody}
    assert {name for _, name in MAY} <= accounts
    for home, account in everybody:
        for namespace in (APP, MONITORING):
            kinds, named = rules(cluster, namespace, account, home)
            base, base_named = nobody
            extra = {
                key: tuple(sorted(verbs - base.get(key, set())))
                for key, verbs in kinds.items()
                if verbs - base.get(key, set())
            }
            if account == "prometheus":
                for key, verbs in NODES.items():
                    assert extra.pop(key) == tuple(sorted(verbs))
            at_home = home == ELSEWHERE.get(account, namespace)
            wanted = MAY.get((namespace, account), {}) if at_home else {}
            wanted = {key: tuple(sorted(verbs)) for key, verbs in wanted.items()}
            assert extra == wanted, (home, account, namespace)
            objects = {key: verbs for key, verbs in named.items() if key not in base_named}
            if (namespace, account) == (APP, "postgres"):
                pods = {("", "pods", f"postgres-{n}"): {"patch"} for n in range(5)}
                maps = {("", "configmaps", name): {"get", "patch"} for name in PATRONI}
                assert objects == {**pods, **maps}
            else:
                assert objects == {}, (home, account, namespace)


def asked(resource: str) -> list[str]:
    """A kind as `kubectl auth can-i` wants it: `pods/exec` would be the pod named exec."""
    kind, _, below = resource.partition("/")
    return [kind, f"--subresource={below}"] if below else [kind]


@pytest.mark.parametrize(("verb", "resource"), NEVER, ids=[" ".join(each) for each in NEVER])
def test_no_account_may(app, everybody, verb, resource):
    for home, account in everybody:
        for where in (APP, "kube-system"):
            done = app.cluster.kubectl_tried(
                *("auth", "can-i", verb, *asked(resource), "-n", where),
                f"--as=system:serviceaccount:{home}:{account}",
            )
            assert (done.code, done.stdout.strip()) == (1, "no"), (home, account, where)


ON_CALL = {
    "viewer": [
        *(("get pods", True), ("get pods/log", True), ("list events", True)),
        *(("get secrets", False), ("patch deployments.apps/scale", False)),
        *(("create pods/exec", False), ("delete pods", False)),
    ],
    "operator": [
        *(("get pods/log", True), ("patch deployments.apps/scale", True), ("delete pods", True)),
        *(
            ("patch deployments.apps", True),
            ("create pods/exec", True),
            ("create jobs.batch", True),
        ),
        *(("get secrets", False), ("delete deployments.apps", False), ("delete pvc", False)),
        *(("create rolebindings", False), ("patch secrets", False), ("delete pods -A", False)),
    ],
}


@pytest.mark.parametrize("role", list(ON_CALL))
def test_people_may_what_their_role_says(app, role):
    cluster, namespace, binding = app.cluster, app.namespace, f"test-{role}"
    cluster.kubectl(
        *("create", "rolebinding", binding, f"--role=bookedbarber-{role}", f"--user={role}-ann"),
        *("-n", namespace),
    )
    try:
        for question, may in ON_CALL[role]:
            verb, resource, *rest = [*question.split(), "-n", namespace]
            done = cluster.kubectl_tried(
                *("auth", "can-i", verb, *asked(resource), f"--as={role}-ann", *rest)
            )
            assert done.stdout.strip() == ("yes" if may else "no"), question
        if role == "operator":
            ann = cluster.as_user(f"{role}-ann")
            ann.kubectl("rollout", "restart", "deployment/pgbouncer", "-n", namespace)
            words = ("rollout", "status", "deployment/pgbouncer", "-n", namespace)
            ann.kubectl(*words, "--timeout=60s")
            assert "forbidden" in ann.kubectl("get", "secrets", "-n", namespace, fails=True)
    finally:
        cluster.kubectl("delete", "rolebinding", binding, "-n", namespace)
