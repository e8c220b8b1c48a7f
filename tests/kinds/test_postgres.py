from __future__ import annotations

import configparser
import json

import pytest
import yaml

from generator.errors import ToolError
from generator.spec.read import read_platform
from tests.kinds.data import DATABASE, asked, value_of
from tests.kinds.rendering import RESOURCES, build, container, pod_of, problems, variables

API = {
    "kind": "web",
    "image": "shop/api",
    "port": 80,
    "resources": RESOURCES,
    "connects": ["ledger"],
    "migrate": {"command": ["migrate", "up"]},
}
LEDGER = {
    **DATABASE,
    "pooler": {"name": "door"},
    "backup": {"to": "s3://acme-backups/databases", "secret": "store"},
}
CHART = {"scrape": {"namespace": "monitoring", "workload": "prometheus"}, "mesh": {"mode": "none"}}


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def shop(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    return build(folder, {"ledger": LEDGER, "api": API}, major=request.param, **CHART)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Nothing that can be left out: no pooler, no backups, no exporters, no encryption."""
    bare = {**DATABASE, "pooler": False, "metrics": False, "tls": "none", "replicas": 1}
    return build(tmp_path_factory.mktemp("plain"), {"ledger": bare, "api": API})


def component_of(built):
    return read_platform(built.path.parent.parent / "platform.yaml").charts[0].components[0]


@pytest.mark.parametrize("version", ["1.25", "1.31", "1.37"])
def test_makes_what_a_cluster_needs(shop, version):
    objects = shop.render(kube_version=version)
    assert {
        "StatefulSet/ledger",
        "Service/ledger",
        "Service/ledger-primary",
        "Service/ledger-replicas",
        "Service/ledger-headless",
        "ConfigMap/ledger-patroni",
        "ConfigMap/ledger-scripts",
        "Role/ledger",
        "RoleBinding/ledger",
        "PodDisruptionBudget/ledger",
        "NetworkPolicy/ledger",
        "Deployment/door",
        "Service/door",
        "ConfigMap/door",
        "ServiceAccount/door",
        "PodDisruptionBudget/door",
        "NetworkPolicy/door",
        "CronJob/ledger-backup",
        "ServiceAccount/ledger-backup",
        "NetworkPolicy/ledger-backup",
        "Pod/ledger-test",
    } <= objects.names
    zone = objects.one("CronJob", "ledger-backup")["spec"].get("timeZone")
    assert zone == (None if version == "1.25" else "Etc/UTC")
    taken = {f"ConfigMap/ledger-{name}" for name in ("config", "leader", "sync", "failover")}
    assert not taken & objects.names, "Patroni makes these itself"


def test_leaves_out_what_the_spec_leaves_out(plain):
    objects = plain.render()
    kinds = {name.partition("/")[0] for name in objects.names if "ledger" in name}
    assert not kinds & {"CronJob", "Deployment", "Certificate"}
    pod = pod_of(objects.one("StatefulSet", "ledger"))
    assert [one["name"] for one in pod["containers"]] == ["ledger", "agent"]
    assert "tls" not in [volume["name"] for volume in pod["volumes"]]
    text = objects.one("ConfigMap", "ledger-patroni")["data"]["patroni.yml"]
    assert "host all all all scram-sha-256" in text
    assert "hostssl" not in text and "pgbackrest" not in text and "/tls" not in text
    assert component_of(plain).kind_module.metrics_endpoints(component_of(plain)) == (
        ("ledger", "ledger-headless", 8010, "/metrics"),
    )


def test_services_follow_the_roles_that_patroni_writes(shop):
    objects = shop.render()
    roles = {
        name: objects.one("Service", name)["spec"]["selector"].get("role")
        for name in ("ledger", "ledger-primary", "ledger-replicas", "ledger-headless")
    }
    assert roles == {
        "ledger": "primary",
        "ledger-primary": "primary",
        "ledger-replicas": "replica",
        "ledger-headless": None,
    }
    primary = objects.one("Service", "ledger-primary")["spec"]
    assert "publishNotReadyAddresses" not in primary, "a dead leader keeps its label"
    ports = objects.one("Service", "ledger-headless")["spec"]["ports"]
    assert {port["name"]: port["port"] for port in ports} == {
        "postgresql": 5432,
        "patroni": 8008,
        "agent": 8009,
        "agent-metrics": 8010,
        "metrics": 9187,
    }


def test_rights_are_for_the_pods_that_there_may_be(shop):
    def names(values):
        rules = shop.render({"ledger": values}).one("Role", "ledger")["rules"]
        assert all(rule["resources"] in (["pods"], ["configmaps"]) for rule in rules)
        (named,) = (r for r in rules if r["resources"] == ["pods"] and "resourceNames" in r)
        return named["resourceNames"]

    assert names({}) == [f"ledger-{number}" for number in range(5)]
    assert names({"maxReplicas": 7})[-1] == "ledger-6"


def test_only_the_server_has_a_token(shop):
    objects = shop.render()
    pod = pod_of(objects.one("StatefulSet", "ledger"))
    assert pod["automountServiceAccountToken"] is False
    mounted = [
        one["name"]
        for one in pod["containers"]
        if "kube-api-access" in [mount["name"] for mount in one["volumeMounts"]]
    ]
    assert mounted == ["ledger"]


def test_applications_reach_the_pooler_and_migrations_the_primary(shop):
    objects = shop.render()
    api = objects.one("Deployment", "api")
    assert variables(container(api, "api")) == {
        "LEDGER_HOST": "door",
        "LEDGER_PORT": "5432",
        "LEDGER_DATABASE": "orders",
        "LEDGER_USER": "app",
        "LEDGER_PASSWORD": "ledger-credentials/database-password",
    }
    assert variables(container(api, "wait-for-ledger"))["HOST"] == "door"
    migration = objects.one("Job", "api-migrate-")
    assert variables(container(migration, "migrate"))["LEDGER_HOST"] == "ledger-primary"


def test_applications_reach_the_server_where_there_is_no_pooler(plain):
    api = plain.render().one("Deployment", "api")
    assert variables(container(api, "api"))["LEDGER_HOST"] == "ledger"


def peers(policy):
    """Ports of a policy to the workloads that may come in there."""
    return {
        tuple(port["port"] for port in rule["ports"]): sorted(
            peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for peer in rule["from"]
        )
        for rule in policy["spec"]["ingress"]
    }


def test_policies_open_each_port_to_whom_it_is_for(shop):
    objects = shop.render()
    assert peers(objects.one("NetworkPolicy", "ledger")) == {
        ("postgresql",): ["api-migrate", "door", "ledger", "ledger-test"],
        ("patroni",): ["ledger", "ledger-configure"],
        ("patroni", "agent"): ["ledger-backup", "ledger-restore-check"],
        ("agent-metrics", "metrics"): ["prometheus"],
    }
    assert peers(objects.one("NetworkPolicy", "door")) == {
        ("postgresql",): ["api", "ledger-test"],
        ("metrics",): ["prometheus"],
    }
    for name in ("ledger-backup", "ledger-configure"):
        assert "ingress" not in objects.one("NetworkPolicy", name)["spec"]


def test_policies_let_in_nobody_who_is_off(shop):
    def asking(backup):
        policy = shop.render({"ledger": {"backup": backup}}).one("NetworkPolicy", "ledger")
        return peers(policy).get(("patroni", "agent"))

    assert asking({"restoreCheck": {"enabled": False}}) == ["ledger-backup"]
    assert asking({"enabled": False}) is None


def test_store_is_reached_only_while_backups_are_on(shop):
    def addresses(values):
        policy = shop.render({"ledger": values}).one("NetworkPolicy", "ledger")
        blocks = [to.get("ipBlock", {}) for rule in policy["spec"]["egress"] for to in rule["to"]]
        return [block["cidr"] for block in blocks if "except" in block]

    assert addresses({}) == ["0.0.0.0/0", "::/0"]
    assert addresses({"backup": {"enabled": False}}) == []


def store_of(objects):
    """The settings of pgBackRest, as it reads them."""
    text = objects.one("ConfigMap", "ledger-patroni")["data"]["pgbackrest.conf"]
    parser = configparser.ConfigParser()
    parser.read_string(text)
    return dict(parser["global"])


def test_backups_go_where_no_other_cluster_writes(shop):
    store = store_of(shop.render())
    assert store["repo1-path"] == "/databases/shop/ledger/1"
    assert store["repo1-s3-bucket"] == "acme-backups"
    assert store["repo1-s3-endpoint"] == "s3.us-east-1.amazonaws.com"
    again = store_of(shop.render({"ledger": {"backup": {"generation": "2"}}}))
    assert again["repo1-path"] == "/databases/shop/ledger/2"
    off = shop.render({"ledger": {"backup": {"enabled": False}}})
    assert not {"CronJob/ledger-backup", "CronJob/ledger-restore-check"} & off.names
    assert "pgbackrest.conf" not in off.one("ConfigMap", "ledger-patroni")["data"]
    text = off.one("ConfigMap", "ledger-patroni")["data"]["patroni.yml"]
    assert "pgbackrest" not in text
    assert 'archive_mode: "off"' in text


def test_another_store_is_reached_at_its_port_and_trusted_by_its_authority(shop):
    backup = {"endpoint": "https://s3.acme.example:9000", "caSecret": "acme-ca", "secret": ""}
    objects = shop.render({"ledger": {"backup": backup}})
    store = store_of(objects)
    assert store["repo1-s3-endpoint"] == "https://s3.acme.example:9000"
    assert store["repo1-s3-uri-style"] == "path"
    assert store["repo1-s3-key-type"] == "web-id"
    assert store["repo1-storage-ca-file"] == "/store/ca.crt"
    for kind, name in (("StatefulSet", "ledger"), ("CronJob", "ledger-restore-check")):
        mounts = [
            m["name"]
            for one in pod_of(objects.one(kind, name))["containers"]
            for m in one["volumeMounts"]
        ]
        assert "store-ca" in mounts
    for name in ("ledger", "ledger-restore-check"):
        policy = objects.one("NetworkPolicy", name)["spec"]["egress"]
        (rule,) = (r for r in policy if any("except" in to.get("ipBlock", {}) for to in r["to"]))
        assert rule["ports"] == [{"port": 9000}]


def test_a_restore_is_read_by_a_new_cluster_only(shop):
    values = {"restore": {"from": "shop/old/1", "time": "2026-11-28 12:00:00+00"}}
    objects = shop.render({"ledger": {**values, "backup": {"generation": "2"}}})
    text = objects.one("ConfigMap", "ledger-patroni")["data"]["patroni.yml"]
    bootstrap = yaml.safe_load(text)["bootstrap"]
    assert bootstrap["method"] == "restore"
    assert (
        bootstrap["restore"]["recovery_conf"]["recovery_target_time"] == values["restore"]["time"]
    )
    server = container(objects.one("StatefulSet", "ledger"), "ledger")
    assert value_of(server, "RESTORE_PATH") == "/databases/shop/old/1"
    assert store_of(objects)["repo1-path"] == "/databases/shop/ledger/2"


def test_the_restore_check_is_told_what_its_server_needs(shop):
    wanted = {"shared_preload_libraries": "pg_cron", "max_prepared_transactions": 9}
    objects = shop.render({"ledger": {"parameters": {**wanted, "work_mem": "7MB"}}})
    check = container(objects.one("CronJob", "ledger-restore-check"))
    assert json.loads(value_of(check, "CHECK_PARAMETERS")) == wanted


def test_members_do_not_start_anew_for_a_change_of_the_store(shop):
    def pod(values):
        return shop.render({"ledger": values}).one("StatefulSet", "ledger")["spec"]["template"]

    assert pod({}) == pod({"backup": {"keep": 3, "bucket": "other", "generation": "2"}})


def test_memory_and_disk_parameters_follow_unless_set(shop):
    def lines(values):
        text = shop.render({"ledger": values}).one("ConfigMap", "ledger-patroni")["data"]
        return [line.strip() for line in text["patroni.yml"].splitlines()]

    found = lines({})
    assert "shared_buffers: 1024MB" in found
    assert "effective_cache_size: 2560MB" in found
    assert "wal_keep_size: 512MB" in found
    assert "max_slot_wal_keep_size: 2048MB" in found
    found = lines({"resources": {"limits": {"memory": "512Mi"}}, "storage": {"size": "100Gi"}})
    assert "shared_buffers: 128MB" in found
    assert "wal_keep_size: 1024MB" in found
    assert "max_slot_wal_keep_size: 20480MB" in found
    found = lines({"parameters": {"shared_buffers": "77MB", "wal_keep_size": "1MB"}})
    assert [line for line in found if "shared_buffers" in line] == ['shared_buffers: "77MB"']
    assert [line for line in found if line.startswith("wal_keep")] == ['wal_keep_size: "1MB"']


def test_configuring_job_has_a_new_name_only_when_it_has_something_new(shop):
    def name(values):
        return shop.render({"ledger": values}).one("Job", "ledger-configure-")["metadata"]["name"]

    assert name({}) == name({"parameters": {"work_mem": "7MB"}})
    assert name({}) != name({"maxConnections": 200})
    assert name({}) != name({"parameters": {"max_wal_senders": 20}})
    assert name({}) != name({"job": {"resources": {"limits": {"cpu": "1"}}}})


def test_nothing_starts_anew_for_a_new_version_of_the_chart(shop, tmp_path):
    newer = build(tmp_path, {"ledger": LEDGER, "api": API}, **CHART, version="1.0.1")
    for kind, name in (("StatefulSet", "ledger"), ("Deployment", "door"), ("Job", "ledger-conf-")):
        one, other = (
            next(o for o in built.render().all if (o["kind"], o["metadata"]["name"][:6]) == found)
            for built, found in ((shop, (kind, name[:6])), (newer, (kind, name[:6])))
        )
        assert one["metadata"]["labels"] != other["metadata"]["labels"]
        assert one["spec"] == other["spec"]


def test_members_start_anew_for_what_they_read_only_then(shop):
    def annotations(values):
        pod = shop.render({"ledger": values}).one("StatefulSet", "ledger")["spec"]["template"]
        return pod["metadata"]["annotations"]

    assert annotations({}) != annotations({"parameters": {"work_mem": "7MB"}})
    assert annotations({}) == annotations({"maxConnections": 200}), "the Job does that"
    assert annotations({"secretRevision": "2"})["secret-revision"] == "2"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"pooler": {"replicas": 3}}, "3 poolers with 40 connections need 120, but maxConnections"),
        ({"maxConnections": 60}, "maxConnections 60 leaves 41"),
        ({"pooler": {"poolSize": 41}}, "pooler.poolSize 41 is above pooler.maxConnections 40"),
        ({"replicas": 6}, "replicas 6 is above maxReplicas 5"),
        ({"backup": {"bucket": ""}}, "backup.bucket is missing"),
        (
            {"restore": {"from": "shop/ledger/1"}},
            "restore.from shop/ledger/1 is where this cluster itself writes",
        ),
        (
            {"restore": {"from": "shop/a/1"}, "backup": {"enabled": False}},
            "restore.from needs backup.enabled",
        ),
        ({"resources": {"limits": {"memory": None}}}, "resources.limits.memory is missing"),
        ({"resources": {"limits": {"memory": "200Mi"}}}, "is below 256Mi"),
        ({"storage": {"size": "100"}}, "storage.size 100 is below 256Mi"),
        ({"parameters": {"max_connections": 9}}, "parameters.max_connections is the chart's own"),
        ({"tls": {"certManager": {"enabled": True}}}, "needs cert-manager"),
    ],
)
def test_refuses_values_that_cannot_work(shop, values, message):
    with pytest.raises(ToolError) as caught:
        shop.render({"ledger": values})
    assert message in caught.value.output


def test_shrinks_to_a_laptop(shop):
    small = {
        "replicas": 1,
        "storage": {"size": "1Gi", "className": ""},
        "resources": {"limits": {"memory": "256Mi", "cpu": "1"}, "requests": {"memory": "128Mi"}},
        "backup": {"enabled": False},
        "tls": {"enabled": False},
        "spread": {"nodes": "ScheduleAnyway"},
        "pooler": {"replicas": 1},
    }
    stateful = shop.render({"ledger": small}).one("StatefulSet", "ledger")
    assert stateful["spec"]["replicas"] == 1
    assert "storageClassName" not in stateful["spec"]["volumeClaimTemplates"][0]["spec"]
    server = container(stateful, "ledger")
    assert server["readinessProbe"]["httpGet"]["scheme"] == "HTTP"
    assert "PGBACKREST_CONFIG" not in [entry["name"] for entry in server["env"]]


def test_certificate_is_for_every_name_that_is_verified(shop):
    on = {"ledger": {"tls": {"certManager": {"enabled": True}}}}
    objects = shop.render(on, api_versions=("cert-manager.io/v1",))
    names = set(objects.one("Certificate", "ledger")["spec"]["dnsNames"])
    assert {"door", "ledger-primary", "*.ledger-headless.shop.svc", "localhost"} <= names
    pod = pod_of(objects.one("StatefulSet", "ledger"))
    (volume,) = (one for one in pod["volumes"] if one["name"] == "tls")
    assert volume["secret"] == {"secretName": "ledger-tls", "defaultMode": 0o640}


def test_secrets_and_metrics_are_declared(shop):
    component = component_of(shop)
    found = {need.name: need.keys for need in component.kind_module.secrets(component)}
    assert found == {
        "ledger-credentials": (
            "database-password",
            "superuser-password",
            "replication-password",
            "rewind-password",
            "patroni-password",
            "exporter-password",
            "agent-token",
        ),
        "store": ("access-key-id", "secret-access-key"),
        "ledger-tls": ("ca.crt", "tls.crt", "tls.key"),
    }
    assert component.kind_module.metrics_endpoints(component) == (
        ("ledger", "ledger-headless", 8010, "/metrics"),
        ("ledger", "ledger-headless", 9187, "/metrics"),
        ("door", "door", 9127, "/metrics"),
    )


def test_workloads_are_what_is_rendered(shop):
    component = component_of(shop)
    objects = shop.render()
    rendered = {
        "ledger": objects.one("StatefulSet", "ledger"),
        "door": objects.one("Deployment", "door"),
        "ledger-backup": objects.one("CronJob", "ledger-backup"),
        "ledger-restore-check": objects.one("CronJob", "ledger-restore-check"),
        "ledger-configure": objects.one("Job", "ledger-configure-"),
    }
    declared = {one.name: one for one in component.kind_module.workloads(component)}
    assert declared.keys() == rendered.keys()
    for name, workload in declared.items():
        assert asked(pod_of(rendered[name])) == [
            (one.cpu_request, one.cpu_limit, one.memory_request, one.memory_limit)
            for one in workload.containers
        ], name
    assert declared["ledger"].replicas == (3, 5)
    assert declared["ledger"].claims[0].size == 10 * 1024**3


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"pooler": {"replicas": 3, "connections": 40}},
            "connections: 3 poolers with 40 connections need 120, 100 leave 81",
        ),
        ({"pooler": {"poolSize": 50}}, "pooler.poolSize: poolSize 50 is above connections 40"),
        ({"pooler": {"name": "ledger-primary"}}, "pooler.name: 'ledger-primary' is a name of"),
        ({"replicas": 4, "maxReplicas": 3}, "maxReplicas: replicas 4 is above maxReplicas 3"),
        ({"database": "template1"}, "database: the database 'template1' is PostgreSQL's own"),
        ({"user": "replicator"}, "user: the role 'replicator' has another use"),
        (
            {"parameters": {"max_connections": 500}},
            "parameters.max_connections: max_connections is not set here",
        ),
        (
            {"resources": {"cpu": "1", "memory": "128Mi"}},
            "resources.memory: PostgreSQL needs a memory limit of 256Mi or more",
        ),
    ],
)
def test_refuses_settings_that_cannot_work(tmp_path, settings, message):
    (found,) = problems(tmp_path, {"ledger": {**DATABASE, **settings}})
    assert found.startswith(f"charts.shop.components.ledger.{message}")


@pytest.mark.parametrize(
    ("every", "schedule"), [("15m", "*/15 * * * *"), ("1h", "0 * * * *"), ("1d", "0 0 * * *")]
)
def test_time_between_backups_becomes_a_schedule(tmp_path, every, schedule):
    backup = {"to": "s3://acme", "every": every}
    built = build(tmp_path, {"ledger": {**DATABASE, "backup": backup}})
    assert built.render().one("CronJob", "ledger-backup")["spec"]["schedule"] == schedule


@pytest.mark.parametrize("values", [{"create": False}, {"name": "default"}])
def test_refuses_to_give_the_rights_to_the_account_of_all_pods(shop, values):
    with pytest.raises(ToolError) as caught:
        shop.render({"serviceAccount": values}, component="ledger")
    assert "ledger: its service account has rights" in caught.value.output
    assert "set serviceAccount.create=true, or name another account" in caught.value.output


def test_gives_the_rights_to_an_account_that_exists(shop):
    values = {"serviceAccount": {"create": False, "name": "mine"}}
    objects = shop.render(values, component="ledger")
    assert objects.one("RoleBinding")["subjects"][0]["name"] == "mine"
    assert pod_of(objects.one("StatefulSet"))["serviceAccountName"] == "mine"
    assert "ServiceAccount/mine" not in objects.names
