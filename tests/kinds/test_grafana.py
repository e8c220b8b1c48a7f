from __future__ import annotations

import configparser

import pytest
import yaml

from generator.errors import ToolError
from tests.kinds.monitoring import GRAFANA, WATCH, build, problems
from tests.kinds.rendering import container, pod_of


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def watch(request, tmp_path_factory):
    return build(tmp_path_factory.mktemp("watch"), major=request.param)


def settings(text):
    """grafana.ini; a section that comes again adds to the first."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.read_string(text)
    return parser


def test_two_replicas_share_a_database_of_their_own(watch):
    objects = watch.render()
    assert objects.one("Deployment", "grafana")["spec"]["replicas"] == 2
    ini = settings(objects.one("ConfigMap", "grafana")["data"]["grafana.ini"])
    assert (ini["database"]["type"], ini["database"]["host"]) == ("postgres", "grafana-db:5432")
    database = objects.one("StatefulSet", "grafana-db")["spec"]
    assert database["replicas"] == 1
    (claim,) = database["volumeClaimTemplates"]
    assert claim["spec"]["resources"]["requests"]["storage"] == "50Gi"
    assert "PodDisruptionBudget/grafana-db" not in objects.names  # it would block every drain


def test_the_database_only_listens_to_grafana(watch):
    policy = watch.render().one("NetworkPolicy", "grafana-db")["spec"]
    (rule,) = policy["ingress"]
    (caller,) = rule["from"]
    assert caller["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == "grafana"
    assert policy["egress"] == []


def test_the_database_has_an_account_and_a_user_of_its_own(watch):
    objects = watch.render()
    pod = pod_of(objects.one("StatefulSet", "grafana-db"))
    assert pod["serviceAccountName"] == "grafana-db"
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsUser"] == 999
    assert pod_of(objects.one("Deployment", "grafana"))["securityContext"]["runAsUser"] == 472


def test_grafana_waits_for_its_database(watch):
    wait = container(watch.render().one("Deployment", "grafana"), "wait-for-database")
    assert {each["name"]: each["value"] for each in wait["env"]} == {
        "HOST": "grafana-db",
        "PORT": "5432",
    }


def test_secrets_are_files(watch):
    objects = watch.render()
    text = objects.one("ConfigMap", "grafana")["data"]["grafana.ini"]
    ini = settings(text)
    assert ini["security"]["admin_password"] == (
        "$__file{/etc/grafana/secrets/admin/grafana-admin-password}"
    )
    assert ini["security"]["secret_key"] == "$__file{/etc/grafana/secrets/admin/secret-key}"
    assert ini["database"]["password"] == "$__file{/etc/grafana/secrets/database/password}"
    pod = pod_of(objects.one("Deployment", "grafana"))
    names = {v["secret"]["secretName"] for v in pod["volumes"] if "secret" in v}
    assert names == {"grafana-admin", "grafana-db"}


def test_only_prometheus_judges_and_nothing_phones_home(watch):
    ini = settings(watch.config("grafana")["grafana.ini"])
    assert ini["unified_alerting"]["execute_alerts"] == "false"
    assert ini["auth.anonymous"]["enabled"] == "false"
    assert ini["analytics"]["reporting_enabled"] == "false"
    assert ini["plugins"]["preinstall_disabled"] == "true"
    assert ini["security"]["cookie_secure"] == "true"


def test_an_external_database_is_reached_encrypted(watch):
    there = {"mode": "external", "host": "db.example.com", "port": 6432}
    objects = watch.render({"grafana": {"database": there}})
    ini = settings(objects.one("ConfigMap", "grafana")["data"]["grafana.ini"])
    assert ini["database"]["host"] == "db.example.com:6432"
    assert ini["database"]["ssl_mode"] == "verify-full"
    assert not {name for name in objects.names if name.endswith("/grafana-db")}
    egress = objects.one("NetworkPolicy", "grafana")["spec"]["egress"]
    assert {"ports": [{"port": 6432}]} in egress


def test_a_file_is_enough_for_one_replica(watch):
    alone = {"replicas": 1, "database": {"mode": "sqlite"}}
    objects = watch.render({"grafana": alone})
    ini = settings(objects.one("ConfigMap", "grafana")["data"]["grafana.ini"])
    assert ini["database"]["type"] == "sqlite3"
    pod = pod_of(objects.one("Deployment", "grafana"))
    assert "initContainers" not in pod
    assert "grafana-db" not in str(pod)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"database": {"mode": "sqlite"}}, "replicas can't share a SQLite file"),
        ({"database": {"mode": "external"}}, "database.mode=external needs database.host"),
    ],
)
def test_what_only_an_installer_can_break_is_refused(watch, values, message):
    with pytest.raises(ToolError) as caught:
        watch.render({"grafana": values})
    assert message in caught.value.output


def test_a_data_source_for_each_server(watch):
    elsewhere = {"grafana": {"connections": {"alertmanager": {"host": "alerts.example.com"}}}}
    sources = yaml.safe_load(watch.config("grafana", elsewhere)["datasources.yaml"])["datasources"]
    assert [(s["uid"], s["type"], s["url"]) for s in sources] == [
        ("prometheus", "prometheus", "http://prometheus:9090"),
        ("alertmanager", "alertmanager", "http://alerts.example.com:9093"),
    ]
    assert sources[0]["jsonData"]["timeInterval"] == "30s"


def test_pods_follow_their_configuration_and_not_their_dashboards(watch):
    template = watch.render().one("Deployment", "grafana")["spec"]["template"]
    before = template["metadata"]["annotations"]["checksum/config"]
    other = watch.render({"grafana": {"externalUrl": "https://a.example.com"}})
    after = other.one("Deployment", "grafana")["spec"]["template"]["metadata"]["annotations"]
    assert after["checksum/config"] != before


def test_more_configuration_wins(watch):
    more = {"grafana": {"extraConfig": {"auth.anonymous": {"enabled": True}}}}
    ini = settings(watch.config("grafana", more)["grafana.ini"])
    assert ini["auth.anonymous"]["enabled"] == "true"


def test_its_address_is_the_first_route_to_it(tmp_path):
    routed = build(tmp_path, routes={"look.example.com": "grafana"})
    ini = settings(routed.config("grafana")["grafana.ini"])
    assert ini["server"]["root_url"] == "https://look.example.com"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"database": {"mode": "sqlite"}}, "2 replicas can't share a SQLite file"),
        ({"database": {"mode": "external"}}, "`host` belongs to the mode external"),
        ({"database": {"host": "a.example.com"}}, "`host` belongs to the mode external"),
        ({"connects": ["alertmanager"]}, "without a Prometheus there is nothing to show"),
        ({"connects": ["prometheus", "state"]}, "'state' is a exporter; data sources are made"),
    ],
)
def test_nonsense_is_refused(tmp_path, changes, message):
    found = problems(tmp_path, "grafana", **changes)
    assert [one for one in found if message in one], found


def test_sqlite_needs_no_database_secret(tmp_path):
    small = {**GRAFANA, "replicas": 1, "database": {"mode": "sqlite"}}
    built = build(tmp_path, {**WATCH, "grafana": small})
    assert "grafana-db" not in (built.path / "README.md").read_text()
