"""What the guide promises of all pods, or decides by more than one object."""

from __future__ import annotations

import pytest
import yaml

from generator.errors import ToolError
from generator.tools import helm
from tests.guide.cluster import APP, MONITORING, WORKLOADS, Cluster, number


def pods_are_restricted(cluster: Cluster) -> None:
    """Non-root, read-only, without privileges: Pod Security `restricted` and more."""
    for name, pod in cluster.pods:
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for one in (*pod["containers"], *pod.get("initContainers", ())):
            security = one["securityContext"]
            assert security["readOnlyRootFilesystem"] is True, f"{name}/{one['name']}"
            assert security["allowPrivilegeEscalation"] is False, f"{name}/{one['name']}"
            assert security["capabilities"]["drop"] == ["ALL"], f"{name}/{one['name']}"


def namespaces_are_restricted(cluster: Cluster) -> None:
    for namespace, made in cluster.charts.items():
        text = (made.path / "files" / "namespace.yaml").read_text()
        found = yaml.safe_load(text)
        assert (found["kind"], found["metadata"]["name"]) == ("Namespace", namespace)
        assert found["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert not cluster.has("Namespace")
    assert not cluster.has("PodSecurityPolicy")


def policies_guard_admission(cluster: Cluster) -> None:
    assert list(cluster.all("ValidatingAdmissionPolicy"))
    bound = {each["spec"]["policyName"] for each in cluster.all("ValidatingAdmissionPolicyBinding")}
    assert bound == {each["metadata"]["name"] for each in cluster.all("ValidatingAdmissionPolicy")}


def service_links_are_off(cluster: Cluster) -> None:
    """Else `redis` and `postgres` as Services put REDIS_PORT=tcp://… into every pod."""
    assert [name for name, pod in cluster.pods if pod["enableServiceLinks"] is not False] == []


def accounts_are_dedicated(cluster: Cluster) -> None:
    """No two workloads share an account, none has the default one, no token lies around."""
    for namespace, objects in cluster.objects.items():
        accounts = [
            each["spec"]["template"]["spec"]["serviceAccountName"]
            for each in objects.of(*WORKLOADS)
        ]
        assert len(accounts) == len(set(accounts)), namespace
        assert "default" not in accounts
        for account in set(accounts):
            found = cluster.get("ServiceAccount", account, namespace)
            assert found["automountServiceAccountToken"] is False


def rights_are_least(cluster: Cluster) -> None:
    """The application has no right in the cluster; nobody may do everything, or read Secrets."""
    assert not list(cluster.objects[APP].of("ClusterRole", "ClusterRoleBinding"))
    for role in cluster.all("Role", "ClusterRole"):
        for rule in role["rules"]:
            assert "*" not in (*rule.get("verbs", ()), *rule.get("resources", ())), role
            assert "secrets" not in rule.get("resources", ()), role


def traffic_is_denied_unless_declared(cluster: Cluster) -> None:
    """A default deny in each namespace, a policy for each workload, and tiers that stay apart."""
    for namespace, objects in cluster.objects.items():
        deny = cluster.get("NetworkPolicy", "default-deny", namespace)["spec"]
        assert deny["podSelector"] == {} and set(deny["policyTypes"]) == {"Ingress", "Egress"}
        chosen = [
            each["spec"]["podSelector"].get("matchLabels", {})
            for each in objects.of("NetworkPolicy")
        ]
        for each in objects.of(*WORKLOADS):
            labels = each["spec"]["template"]["metadata"]["labels"]
            assert any(one and one.items() <= labels.items() for one in chosen), each["metadata"]
    into = str(cluster.get("NetworkPolicy", "postgres")["spec"]["ingress"])
    assert "frontend" not in into and "backend" in into
    out = str(cluster.get("NetworkPolicy", "frontend")["spec"]["egress"])
    assert "backend" in out and "postgres" not in out and "redis" not in out


def data_is_encrypted_on_the_way(cluster: Cluster) -> None:
    tls = cluster.get("Certificate", "bookedbarber-tls")["spec"]
    assert {"bookedbarber.com", "app.bookedbarber.com", "api.bookedbarber.com"} <= set(
        tls["dnsNames"]
    )
    assert tls["issuerRef"]["name"] == "letsencrypt-prod"
    assert "hostnossl all all all reject" in cluster.text("postgres-patroni", "patroni.yml")
    lines = cluster.text("redis", "server.conf").splitlines()
    assert "port 0" in lines and "tls-port 6379" in lines
    for ingress in cluster.all("Ingress"):
        annotations = ingress["metadata"]["annotations"]
        if annotations.get("nginx.org/mergeable-ingress-type") != "minion":
            assert annotations["nginx.org/ssl-redirect"] == "true"


def containers_have_probes_and_limits(cluster: Cluster) -> None:
    """Three probes on what serves, requests and limits on everything."""
    for each in cluster.all("Deployment", "StatefulSet"):
        pod = each["spec"]["template"]["spec"]
        main = next(c for c in pod["containers"] if c.get("ports"))
        probes = [main[f"{name}Probe"] for name in ("startup", "liveness", "readiness")]
        assert probes[1] != probes[2], each["metadata"]["name"]
    for name, pod in cluster.pods:
        for one in (*pod["containers"], *pod.get("initContainers", ())):
            for side in ("requests", "limits"):
                assert {"cpu", "memory", "ephemeral-storage"} <= set(one["resources"][side]), name


def replicas_spread_over_zones(cluster: Cluster) -> None:
    """What the guide has more than one of stands in several zones, and survives a drain."""
    for kind, name, namespace in (
        ("Deployment", "backend", APP),
        ("Deployment", "frontend", APP),
        ("StatefulSet", "postgres", APP),
        ("StatefulSet", "redis", APP),
        ("StatefulSet", "prometheus", MONITORING),
        ("Deployment", "grafana", MONITORING),
    ):
        pod = cluster.pod(kind, name, namespace)["spec"]
        keys = {each["topologyKey"] for each in pod["topologySpreadConstraints"]}
        assert "topology.kubernetes.io/zone" in keys, name
        assert cluster.get("PodDisruptionBudget", name, namespace)


def started_in_any_order(cluster: Cluster) -> None:
    """The backend waits for its data and its schema, so that order is not for Helm to keep."""
    pod = cluster.pod("Deployment", "backend")["spec"]
    waits = [each["name"] for each in pod["initContainers"]]
    assert waits == ["wait-for-postgres", "wait-for-redis", "wait-for-migrations"]
    assert all(each["command"][0] in ("timeout", "sh") for each in pod["initContainers"])


def migrations_are_a_job(cluster: Cluster) -> None:
    jobs = [
        each
        for each in cluster.all("Job")
        if each["metadata"]["name"].startswith("backend-migrate-")
    ]
    assert len(jobs) == 1
    container = jobs[0]["spec"]["template"]["spec"]["containers"][0]
    assert "alembic upgrade head" in " ".join(container["command"])
    assert container["image"] == cluster.container("Deployment", "backend")["image"]
    assert "ttlSecondsAfterFinished" not in jobs[0]["spec"]


def quota_lets_everything_scale(cluster: Cluster) -> None:
    """More than what all pods at their most ask for, and more than the guide's totals."""
    hard = cluster.get("ResourceQuota", "bookedbarber")["spec"]["hard"]
    assert number(hard["requests.cpu"]) >= 46.4 and number(hard["limits.cpu"]) >= 188
    assert number(hard["requests.memory"]) >= number("60Gi")
    assert number(hard["limits.memory"]) >= number("216Gi")
    assert number(hard["pods"]) >= 97 + 18
    assert number(hard["requests.storage"]) >= number("620Gi")  # PostgreSQL with 5 replicas


def minimum_is_the_guide_s(cluster: Cluster) -> None:
    """About 9 CPU and 21 GB for the six rows of the table at their least replicas."""
    rows = (
        ("Deployment", "backend", 2, APP),
        ("Deployment", "frontend", 3, APP),
        ("StatefulSet", "postgres", 3, APP),
        ("StatefulSet", "redis", 6, APP),
        ("StatefulSet", "prometheus", 2, MONITORING),
        ("Deployment", "grafana", 2, MONITORING),
    )
    total = {"cpu": 0.0, "memory": 0.0}
    for kind, name, least, namespace in rows:
        asked = cluster.container(kind, name, None, namespace)["resources"]["requests"]
        for what in total:
            total[what] += least * number(asked[what])
    assert total["cpu"] == pytest.approx(9.25)
    assert total["memory"] == number("21.5Gi")


def totals_at_most(cluster: Cluster) -> None:
    """Limits of the six rows: 31 CPU and 63 Gi at the least replicas, 144 and 176 at the most."""
    rows = (
        ("Deployment", "backend", 2, 50, APP),
        ("Deployment", "frontend", 3, 20, APP),
        ("StatefulSet", "postgres", 3, 3, APP),
        ("StatefulSet", "redis", 6, 6, APP),
        ("StatefulSet", "prometheus", 2, 2, MONITORING),
        ("Deployment", "grafana", 2, 2, MONITORING),
    )
    least = most = least_memory = most_memory = 0.0
    for kind, name, low, high, namespace in rows:
        limits = cluster.container(kind, name, None, namespace)["resources"]["limits"]
        least += low * number(limits["cpu"])
        most += high * number(limits["cpu"])
        least_memory += low * number(limits["memory"]) / 2**30
        most_memory += high * number(limits["memory"]) / 2**30
    assert (least, least_memory, most, most_memory) == (31, 63, 144, 176)
    quota_lets_everything_scale(cluster)


def storage_in_all(cluster: Cluster) -> None:
    """1470 Gi for the four rows, 30 more for Alertmanager: each Prometheus has its own volume."""
    total = 0.0
    for each in cluster.all("StatefulSet"):
        for claim in each["spec"].get("volumeClaimTemplates", ()):
            size = number(claim["spec"]["resources"]["requests"]["storage"])
            total += each["spec"]["replicas"] * size / 2**30
    assert total == 300 + 120 + 2 * 500 + 50 + 30


def needs_a_cluster_that_has_it(cluster: Cluster) -> None:
    """Nothing foreign is installed; what is switched on and absent is refused in words."""
    made = cluster.charts[APP]
    with pytest.raises(ToolError) as caught:
        made.render(files=made.overlay("production"), api_versions=["k8s.nginx.org/v1"])
    assert "tls.enabled needs cert-manager" in caught.value.output
    assert not cluster.has("CustomResourceDefinition")


def ingress_has_one_class(cluster: Cluster) -> None:
    for ingress in cluster.all("Ingress"):
        assert ingress["spec"]["ingressClassName"] == "nginx"
        own = [key for key in ingress["metadata"]["annotations"] if "nginx" in key]
        assert own and all(key.startswith("nginx.org/") for key in own)
    for service in cluster.all("Service"):
        assert service["spec"].get("type", "ClusterIP") == "ClusterIP"


def mesh_is_a_switch(cluster: Cluster) -> None:
    """Off, nothing of Istio is there; on, the same edges are its policies."""
    assert not cluster.has("AuthorizationPolicy")
    made = cluster.charts[APP]
    on = made.render(values={"global": {"mesh": "ambient"}}, kube_version="1.34")
    assert {each["spec"]["mtls"]["mode"] for each in on.of("PeerAuthentication")} == {"STRICT"}
    named = {each["metadata"]["name"] for each in on.of("AuthorizationPolicy")}
    assert {"backend", "frontend", "postgres", "redis"} <= named


def vpa_only_recommends(cluster: Cluster) -> None:
    """A VPA must not act on what the HPA scales by."""
    made = cluster.charts[APP]
    on = made.render(values={"backend": {"verticalAutoscaling": {"enabled": True}}})
    found = list(on.of("VerticalPodAutoscaler"))
    assert [each["spec"]["updatePolicy"]["updateMode"] for each in found] == ["Off"]


def replicas_are_kept(cluster: Cluster) -> None:
    """An upgrade keeps what `kubectl scale` made; five replicas fit the quota."""
    templates = cluster.charts[APP].path / "charts" / "postgres" / "templates"
    texts = "".join(path.read_text() for path in templates.iterdir() if path.is_file())
    assert 'lookup "apps/v1" "StatefulSet"' in texts
    quota_lets_everything_scale(cluster)


def helm_is_recent(cluster: Cluster) -> None:
    assert helm.OLDEST == (3, 17, 0)
    made = cluster.charts[APP]
    files = made.overlay("production")
    assert made.render(files=files, major=3).comparable == cluster.objects[APP].comparable


def kubernetes_from_1_25(cluster: Cluster) -> None:
    for made in cluster.charts.values():
        declared = yaml.safe_load((made.path / "Chart.yaml").read_text())
        assert declared["kubeVersion"] == ">=1.25.0-0"
        assert made.render(files=made.overlay("production"), kube_version="1.25").all


def nodes_are_large_enough(cluster: Cluster) -> None:
    """Every pod fits a node of 8 cores and 32 GB."""
    for name, pod in cluster.pods:
        asked = [one["resources"]["requests"] for one in pod["containers"]]
        assert sum(number(each["cpu"]) for each in asked) < 8, name
        assert sum(number(each["memory"]) for each in asked) < 32e9, name


def more_nodes_at_most(cluster: Cluster) -> None:
    hard = cluster.get("ResourceQuota", "bookedbarber")["spec"]["hard"]
    assert 6 < number(hard["requests.cpu"]) / 7.2 < 8
    assert "HpaAtMax" in cluster.alerts()
