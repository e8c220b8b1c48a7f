"""`restore --run` on a real API server, with real Helm, Patroni, pgBackRest and agents."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import pipeline
from tests.cluster.reach import Cluster
from tests.data.deployed import BESIDE, UNSEEN, Deployed
from tests.data.ledger import NAME, certificates, secrets
from tests.data.pooler import opened
from tests.data.store import KEYS, Store, opened_store

Figure = Callable[[str, str], None]
STORE = "store.example.com"
SMALL = {"cpu": ["10m", "100m"], "memory": ["16Mi", "64Mi"]}
APP = {"image": "registry.example/shop:1.0", "connects": [NAME], "resources": SMALL}
LEDGER = {
    "kind": "postgres",
    "database": "orders",
    "replicas": 2,
    "storage": ["1Gi", "disks"],
    "resources": {"cpu": ["500m", "2"], "memory": ["256Mi", "512Mi"]},
    "backup": {"to": "s3://acme-backups/databases"},
    "patches": {"statefulset.yaml": UNSEEN},
}
BEGUN = "this command began"
ASKED = "the time that was asked for"
COMPONENTS = {
    NAME: LEDGER,
    "api": {"kind": "web", "port": 8080, "scale": 2, **APP},
    "report": {"kind": "cron", "schedule": "0 3 1 1 *", **APP},
}


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with opened() as folder, opened_store(folder, STORE) as found:
        yield found


@pytest.fixture(scope="module")
def shop(cluster: Cluster, store: Store) -> Iterator[Deployed]:
    with opened() as folder, cluster.fresh_namespace("shop") as namespace:
        chart = {"version": "1.0.0", "namespace": namespace, "components": COMPONENTS}
        spec = {"name": "shop", "environments": ["test"], "charts": {"shop": chart}}
        (folder / "platform.yaml").write_text(yaml.safe_dump(spec))
        overlay(folder, store)
        pipeline.build(folder / "platform.yaml", prove=False)
        cluster.apply([disks(), *secret_objects(namespace, store)])
        names = {STORE: "127.0.0.1"}
        with Deployed(cluster, namespace, folder, net="127.0.51", names=names) as found:
            found.run("deploy", "--skip-preflight", "--timeout=300")
            found.leader()
            yield found


def overlay(folder: Path, store: Store, **more: Any) -> None:
    backup = {"secret": "store", "caSecret": "authority", "endpoint": store.url}
    ledger = {"postgresVersion": 15, **more, "backup": {**backup, **more.get("backup", {})}}
    path = folder / "values" / "test" / "shop.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({NAME: ledger, "quota": {"enabled": False}}))


def disks() -> dict[str, Any]:
    """Bound at once: no scheduler ever sees the pods that wait for them."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "disks"},
        "provisioner": "pd.csi.storage.gke.io",
    }


def secret_objects(namespace: str, store: Store) -> list[dict[str, Any]]:
    every = {
        **secrets(),
        f"{NAME}-tls": certificates(namespace),
        "store": KEYS,
        "authority": {"ca.crt": store.authority.read_text()},
    }
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": namespace},
            "stringData": dict(data),
        }
        for name, data in every.items()
    ]


def backed_up(shop: Deployed, store: Store) -> bool:
    """Whether the agent has taken a backup of the cluster that runs."""
    place = f"databases/{shop.namespace}/{NAME}/{generation(shop)}/backup/db/"
    return any(name.endswith("/backup.manifest") for name in store.objects(place))


def accident(shop: Deployed, leader: str) -> str:
    """Rows, a time, rows after it, and the table is dropped: the time, as text."""
    shop.sql("CREATE TABLE sales (id int)", leader)
    shop.sql("INSERT INTO sales SELECT generate_series(1, 100)", leader)
    soon = "date_trunc('second', clock_timestamp()) + interval '1 s'"
    moment = shop.sql(f"SELECT to_char({soon}, 'YYYY-MM-DD HH24:MI:SS+00')", leader)
    time.sleep(2.5)
    shop.sql("INSERT INTO sales VALUES (101)", leader)
    shop.sql("DROP TABLE sales", leader)
    shop.sql("CREATE TABLE later AS SELECT 1 AS id", leader)
    archived(shop, leader)
    return moment


def archived(shop: Deployed, leader: str) -> None:
    """All that was written so far is in the store."""
    last = shop.sql("SELECT pg_walfile_name(pg_switch_wal())", leader)
    query = f"SELECT last_archived_wal >= '{last}' FROM pg_stat_archiver"
    shop.wait(lambda: shop.sql(query, leader) == "t", f"{last} in the store")


def told(figure: Figure, where: str, said: str, begin: str, since: str) -> None:
    """The command's own words about what it did."""
    last = re.search(
        r"RTO: it takes writes (\d+\.\d) s after this command began\n"
        rf"RPO: its last transaction is of \S+ \S+, (\d+\.\d) s before {since}",
        said,
    )
    assert begin in said and last, said
    figure(f"restore {where}: until it takes writes (RTO)", f"{last[1]} s")
    figure(f"restore {where}: last transaction before {since} (RPO)", f"{last[2]} s")


def into_overlay(shop: Deployed, store: Store, to: str) -> None:
    """In place, the command wants the overlay to say it; it says what is to be written there."""
    refused = shop.run("restore", f"shop/{NAME}", to, "--run", code=3)
    assert "the next deployment would undo the restore" in refused
    wanted = yaml.safe_load("\n".join(re.findall(r"hint: (.*)", refused)[1:]))
    overlay(shop.folder, store, **wanted[NAME])


def generation(shop: Deployed) -> str:
    """The last part of where the running cluster writes."""
    settings = shop.around.config_maps[f"{NAME}-patroni"]["pgbackrest.conf"]
    (path,) = re.findall(r"repo1-path=(\S+)", settings)
    return str(path).rpartition("/")[2]


def uids(shop: Deployed) -> dict[str, str]:
    """Of the pods that run."""
    return {name: str(shop.kubelet.uid(name)) for name in shop.kubelet.objects}


def volumes(shop: Deployed) -> set[str]:
    """What the claims of the database's members are bound to."""
    words = ("get", "persistentvolumeclaims", "-n", shop.namespace, "-o", "json")
    labels = f"app.kubernetes.io/instance=shop,app.kubernetes.io/name={NAME}"
    found = json.loads(shop.cluster.kubectl(*words, "-l", labels))["items"]
    return {str(one["spec"]["volumeName"]) for one in found}


def pods_that_write(shop: Deployed) -> set[str]:
    """Of the API and of the Job, by their ids."""
    names = (f"{one['metadata']['name']} {one['metadata']['uid']}" for one in shop.api.pods())
    return {name for name in names if name.startswith(("api-", "report-"))}


def running_job(shop: Deployed) -> None:
    """A run of the report that does not end: nobody can pull its image."""
    cron = shop.cluster.get("cronjob", "report", shop.namespace)["spec"]["jobTemplate"]["spec"]
    cron["template"]["spec"]["containers"][0]["image"] = "registry.example/nosuch:1"
    metadata = {"name": "report-runs", "namespace": shop.namespace}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": cron}
    shop.cluster.apply([job])

    def active() -> bool:
        found = shop.cluster.get("job", "report-runs", shop.namespace)
        return bool(found["status"].get("active"))

    shop.wait(active, "the Job to run")


def test_a_dropped_table_comes_back(shop: Deployed, store: Store, figure: Figure) -> None:
    """Beside the running database, then in its place. One test: one tells of the other's work."""
    cluster, namespace = shop.cluster, shop.namespace
    leader = shop.leader()
    shop.wait(lambda: backed_up(shop, store), "the first backup")
    before = accident(shop, leader)
    place = f"databases/{namespace}/{NAME}/{generation(shop)}/backup/"
    in_store = store.objects(place)
    pods = uids(shop)

    said = shop.report(f"--to={before}", "--beside=look")
    told(figure, "beside", said, f"{BESIDE} is as it was at {before}", ASKED)
    assert shop.sql("SELECT count(*) FROM sales", f"{BESIDE}-0") == "100"
    assert shop.sql("SELECT to_regclass('later') IS NULL", f"{BESIDE}-0") == "t"
    assert shop.sql("SELECT count(*) FROM later", leader) == "1"
    assert {name: uid for name, uid in uids(shop).items() if name in pods} == pods

    into_overlay(shop, store, f"--to={before}")
    running_job(shop)
    old, writers = volumes(shop), pods_that_write(shop)
    said = shop.report(f"--to={before}")
    told(figure, "in place", said, f"{NAME} is as it was at {before}", ASKED)
    leader = shop.leader()
    assert shop.sql("SELECT count(*) FROM sales", leader) == "100"
    assert shop.sql("SELECT to_regclass('later') IS NULL", leader) == "t"
    # Who wrote was stopped, and does so again.
    steps = ("api stops writing", "report starts no more Jobs", "Jobs that run wait")
    assert [line for line in said.splitlines() if line in steps] == [*steps]
    shop.wait(lambda: len(pods_that_write(shop) - writers) == 3, "those that write")
    assert cluster.get("cronjob", "report", namespace)["spec"]["suspend"] is False
    assert "suspend: false" in cluster.helm(4, "get", "manifest", "shop", "-n", namespace)
    follows = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
    shop.wait(lambda: shop.sql(follows, leader) == "1", "the other member")
    # The old volumes are there, and the new cluster has others and a place of its own.
    kept = {one["metadata"]["name"]: one for one in cluster.list("persistentvolumes")}
    for name in old:
        assert kept[name]["spec"]["persistentVolumeReclaimPolicy"] == "Retain"
    assert len(old) == 2 and not old & volumes(shop)
    assert store.objects(place) == in_store
    shop.wait(lambda: backed_up(shop, store), "the first backup of the new cluster")


def test_what_the_archive_has_comes_back_when_all_else_is_lost(
    shop: Deployed, store: Store, figure: Figure
) -> None:
    """All members die at once, and their volumes are gone."""
    leader = shop.leader()
    shop.wait(lambda: backed_up(shop, store), "the first backup")
    shop.sql("CREATE TABLE kept AS SELECT 1 AS id", leader)
    archived(shop, leader)
    shop.sql("INSERT INTO kept VALUES (2)", leader)
    for number in range(2):
        shop.lose(f"{NAME}-{number}")
    into_overlay(shop, store, "--to=latest")
    said = shop.report("--to=latest")
    told(figure, "of what is lost", said, f"{NAME} is as late as its archive goes", BEGUN)
    assert shop.sql("SELECT id FROM kept", shop.leader()) == "1"
