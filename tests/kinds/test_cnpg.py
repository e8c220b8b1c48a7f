"""PostgreSQL that CloudNativePG keeps: its objects, and what stands around them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.errors import ToolError
from generator.kinds.umbrella.capacity import quota
from generator.spec.read import read_platform
from generator.tools import helm
from tests import needs
from tests.kinds.data import DATABASE
from tests.kinds.knobs import subjects, undeclared_values
from tests.kinds.proof import dead_knobs, null_knobs
from tests.kinds.rendering import RESOURCES, build, container, pod_of, variables

CNPG, BARMAN = "postgresql.cnpg.io/v1", "barmancloud.cnpg.io/v1"
CASE = needs.ROOT / "tests" / "cases" / "cnpg" / "platform.yaml"
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
    "engine": "cnpg",
    "pooler": {"name": "door"},
    "backup": {"to": "s3://acme-backups/databases", "secret": "store", "region": "eu-central-1"},
}
CHART = {"scrape": {"namespace": "monitoring", "workload": "prometheus"}, "mesh": {"mode": "none"}}


@pytest.fixture(scope="module", params=[4, 3], ids=["helm4", "helm3"])
def shop(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    return build(folder, {"ledger": LEDGER, "api": API}, major=request.param, **CHART)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Nothing that can be left out."""
    bare = {**DATABASE, "engine": "cnpg", "pooler": False, "tls": "none", "replicas": 1}
    return build(tmp_path_factory.mktemp("plain"), {"ledger": bare, "api": API})


def rendered(built, values=None, **options):
    """The objects where the operator and its plugin are."""
    found = {"ledger": values} if values is not None else None
    apis = (*options.pop("more_apis", ()), CNPG, BARMAN)
    return built.render(found, api_versions=apis, **options)


@pytest.mark.parametrize("version", ["1.25", "1.31", "1.37"])
def test_makes_the_operators_objects_and_no_more(shop, version):
    of_ledger = {
        name
        for name in rendered(shop, kube_version=version).names
        if name.split("/")[1].startswith(("ledger", "door"))
    }
    assert of_ledger == {
        "Cluster/ledger",
        "Pooler/door",
        "ObjectStore/ledger",
        "ScheduledBackup/ledger",
        "PodDisruptionBudget/door",
        "NetworkPolicy/ledger",
        "NetworkPolicy/door",
        "NetworkPolicy/ledger-test",
        "Pod/ledger-test",
        "ServiceAccount/ledger-test",
    }


def test_little_is_left_without_pooler_backups_and_encryption(plain):
    objects = rendered(plain)
    assert {name for name in objects.names if name.split("/")[1].startswith("ledger")} == {
        "Cluster/ledger",
        "NetworkPolicy/ledger",
        "NetworkPolicy/ledger-test",
        "Pod/ledger-test",
        "ServiceAccount/ledger-test",
    }
    spec = objects.one("Cluster")["spec"]
    assert not {"plugins", "certificates", "externalClusters"} & set(spec)
    assert not {"synchronous", "pg_hba"} & set(spec["postgresql"])
    assert "archive_timeout" not in spec["postgresql"]["parameters"]
    # A budget for one member would block the drain of its node for ever.
    assert spec["enablePDB"] is False
    two = rendered(plain, {"replicas": 2}).one("Cluster")["spec"]
    assert two["postgresql"]["synchronous"] and two["enablePDB"] is True


def test_applications_reach_the_pooler_and_migrations_the_leader(shop, plain):
    objects = rendered(shop)
    api = objects.one("Deployment", "api")
    assert variables(container(api, "api")) == {
        "LEDGER_HOST": "door",
        "LEDGER_PORT": "5432",
        "LEDGER_DATABASE": "orders",
        "LEDGER_USER": "app",
        "LEDGER_PASSWORD": "ledger-credentials/password",
    }
    assert variables(container(api, "wait-for-ledger"))["HOST"] == "door"
    migration = objects.one("Job", "api-migrate-")
    assert variables(container(migration, "migrate"))["LEDGER_HOST"] == "ledger-rw"
    straight = rendered(plain).one("Deployment", "api")
    assert variables(container(straight, "api"))["LEDGER_HOST"] == "ledger-rw"


def test_the_password_of_those_who_connect_is_the_owners(shop):
    initdb = rendered(shop).one("Cluster")["spec"]["bootstrap"]["initdb"]
    assert (initdb["database"], initdb["owner"]) == ("orders", "app")
    assert initdb["secret"] == {"name": "ledger-credentials"}
    (need, store, _) = next(
        component.kind_module.secrets(component)
        for component in read_platform(shop.path.parent.parent / "platform.yaml")
        .charts[0]
        .components
        if component.name == "ledger"
    )
    assert (need.name, need.keys) == ("ledger-credentials", ("username", "password"))
    assert store.name == "store"


def labels_of(peer: dict[str, Any]) -> str:
    selector = peer["podSelector"]
    found = dict(selector.get("matchLabels", {}))
    found.pop("app.kubernetes.io/instance", None)
    words = [f"{key.partition('/')[2]}={value}" for key, value in sorted(found.items())]
    for one in selector.get("matchExpressions", ()):
        words.append(f"{one['key'].partition('/')[2]} {one['operator']} {one['values']}")
    if space := peer.get("namespaceSelector", {}).get("matchLabels"):
        words.append(f"in {space['kubernetes.io/metadata.name']}")
    return ", ".join(words)


MEMBERS = "cluster=ledger, podRole NotIn ['pooler']"


def test_policies_know_pods_by_the_operators_labels(shop):
    objects = rendered(shop)
    server = objects.one("NetworkPolicy", "ledger")["spec"]
    assert labels_of(server) == MEMBERS
    doors = [
        ([port["port"] for port in rule["ports"]], sorted(map(labels_of, rule["from"])))
        for rule in server["ingress"]
    ]
    assert doors == [
        ([5432], sorted(["name=api-migrate", "poolerName=door", "name=ledger-test", MEMBERS])),
        ([8000], [MEMBERS]),
        ([5432, 8000], ["name=cloudnative-pg, in cnpg-system"]),
        ([9187], ["name=prometheus, in monitoring"]),
    ]
    pooler = objects.one("NetworkPolicy", "door")["spec"]
    assert labels_of(pooler) == "poolerName=door"
    assert [sorted(map(labels_of, rule["from"])) for rule in pooler["ingress"]] == [
        ["name=api", "name=ledger-test"],
        ["name=prometheus, in monitoring"],
    ]


def test_those_who_connect_may_go_to_the_operators_pods(shop):
    """In a release of any name: its prefix stands in the labels, too."""

    def ways(name, release):
        policy = rendered(shop, release=release).one("NetworkPolicy", name)
        return [
            labels_of(peer)
            for rule in policy["spec"]["egress"]
            if rule.get("ports") == [{"port": 5432}]
            for peer in rule["to"]
        ]

    assert ways("api", "shop") == ["poolerName=door"]
    assert ways("api-migrate", "shop") == ["cluster=ledger, podRole=instance"]
    assert ways("copy-api", "copy") == ["poolerName=copy-door"]
    assert ways("copy-api-migrate", "copy") == ["cluster=copy-ledger, podRole=instance"]


def test_the_certificate_is_for_the_names_that_others_connect_to(shop, plain):
    values = {"tls": {"certManager": {"enabled": True}}}
    objects = rendered(shop, values, more_apis=("cert-manager.io/v1",))
    certificate = objects.one("Certificate", "ledger")["spec"]
    assert {"door", "ledger-rw", "ledger-ro.shop.svc", "door.shop.svc"} <= set(
        certificate["dnsNames"]
    )
    # The members reload it; and it is the one that the operator is told.
    assert certificate["secretTemplate"]["labels"] == {"cnpg.io/reload": "true"}
    assert objects.one("Cluster")["spec"]["certificates"] == {
        "serverCASecret": certificate["secretName"],
        "serverTLSSecret": certificate["secretName"],
    }
    # The operator makes the Secret of the clients' authority itself, and can't use another's.
    assert "clientCASecret" not in objects.one("Cluster")["spec"]["certificates"]
    endings = ("ca", "server", "replication", "superuser", "app", "pull-secret", "pooler")
    authority = objects.one("Certificate", "ledger-server-ca")["spec"]
    assert authority["isCA"] is True
    assert authority["secretName"] not in {f"ledger-{ending}" for ending in endings}
    issuer = objects.one("Issuer", certificate["issuerRef"]["name"])
    assert issuer["spec"] == {"ca": {"secretName": authority["secretName"]}}
    # Where the operator makes it, the pooler's name must be in it, too: it shows the same one.
    off = rendered(shop, {"tls": {"enabled": False}})
    assert off.one("Cluster")["spec"]["certificates"] == {
        "serverAltDNSNames": ["door", "door.shop", "door.shop.svc"]
    }
    assert "client_tls_sslmode" not in off.one("Pooler")["spec"]["pgbouncer"]["parameters"]


def test_backups_go_where_no_other_cluster_writes(shop):
    objects = rendered(shop)
    store = objects.one("ObjectStore")["spec"]
    assert store["configuration"]["destinationPath"] == "s3://acme-backups/databases/shop/ledger"
    assert store["retentionPolicy"] == "8d"
    (region,) = store["instanceSidecarConfiguration"]["env"]
    assert region == {"name": "AWS_DEFAULT_REGION", "value": "eu-central-1"}
    (plugin,) = objects.one("Cluster")["spec"]["plugins"]
    assert plugin["parameters"] == {"barmanObjectName": "ledger", "serverName": "1"}
    assert plugin["isWALArchiver"] is True
    backup = objects.one("ScheduledBackup")["spec"]
    assert backup["schedule"] == "0 0 */6 * * *"
    assert backup["pluginConfiguration"]["name"] == plugin["name"]
    identity = rendered(shop, {"backup": {"secret": ""}}).one("ObjectStore")["spec"]
    assert identity["configuration"]["s3Credentials"] == {"inheritFromIAMRole": True}
    off = rendered(shop, {"backup": {"enabled": False}})
    assert not {"ObjectStore/ledger", "ScheduledBackup/ledger"} & off.names
    assert "plugins" not in off.one("Cluster")["spec"]


def test_a_restore_reads_one_place_and_writes_to_another(shop):
    values = {
        "backup": {"generation": "2"},
        "restore": {"from": "live/ledger/1", "time": "2026-11-28 12:00:00+00"},
    }
    objects = rendered(shop, values)
    spec = objects.one("Cluster")["spec"]
    assert set(spec["bootstrap"]) == {"recovery"}
    recovery = spec["bootstrap"]["recovery"]
    assert recovery["recoveryTarget"] == {"targetTime": "2026-11-28 12:00:00+00"}
    (origin,) = spec["externalClusters"]
    assert origin["name"] == recovery["source"]
    assert origin["plugin"]["parameters"]["serverName"] == "1"
    name = origin["plugin"]["parameters"]["barmanObjectName"]
    read = objects.one("ObjectStore", name)["spec"]["configuration"]
    assert read["destinationPath"] == "s3://acme-backups/databases/live/ledger"
    assert spec["plugins"][0]["parameters"] == {"barmanObjectName": "ledger", "serverName": "2"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"maxConnections": 60}, "2 poolers with 40 connections need 80, but maxConnections 60"),
        ({"pooler": {"poolSize": 99}}, "pooler.poolSize 99 is above pooler.maxConnections 40"),
        ({"parameters": {"ssl": "off"}}, "parameters.ssl is the operator's or the chart's own"),
        ({"parameters": {"max_connections": 9}}, "parameters.max_connections is the operator's"),
        ({"backup": {"bucket": ""}}, "backup.bucket is missing"),
        ({"resources": {"limits": {"memory": "64Mi"}}}, "memory is below 256Mi"),
        ({"restore": {"from": "shop/ledger/1"}}, "is where this cluster itself writes"),
    ],
)
def test_what_the_operator_would_refuse_or_lose_is_refused(shop, values, said):
    with pytest.raises(ToolError, match=said):
        rendered(shop, values)


@pytest.mark.parametrize(
    ("apis", "values", "said"),
    [
        ((), {}, r"ledger.enabled needs CloudNativePG, which this cluster does not have"),
        ((CNPG,), {}, r"backup.enabled needs the Barman Cloud plugin of CloudNativePG"),
    ],
)
def test_a_cluster_without_the_operator_is_told(shop, apis, values, said):
    with pytest.raises(ToolError, match=said):
        shop.render({"ledger": values}, api_versions=apis)
    off = shop.render({"ledger": {"backup": {"enabled": False}}}, api_versions=(CNPG,))
    assert "Cluster/ledger" in off.names


def test_memory_is_no_more_than_the_operator_lets_a_server_ask_for(shop):
    def buffers(request, limit):
        resources = {"requests": {"memory": request}, "limits": {"memory": limit}}
        spec = rendered(shop, {"resources": resources}).one("Cluster")["spec"]
        return spec["postgresql"]["parameters"]["shared_buffers"]

    assert buffers("2Gi", "4Gi") == "1024MB"
    assert buffers("512Mi", "4Gi") == "512MB"  # its webhook refuses more than is requested


def test_the_operator_takes_parameters_as_text_only(shop):
    values = {"parameters": {"random_page_cost": 1.1, "autovacuum": False, "max_wal_senders": 7}}
    parameters = rendered(shop, values).one("Cluster")["spec"]["postgresql"]["parameters"]
    assert all(isinstance(value, str) for value in parameters.values())
    assert (parameters["random_page_cost"], parameters["max_wal_senders"]) == ("1.1", "7")


def test_postgres_knows_every_parameter(shop, tmp_path):
    """Of the version that is here. It ends with an error at the first that it does not know."""
    program = Path("/usr/lib/postgresql/15/bin/postgres")
    if not program.is_file():
        needs.missing("PostgreSQL 15", "apt-get install postgresql-15")
    parameters = rendered(shop).one("Cluster")["spec"]["postgresql"]["parameters"]

    def judged(more: str = "") -> subprocess.CompletedProcess[str]:
        lines = [f"{name} = '{value}'" for name, value in parameters.items()]
        config = tmp_path / "postgresql.conf"
        config.write_text("\n".join([*lines, more]) + "\n")
        return subprocess.run(
            [program, "-C", "max_connections", f"--config-file={config}", "-D", tmp_path],
            capture_output=True,
            text=True,
            check=False,
        )

    done = judged()
    assert (done.returncode, done.stdout.strip()) == (0, "100"), done.stderr
    wrong = judged("wal_keep_sizes = 1")
    assert 'unrecognized configuration parameter "wal_keep_sizes"' in wrong.stderr


def test_affinity_is_written_in_the_operators_words(shop):
    values = {
        "nodeSelector": {"disk": "fast"},
        "tolerations": [{"key": "data", "operator": "Exists"}],
        "affinity": {
            "nodeAffinity": {"a": 1},
            "podAffinity": {"b": 2},
            "podAntiAffinity": {"c": 3},
        },
    }
    assert rendered(shop, values).one("Cluster")["spec"]["affinity"] == {
        "enablePodAntiAffinity": False,
        "nodeSelector": {"disk": "fast"},
        "tolerations": [{"key": "data", "operator": "Exists"}],
        "nodeAffinity": {"a": 1},
        "additionalPodAffinity": {"b": 2},
        "additionalPodAntiAffinity": {"c": 3},
    }


def test_quota_has_room_for_the_pods_that_the_operator_makes(shop):
    hard = quota(read_platform(shop.path.parent.parent / "platform.yaml").charts[0])
    assert hard["requests.storage"] == "32Gi"  # three of 10Gi, and some room
    # Three members and a Job that copies one, each with the plugin's container; two poolers and
    # one more during a rollout; the application with its migration, and the tests.
    members, poolers = 4 * (500 + 50), 3 * 100
    assert members + poolers < 1000 * int(hard["requests.cpu"]) < 1.5 * (members + poolers) + 1000


def test_only_the_operators_pods_have_a_token(tmp_path):
    policies = {"policies": {"enabled": True}}
    built = build(tmp_path, {"ledger": LEDGER, "api": API}, **CHART, **policies)
    policy = next(
        each
        for each in rendered(built).all
        if each["kind"] == "ValidatingAdmissionPolicy"
        and each["metadata"]["name"].endswith("tokens")
    )
    (accounts,) = (v for v in policy["spec"]["variables"] if v["name"] == "accounts")
    assert yaml.safe_load(accounts["expression"]) == ["ledger", "door"]
    test = rendered(built).one("Pod", "ledger-test")["spec"]
    assert test["automountServiceAccountToken"] is False


@pytest.mark.parametrize("mode", ["ambient", "sidecar"])
def test_the_mesh_knows_the_operators_pods_and_lets_the_operator_in(tmp_path, mode):
    chart = {**CHART, "mesh": {"mode": mode}}
    built = build(tmp_path, {"ledger": LEDGER, "api": API}, **chart)
    objects = rendered(built, more_apis=("security.istio.io/v1", "networking.istio.io/v1"))
    server = objects.one("AuthorizationPolicy", "ledger")["spec"]
    assert server["selector"]["matchLabels"] == {
        "cnpg.io/cluster": "ledger",
        "cnpg.io/podRole": "instance",
    }
    open_to_all = [
        rule["to"][0]["operation"]["ports"] for rule in server["rules"] if "from" not in rule
    ]
    assert open_to_all == ([["8000"], ["9187"]] if mode == "sidecar" else [["8000"]])
    peer = objects.one("PeerAuthentication", "ledger")["spec"]
    assert peer["portLevelMtls"]["8000"] == {"mode": "PERMISSIVE"}
    assert ("9187" in peer["portLevelMtls"]) == (mode == "sidecar")
    door = objects.one("AuthorizationPolicy", "ledger-door")["spec"]
    assert door["selector"]["matchLabels"] == {"cnpg.io/poolerName": "door"}


def test_every_knob_changes_the_rendering(tmp_path):
    real = helm.find(needs.helm(4), project=Path("/nowhere"))
    wrong = []
    for number, subject in enumerate(subjects(CASE)):
        if subject.plan.name in ("books", "ledger", "notes"):
            wrong += dead_knobs(real, subject, tmp_path / f"{number}-flip")
            wrong += null_knobs(real, subject, tmp_path / f"{number}-null")
            wrong += undeclared_values(subject)
    assert wrong == []


def test_the_pooler_is_spread_and_has_limits(shop):
    pooler = rendered(shop).one("Pooler")["spec"]
    assert (pooler["cluster"]["name"], pooler["type"]) == ("ledger", "rw")
    pod = pod_of({"kind": "Deployment", "spec": pooler})
    (bouncer,) = pod["containers"]
    assert bouncer["name"] == "pgbouncer" and set(bouncer["resources"]) == {"requests", "limits"}
    # The operator gives its own container none, and policies refuse a pod with such a one.
    (first,) = pod["initContainers"]
    assert (first["name"], first["resources"]) == ("bootstrap-controller", bouncer["resources"])
    assert pod["enableServiceLinks"] is False
    parameters = pooler["pgbouncer"]["parameters"]
    assert all(isinstance(value, str) for value in parameters.values())
    assert 2 * int(parameters["max_db_connections"]) + 19 <= 100
