"""The guide's commands and promises, from scaling to its summary."""

from __future__ import annotations

from functools import partial

from tests.guide import checks, data
from tests.guide.cluster import MONITORING, Cluster
from tests.guide.row import alerts, all_of, contains, exists, kubectl, says, scaled

UNDONE = "the autoscaler owns the replicas and sets them back within a minute"
RAISE = "it works, but not for long: raise `{0}.autoscaling.minReplicas` instead"
APP_OWN = "only the application can tell; its metrics are collected, its logs are the cluster's"


def bash_is_the_image_s(cluster: Cluster) -> None:
    """Nothing in the pod stands in the way: the image is the application's own."""
    container = cluster.container("Deployment", "backend")
    assert container["image"].startswith("bookedbarber/backend:")
    assert "stdin" not in container


def rolls_without_a_gap(cluster: Cluster) -> None:
    for name in ("backend", "frontend"):
        strategy = cluster.get("Deployment", name)["spec"]["strategy"]["rollingUpdate"]
        assert strategy["maxUnavailable"] == 0


def dump_reads_the_right_database(cluster: Cluster) -> None:
    environment = cluster.container("StatefulSet", "postgres")["env"]
    assert {"name": "APP_DATABASE", "value": "bookedbarber_v2"} in environment
    contains("postgres-patroni", "patroni.yml", 'hot_standby_feedback: "on"')(cluster)
    data.wal_is_archived(cluster)


ROWS = (
    kubectl(
        "kubectl scale deployment backend --replicas=10 -n bookedbarber-v2",
        scaled("backend", 2, 50, 70, 80),
        RAISE.format("backend"),
        UNDONE,
    ),
    kubectl(
        "kubectl scale deployment frontend --replicas=8 -n bookedbarber-v2",
        scaled("frontend", 3, 20, 70, 80),
        RAISE.format("frontend"),
        UNDONE,
    ),
    kubectl(
        "kubectl scale statefulset postgres --replicas=5 -n bookedbarber-v2",
        checks.replicas_are_kept,
        "an upgrade keeps the replicas that it finds; the quota has room for five",
        "Helm 4 would fail the next upgrade over the conflict, Helm 3 would silently go back to 3",
    ),
    says("- **Backend**: 2-50 replicas (70% CPU, 80% memory)", scaled("backend", 2, 50, 70, 80)),
    says(
        "- **Backend**: 2-50 replicas (70% CPU, 80% memory)",
        alerts("HpaAtMax"),
        "kept, with an alert and a value to leave memory out",
        "memory does not fall when pods are added: a lasting 410Mi keeps the autoscaler at 50",
    ),
    says("- **Frontend**: 3-20 replicas (70% CPU, 80% memory)", scaled("frontend", 3, 20, 70, 80)),
    kubectl("kubectl get hpa -n bookedbarber-v2"),
    kubectl("kubectl describe hpa backend-hpa -n bookedbarber-v2"),
    kubectl("kubectl describe pod <pod-name> -n bookedbarber-v2"),
    kubectl("kubectl logs deployment/backend -n bookedbarber-v2"),
    kubectl("kubectl exec -it postgres-0 -n bookedbarber-v2 -- pg_isready"),
    kubectl("kubectl get ingress -n bookedbarber-v2"),
    kubectl("kubectl describe ingress bookedbarber-ingress -n bookedbarber-v2"),
    kubectl("kubectl get all -n bookedbarber-v2"),
    kubectl("kubectl get all -n monitoring"),
    kubectl("kubectl get events -n bookedbarber-v2 --sort-by='.lastTimestamp'"),
    kubectl("kubectl logs -f deployment/backend -n bookedbarber-v2"),
    kubectl("kubectl logs -f deployment/frontend -n bookedbarber-v2"),
    kubectl(
        "kubectl exec -it deployment/backend -n bookedbarber-v2 -- /bin/bash",
        bash_is_the_image_s,
        "works where the image has bash, for those whom RBAC lets `exec`",
        "images are the application's: what they must have is part of their contract",
    ),
    says(
        "- **Network Policies**: Micro-segmentation between tiers",
        checks.traffic_is_denied_unless_declared,
    ),
    says(
        "- **Pod Security**: Non-root containers, read-only filesystems", checks.pods_are_restricted
    ),
    says(
        "- **TLS Encryption**: End-to-end encryption with cert-manager",
        checks.data_is_encrypted_on_the_way,
        "TLS to the ingress, to PostgreSQL and to Redis; from the ingress to pods with the mesh",
        "the application's images speak plain HTTP",
    ),
    says("- **RBAC**: Least privilege access", checks.rights_are_least),
    says("- **Service Accounts**: Dedicated accounts per service", checks.accounts_are_dedicated),
    says(
        "- **Security Metrics**: Failed authentication attempts, unusual traffic",
        data.backend_is_scraped,
        "the backend's metrics are collected, alerts of category `security` have a receiver",
        APP_OWN,
    ),
    says("- **Incident Response**: Automated alerting via AlertManager", data.pages_somebody),
    kubectl(
        "kubectl set image deployment/backend backend=bookedbarber/backend:v2.1.0"
        " -n bookedbarber-v2",
        rolls_without_a_gap,
    ),
    kubectl(
        "kubectl exec postgres-0 -n bookedbarber-v2 -- pg_dump bookedbarber_v2 > backup.sql",
        dump_reads_the_right_database,
        "a dump is for looking at; the backup is the base backup with the archived log",
        "a dump is no point in time to recover to, and postgres-0 may be a replica",
    ),
    kubectl("kubectl top pods -n bookedbarber-v2"),
    kubectl("kubectl get deployments -n bookedbarber-v2"),
    kubectl("kubectl get deployments -n monitoring"),
    kubectl("kubectl get hpa -n bookedbarber-v2"),
    kubectl("kubectl get pvc -n bookedbarber-v2"),
    says(
        "- **Connection Pooling**: 100 max connections",
        data.connections_are_pooled,
        "PgBouncer stands between; its share of the 100 is checked when the chart is built",
        "50 backends with a pool of 20 would open 1000",
    ),
    says("- **Query Optimization**: Slow query monitoring", data.slow_queries_are_logged),
    says("- **Backup Strategy**: Point-in-time recovery configured", data.wal_is_archived),
    says(
        "- **Redis Cluster**: 6-node cluster for high availability",
        contains("redis", "server.conf", "cluster-enabled yes", "cluster-node-timeout 5000"),
    ),
    says(
        "- **Cache Strategy**: LRU eviction with session persistence",
        data.sessions_survive_eviction,
        "`volatile-lru`, with the append-only file and an alert on evictions",
        "a server has one policy, and `allkeys-lru` drops sessions",
    ),
    says("- **Monitoring**: Redis performance metrics tracked", data.redis_is_watched),
    says(
        "- **Health Checks**: Comprehensive probes configured",
        checks.containers_have_probes_and_limits,
    ),
    says(
        "- **Resource Limits**: Optimized for Six Figure Barber workloads",
        all_of(checks.containers_have_probes_and_limits, exists("LimitRange", "bookedbarber")),
    ),
    says("- **Metrics Collection**: Custom business metrics tracked", data.backend_is_scraped),
    says(
        "- **Database**: Automated backups every 6 hours",
        data.backups_every_six_hours,
        "to `s3://bookedbarber-backups`: a bucket is a setting that must be there",
        "the guide names no place for backups",
    ),
    says(
        "- **Monitoring Data**: 30-day retention in Prometheus",
        partial(data.prometheus_is_at, "http://localhost:9090"),
    ),
    says("- **RTO**: 15 minutes for application recovery", data.recovers_within_fifteen_minutes),
    says(
        "- **RPO**: 6 hours for data recovery",
        all_of(data.wal_is_archived, data.backups_every_six_hours),
        "a minute, by the archived log; none for a lost node. The six hours bound how long a"
        " restore takes",
        "point-in-time recovery and a loss of six hours contradict each other",
    ),
    says(
        "- **Failover**: Cross-zone deployment for availability", checks.replicas_spread_over_zones
    ),
    says(
        "✅ **High Availability**: Multi-replica deployments across zones",
        checks.replicas_spread_over_zones,
    ),
    says("✅ **Auto-scaling**: Dynamic resource allocation", scaled("backend", 2, 50, 70, 80)),
    says(
        "✅ **Monitoring**: Comprehensive observability",
        all_of(data.dashboards_are_there, exists("Service", "prometheus", MONITORING)),
    ),
    says(
        "✅ **Security**: Enterprise-grade security with RBAC and network policies",
        all_of(checks.pods_are_restricted, checks.traffic_is_denied_unless_declared),
    ),
    says(
        "✅ **Performance**: Optimized for 10,000+ concurrent users",
        checks.quota_lets_everything_scale,
        "room for 50 backends: enough for 10,000 users who wait ten seconds between requests, if"
        " one costs at most 15 ms of CPU",
        "nobody has measured the application",
    ),
)
