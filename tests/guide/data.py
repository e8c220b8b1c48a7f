"""What the guide promises of databases, caches, metrics and recovery."""

from __future__ import annotations

import json

import yaml

from tests.guide.cluster import MONITORING, Cluster


def backend_is_scraped(cluster: Cluster) -> None:
    """Whatever the application serves at its metrics port is collected."""
    container = cluster.container("Deployment", "backend")
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert (ports["http"], ports["metrics"]) == (8000, 8001)
    config = yaml.safe_load(cluster.text("prometheus", "prometheus.yml", MONITORING))
    assert [job for job in config["scrape_configs"] if "backend" in job["job_name"]]


def slow_queries_are_logged(cluster: Cluster) -> None:
    patroni = yaml.safe_load(cluster.text("postgres-patroni", "patroni.yml"))
    parameters = patroni["postgresql"]["parameters"]
    assert parameters["log_min_duration_statement"] == "500ms"
    assert "pg_stat_statements" in parameters["shared_preload_libraries"]


def connections_are_pooled(cluster: Cluster) -> None:
    """100 connections of the server, and a pooler whose share of them is known."""
    patroni = yaml.safe_load(cluster.text("postgres-patroni", "patroni.yml"))
    assert patroni["bootstrap"]["dcs"]["postgresql"]["parameters"]["max_connections"] == 100
    pooler = cluster.text("pgbouncer", "pgbouncer.ini")
    lines = dict(line.split(" = ", 1) for line in pooler.splitlines() if " = " in line)
    pods = cluster.get("Deployment", "pgbouncer")["spec"]["replicas"]
    assert pods * int(lines["max_db_connections"]) <= 100 - 5
    assert int(lines["max_client_conn"]) >= 50 * 20
    env = {e["name"]: e for e in cluster.container("Deployment", "backend")["env"]}
    assert env["POSTGRES_HOST"]["value"] == "pgbouncer"


def wal_is_archived(cluster: Cluster) -> None:
    patroni = yaml.safe_load(cluster.text("postgres-patroni", "patroni.yml"))
    parameters = patroni["postgresql"]["parameters"]
    assert (parameters["archive_mode"], parameters["archive_timeout"]) == ("on", "60s")
    assert parameters["archive_command"] == 'sh /scripts/pgbackrest_push.sh "%p"'
    assert "pgbackrest archive-push" in cluster.text("postgres-scripts", "pgbackrest_push.sh")
    assert patroni["bootstrap"]["dcs"]["synchronous_mode"] == "quorum"


def backups_every_six_hours(cluster: Cluster) -> None:
    job = cluster.get("CronJob", "postgres-backup")["spec"]
    assert job["schedule"].split()[1] == "*/6"
    store = cluster.text("postgres-patroni", "pgbackrest.conf").splitlines()
    assert "repo1-s3-bucket=bookedbarber-backups" in store
    assert {"PostgresBackupFailed", "PostgresBackupTooOld"} <= set(cluster.alerts())


def sessions_survive_eviction(cluster: Cluster) -> None:
    lines = cluster.text("redis", "server.conf").splitlines()
    for line in ("maxmemory-policy volatile-lru", "appendonly yes", "cluster-enabled yes"):
        assert line in lines
    assert "RedisEvicts" in cluster.alerts()


def redis_is_watched(cluster: Cluster) -> None:
    pod = cluster.pod("StatefulSet", "redis")["spec"]
    assert [one for one in pod["containers"] if "redis_exporter" in one["image"]]
    assert {"RedisDown", "RedisMemoryHigh"} <= set(cluster.alerts())


def dashboards_are_there(cluster: Cluster) -> None:
    found = cluster.get("ConfigMap", "grafana-dashboards", MONITORING)["data"]
    assert {"services.json", "postgres.json", "pgbouncer.json", "redis.json"} <= set(found)


def business_is_shown(cluster: Cluster) -> None:
    """For people to choose a franchise and a location, and for shards beside each other."""
    found = cluster.get("ConfigMap", "grafana-dashboards", MONITORING)["data"]
    for name, *asked in (
        ("franchise", "bookings_total", "shard_requests_total", "shard_request_duration"),
        ("location", "bookings_total", "chair_utilization_ratio"),
        ("revenue", "payment_amount_total", "payments_total"),
        ("clients", "client_retention_ratio", "active_clients"),
    ):
        assert all(metric in found[f"{name}.json"] for metric in asked), name
    choices = {v["name"] for v in json.loads(found["location.json"])["templating"]["list"]}
    assert {"shard", "franchise", "location"} <= choices


def recovers_within_fifteen_minutes(cluster: Cluster) -> None:
    """A rollout that stands still is known after ten minutes; a failed leader after one."""
    for name in ("backend", "frontend"):
        assert cluster.get("Deployment", name)["spec"]["progressDeadlineSeconds"] <= 900
    dcs = yaml.safe_load(cluster.text("postgres-patroni", "patroni.yml"))["bootstrap"]["dcs"]
    assert dcs["ttl"] <= 60


def pages_somebody(cluster: Cluster) -> None:
    config = yaml.safe_load(cluster.text("alertmanager", "alertmanager.yml", MONITORING))
    names = {receiver["name"] for receiver in config["receivers"]}
    assert {"pager", "security", "team"} <= names


def metrics_are_not_public(cluster: Cluster) -> None:
    """No address leads to the port of the metrics."""
    for host in ("bookedbarber.com", "app.bookedbarber.com", "api.bookedbarber.com"):
        for path in cluster.paths(host):
            assert path["backend"]["service"]["port"] in ({"number": 8000}, {"number": 3000})


def grafana_is_at(url: str, cluster: Cluster) -> None:
    text = cluster.text("grafana", "grafana.ini", MONITORING)
    assert f"root_url = {url}" in text


def prometheus_is_at(url: str, cluster: Cluster) -> None:
    args = cluster.container("StatefulSet", "prometheus", None, MONITORING)["args"]
    assert f"--web.external-url={url}" in args
    assert "--storage.tsdb.retention.time=30d" in args
