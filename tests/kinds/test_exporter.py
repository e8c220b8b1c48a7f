from __future__ import annotations

import pytest
import yaml

from generator.errors import ToolError
from tests.kinds.monitoring import BLACKBOX, STATE, WATCH, build, problems
from tests.kinds.rendering import container, pod_of


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def watch(request, tmp_path_factory):
    return build(tmp_path_factory.mktemp("watch"), major=request.param)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """kube-state-metrics of the whole cluster, and two blackbox exporters."""
    folder = tmp_path_factory.mktemp("whole")
    state, blackbox = {**STATE, "scope": "cluster"}, {**BLACKBOX, "replicas": 2}
    return build(folder, {**WATCH, "state": state, "blackbox": blackbox})


def named(objects, name):
    return [each for each in objects.all if each["metadata"]["name"] == name]


def counted(objects):
    """What it is told to count, and what it may list."""
    arguments = container(objects.one("Deployment", "state"))["args"]
    (told,) = [a.partition("=")[2] for a in arguments if a.startswith("--resources=")]
    return set(told.split(","))


def allowed(role):
    return {resource for rule in role["rules"] for resource in rule["resources"]}


def test_counts_what_it_has_the_right_to_in_each_namespace(watch):
    objects = watch.render()
    roles = [
        each
        for each in (*named(objects, "watch-state"), *named(objects, "state"))
        if each["kind"] == "Role"
    ]
    assert [role["metadata"].get("namespace") for role in roles] == ["shop", None]
    for role in roles:
        assert allowed(role) == counted(objects)
        assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"list", "watch"}
    assert "--namespaces=watch,shop" in container(objects.one("Deployment", "state"))["args"]
    assert not [
        each
        for each in objects.all
        if each["kind"] == "ClusterRole" and "state" in each["metadata"]["name"]
    ]


def test_never_reads_secrets_or_configuration(watch, whole):
    for built in (watch, whole):
        assert not counted(built.render()) & {"secrets", "configmaps"}


def test_counts_the_whole_cluster_by_a_cluster_role(whole):
    objects = whole.render()
    role = objects.one("ClusterRole", "watch-state")
    assert allowed(role) == counted(objects) >= {"nodes", "namespaces", "persistentvolumes"}
    (subject,) = objects.one("ClusterRoleBinding", "watch-state")["subjects"]
    assert subject == {"kind": "ServiceAccount", "name": "state", "namespace": "watch"}
    assert not [each for each in named(objects, "state") if each["kind"] == "Role"]
    arguments = container(objects.one("Deployment", "state"))["args"]
    assert not [each for each in arguments if each.startswith("--namespaces")]


def test_state_is_counted_once(watch):
    assert watch.render().one("Deployment", "state")["spec"]["replicas"] == 1


def test_only_kube_state_metrics_gets_a_token(watch):
    objects = watch.render()
    volumes = {
        name: {v["name"] for v in pod_of(objects.one("Deployment", name))["volumes"]}
        for name in ("state", "blackbox")
    }
    assert volumes == {"state": {"kube-api-access"}, "blackbox": {"config"}}
    for name in volumes:
        pod = pod_of(objects.one("Deployment", name))
        assert pod["automountServiceAccountToken"] is False


def test_asks_over_tls_and_wants_success(watch):
    module = yaml.safe_load(watch.config("blackbox")["config.yaml"])["modules"]["http_2xx"]
    assert module["http"]["fail_if_not_ssl"] is True


def test_asks_outside_and_the_ingress_controller_but_nothing_else_inside(watch):
    policy = watch.render().one("NetworkPolicy", "blackbox")["spec"]
    _, outside, inside = policy["egress"]
    assert outside["to"][0]["ipBlock"]["except"]
    assert inside["to"] == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "nginx-ingress"}}}
    ]
    (caller, _) = policy["ingress"][0]["from"]
    assert caller["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == "prometheus"


def test_two_replicas_have_a_disruption_budget(watch, whole):
    assert "PodDisruptionBudget/blackbox" not in watch.render().names
    assert "PodDisruptionBudget/blackbox" in whole.render().names


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("state", {"replicas": 2}, "a second kube-state-metrics would count everything twice"),
        ("blackbox", {"scope": "cluster"}, "`scope` belongs to kube-state-metrics"),
    ],
)
def test_nonsense_is_refused(tmp_path, name, changes, message):
    found = problems(tmp_path, name, **changes)
    assert [one for one in found if message in one], found


@pytest.mark.parametrize("component", ["state", "prometheus"])
def test_refuses_to_give_rights_to_the_account_of_all_pods(watch, component):
    values = {component: {"serviceAccount": {"create": False}}}
    with pytest.raises(ToolError, match=f"{component}: its service account has rights"):
        watch.render(values)


def test_an_exporter_without_rights_may_use_any_account(watch):
    objects = watch.render({"blackbox": {"serviceAccount": {"create": False}}})
    assert pod_of(objects.one("Deployment", "blackbox"))["serviceAccountName"] == "default"


def test_the_ingress_controller_is_where_the_values_say(tmp_path):
    built = build(tmp_path)

    def namespaces(values):
        policy = built.render({"blackbox": values}).one("NetworkPolicy", "blackbox")
        return [
            peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
            for rule in policy["spec"]["egress"]
            if "ports" not in rule
            for peer in rule["to"]
        ]

    assert namespaces({}) == ["nginx-ingress"]
    assert namespaces({"ingressNamespaces": ["edge", "edge-two"]}) == ["edge", "edge-two"]
    assert namespaces({"ingressNamespaces": []}) == []
