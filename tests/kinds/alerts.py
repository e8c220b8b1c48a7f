"""For every alert: a world in which it must fire, and one in which it must be silent.

A world is series over time, in the notation of promtool: `0+60x120` starts at 0 and grows by 60 a
step, `1x30` stays at 1. Objectives are those of `monitoring.API` (99.9 %, 99 % within 500 ms).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

World = Mapping[str, str]

API = 'namespace="shop",job="api"'
REQUESTS = f'http_requests_total{{{API},handler="/buy",status="2xx"}}'
FAILED = f'http_requests_total{{{API},handler="/buy",status="5xx"}}'
PROBED = f'http_requests_total{{{API},handler="/health/ready",status="503"}}'
DURATION = "http_request_duration_seconds"
FAST = f'{DURATION}_bucket{{{API},handler="/buy",le="0.5"}}'
ALL = f'{DURATION}_count{{{API},handler="/buy"}}'
UP = f'up{{{API},pod="a"}}'
POD = 'namespace="shop",pod="api-1"'
HPA = 'namespace="shop",horizontalpodautoscaler="api"'
QUOTA = 'namespace="shop",resourcequota="shop",resource="pods"'
CLAIM = 'namespace="shop",persistentvolumeclaim="data-0"'
OWN = 'namespace="watch",job="prometheus",pod="prometheus-0"'
ALERTS = 'namespace="watch",job="alertmanager"'
DB = 'namespace="shop",job="db",pod="db-0"'
CACHE = 'namespace="shop",job="cache",pod="cache-0"'
CONTAINER = f'{POD},container="api"'


@dataclass(frozen=True, kw_only=True)
class Case:
    """An alert, its two worlds, and the minute at which to look. `labels` pick one of several.

    `step` is how many minutes lie between two samples, for alerts that look far back.
    """

    alert: str
    fires: World
    silent: World
    minute: int = 60
    labels: str = ""
    step: int = 1


CASES = (
    Case(alert="Watchdog", fires={}, silent={}),
    Case(
        alert="TargetDown",
        fires={f'up{{{API},pod="a"}}': "0x60", f'up{{{API},pod="b"}}': "1x60"},
        silent={f'up{{{API},pod="a"}}': "1x60"},
    ),
    Case(
        alert="ServiceDown",
        fires={f'up{{{API},pod="a"}}': "0x60", f'up{{{API},pod="b"}}': "0x60"},
        silent={f'up{{{API},pod="a"}}': "0x60", f'up{{{API},pod="b"}}': "1x60"},
    ),
    Case(
        alert="ScrapeLimitReached",
        fires={f"prometheus_target_scrapes_exceeded_sample_limit_total{{{OWN}}}": "0+1x60"},
        silent={f"prometheus_target_scrapes_exceeded_sample_limit_total{{{OWN}}}": "5x60"},
    ),
    Case(
        alert="PrometheusConfigurationRefused",
        fires={f"prometheus_config_last_reload_successful{{{OWN}}}": "0x60"},
        silent={f"prometheus_config_last_reload_successful{{{OWN}}}": "1x60"},
    ),
    Case(
        alert="PrometheusRuleFails",
        fires={f'prometheus_rule_evaluation_failures_total{{{OWN},rule_group="x"}}': "0+1x60"},
        silent={f'prometheus_rule_evaluation_failures_total{{{OWN},rule_group="x"}}': "0x60"},
    ),
    Case(
        alert="PrometheusStorageFails",
        fires={f"prometheus_tsdb_compactions_failed_total{{{OWN}}}": "0+1x60"},
        silent={f"prometheus_tsdb_compactions_failed_total{{{OWN}}}": "0x60"},
    ),
    Case(
        alert="PrometheusWithoutAlertmanager",
        fires={f"prometheus_notifications_alertmanagers_discovered{{{OWN}}}": "0x60"},
        silent={f"prometheus_notifications_alertmanagers_discovered{{{OWN}}}": "3x60"},
    ),
    Case(
        alert="AlertmanagerFailsToNotify",
        fires={
            f'alertmanager_notifications_total{{{ALERTS},integration="slack"}}': "0+10x60",
            f'alertmanager_notifications_failed_total{{{ALERTS},integration="slack"}}': "0+5x60",
        },
        silent={
            f'alertmanager_notifications_total{{{ALERTS},integration="slack"}}': "7x60",
            f'alertmanager_notifications_failed_total{{{ALERTS},integration="slack"}}': "7x60",
        },
    ),
    Case(
        alert="AlertmanagerClusterSplit",
        fires={
            f'alertmanager_cluster_members{{{ALERTS},pod="a"}}': "1x60",
            f'alertmanager_cluster_members{{{ALERTS},pod="b"}}': "2x60",
        },
        silent={
            f'alertmanager_cluster_members{{{ALERTS},pod="a"}}': "2x60",
            f'alertmanager_cluster_members{{{ALERTS},pod="b"}}': "2x60",
        },
    ),
    Case(
        alert="PodCrashLooping",
        fires={
            f'kube_pod_container_status_waiting_reason{{{CONTAINER},reason="CrashLoopBackOff"}}': (
                "1 _ _ 1 _ _ 1x60"
            )
        },
        silent={
            'kube_pod_container_status_waiting_reason{namespace="other",pod="x",'
            'reason="CrashLoopBackOff"}': "1x60"
        },
    ),
    Case(
        alert="PodNotReady",
        fires={
            f'kube_pod_status_phase{{{POD},phase="Pending"}}': "1x60",
            f'kube_pod_owner{{{POD},owner_kind="ReplicaSet"}}': "1x60",
        },
        silent={
            f'kube_pod_status_phase{{{POD},phase="Pending"}}': "0x60",
            f'kube_pod_owner{{{POD},owner_kind="ReplicaSet"}}': "1x60",
            'kube_pod_status_phase{namespace="shop",pod="job",phase="Failed"}': "1x60",
            'kube_pod_owner{namespace="shop",pod="job",owner_kind="Job"}': "1x60",
        },
    ),
    Case(
        alert="DeploymentIncomplete",
        fires={
            'kube_deployment_spec_replicas{namespace="shop",deployment="api"}': "3x60",
            'kube_deployment_status_replicas_available{namespace="shop",deployment="api"}': "2x60",
        },
        silent={
            'kube_deployment_spec_replicas{namespace="shop",deployment="api"}': "3x60",
            'kube_deployment_status_replicas_available{namespace="shop",deployment="api"}': "3x60",
        },
    ),
    Case(
        alert="StatefulSetIncomplete",
        fires={
            'kube_statefulset_replicas{namespace="watch",statefulset="db"}': "3x60",
            'kube_statefulset_status_replicas_ready{namespace="watch",statefulset="db"}': "2x60",
        },
        silent={
            'kube_statefulset_replicas{namespace="watch",statefulset="db"}': "3x60",
            'kube_statefulset_status_replicas_ready{namespace="watch",statefulset="db"}': "3x60",
        },
    ),
    Case(
        alert="HpaAtMax",
        fires={
            f"kube_horizontalpodautoscaler_status_current_replicas{{{HPA}}}": "50x60",
            f"kube_horizontalpodautoscaler_spec_max_replicas{{{HPA}}}": "50x60",
            f"kube_horizontalpodautoscaler_spec_min_replicas{{{HPA}}}": "2x60",
        },
        silent={  # switched off in effect: it can't scale at all
            f"kube_horizontalpodautoscaler_status_current_replicas{{{HPA}}}": "2x60",
            f"kube_horizontalpodautoscaler_spec_max_replicas{{{HPA}}}": "2x60",
            f"kube_horizontalpodautoscaler_spec_min_replicas{{{HPA}}}": "2x60",
        },
    ),
    Case(
        alert="JobFailed",
        fires={'kube_job_failed{namespace="shop",job_name="seed",condition="true"}': "1x60"},
        silent={'kube_job_failed{namespace="shop",job_name="seed",condition="false"}': "1x60"},
    ),
    Case(
        alert="QuotaAlmostFull",
        fires={
            f'kube_resourcequota{{{QUOTA},type="used"}}': "95x60",
            f'kube_resourcequota{{{QUOTA},type="hard"}}': "100x60",
        },
        silent={  # nothing is allowed, and nothing is there
            f'kube_resourcequota{{{QUOTA},type="used"}}': "0x60",
            f'kube_resourcequota{{{QUOTA},type="hard"}}': "0x60",
        },
    ),
    Case(
        alert="VolumeFillingUp",
        fires={
            f"kubelet_volume_stats_available_bytes{{{CLAIM}}}": "140-0.5x80",
            f"kubelet_volume_stats_capacity_bytes{{{CLAIM}}}": "1000x80",
        },
        silent={  # fuller, but not filling
            f"kubelet_volume_stats_available_bytes{{{CLAIM}}}": "100x80",
            f"kubelet_volume_stats_capacity_bytes{{{CLAIM}}}": "1000x80",
        },
        minute=400,
        step=5,
    ),
    Case(
        alert="ContainerThrottled",
        fires={
            f"container_cpu_cfs_throttled_periods_total{{{CONTAINER}}}": "0+60x90",
            f"container_cpu_cfs_periods_total{{{CONTAINER}}}": "0+100x90",
        },
        silent={
            f"container_cpu_cfs_throttled_periods_total{{{CONTAINER}}}": "0+10x90",
            f"container_cpu_cfs_periods_total{{{CONTAINER}}}": "0+100x90",
        },
        minute=80,
    ),
    Case(
        alert="AddressDown",
        fires={'probe_success{job="probe",instance="https://a.example.com/"}': "0x60"},
        silent={'probe_success{job="probe",instance="https://a.example.com/"}': "1x60"},
    ),
    Case(
        alert="CertificateExpiring",
        fires={'probe_ssl_earliest_cert_expiry{instance="https://a.example.com/"}': "900000x90"},
        silent={'probe_ssl_earliest_cert_expiry{instance="https://a.example.com/"}': "9000000x90"},
        minute=80,
    ),
    Case(
        alert="ErrorBudgetBurnsFast",
        labels='slo="availability"',
        fires={REQUESTS: "0+90x120", FAILED: "0+10x120"},
        silent={REQUESTS: "0+9999x120", FAILED: "0+1x120", PROBED: "0+1000x120"},
        minute=110,
    ),
    Case(
        alert="ErrorBudgetBurnsFast",
        labels='slo="latency"',
        fires={FAST: "0+70x120", ALL: "0+100x120"},
        silent={FAST: "0+100x120", ALL: "0+100x120"},
        minute=110,
    ),
    Case(
        alert="ErrorBudgetBurnsSlowly",
        labels='slo="availability"',
        fires={REQUESTS: "0+9960x156", FAILED: "0+40x156"},
        silent={REQUESTS: "0+9999x156", FAILED: "0+0.5x156"},
        minute=1500,
        step=10,
    ),
    Case(
        alert="ErrorBudgetBurnsSlowly",
        labels='slo="latency"',
        fires={FAST: "0+96x156", ALL: "0+100x156"},
        silent={FAST: "0+999x156", ALL: "0+1000x156"},
        minute=1500,
        step=10,
    ),
    Case(
        alert="ObjectiveWithoutMetric",
        labels='slo="availability"',
        fires={f'up{{{API},pod="a"}}': "1x90"},
        silent={f'up{{{API},pod="a"}}': "1x90", REQUESTS: "0x90"},
        minute=80,
    ),
    Case(
        alert="ObjectiveWithoutMetric",
        labels='slo="latency"',
        # Its histogram has no bound at the promised time.
        fires={
            f'up{{{API},pod="a"}}': "1x90",
            f'{DURATION}_bucket{{{API},handler="/buy",le="0.4"}}': "0+1x90",
        },
        silent={f'up{{{API},pod="a"}}': "1x90", FAST: "0x90"},
        minute=80,
    ),
    Case(
        alert="PostgresDown",
        fires={f"pg_up{{{DB}}}": "0x60"},
        silent={f"pg_up{{{DB}}}": "1x60"},
    ),
    Case(
        alert="PostgresNoPrimary",
        fires={f"patroni_primary{{{DB}}}": "0x60"},
        silent={
            f"patroni_primary{{{DB}}}": "1x60",
            'patroni_primary{namespace="shop",job="db",pod="db-1"}': "0x60",
        },
    ),
    Case(
        alert="PostgresReplicaLags",
        fires={f"pg_replication_lag_seconds{{{DB}}}": "90x60"},
        silent={f"pg_replication_lag_seconds{{{DB}}}": "9x60"},
    ),
    Case(
        alert="PostgresConnectionsHigh",
        fires={
            f'pg_stat_activity_count{{{DB},state="idle"}}': "50x60",
            f'pg_stat_activity_count{{{DB},state="active"}}': "40x60",
            f"pg_settings_max_connections{{{DB}}}": "100x60",
        },
        silent={
            f'pg_stat_activity_count{{{DB},state="idle"}}': "50x60",
            f"pg_settings_max_connections{{{DB}}}": "100x60",
        },
    ),
    Case(
        alert="PostgresArchivingFails",
        fires={f"pg_stat_archiver_failed_count{{{DB}}}": "0+1x60"},
        silent={f"pg_stat_archiver_failed_count{{{DB}}}": "3x60"},
    ),
    Case(
        alert="PostgresBackupFailed",
        fires={f"postgres_backup_failed{{{DB}}}": "1x60"},
        silent={f"postgres_backup_failed{{{DB}}}": "0x60"},
    ),
    Case(
        alert="PostgresBackupTooOld",
        fires={f"postgres_backup_newest_timestamp_seconds{{{DB}}}": "0x100"},
        silent={  # of two members, one knows of a newer backup: 6.5 hours old
            f"postgres_backup_newest_timestamp_seconds{{{DB}}}": "0x100",
            'postgres_backup_newest_timestamp_seconds{namespace="shop",job="db",pod="db-1"}': (
                "6600x100"
            ),
        },
        minute=500,
        step=10,
    ),
    Case(
        alert="RedisDown",
        fires={f"redis_up{{{CACHE}}}": "0x60"},
        silent={f"redis_up{{{CACHE}}}": "1x60"},
    ),
    Case(
        alert="RedisClusterDown",
        fires={
            f"redis_cluster_state{{{CACHE}}}": "0x60",
            'redis_cluster_state{namespace="shop",job="cache",pod="cache-1"}': "1x60",
        },
        silent={f"redis_cluster_state{{{CACHE}}}": "1x60"},
    ),
    Case(
        alert="RedisMemoryHigh",
        fires={
            f"redis_memory_used_bytes{{{CACHE}}}": "900x60",
            f"redis_memory_max_bytes{{{CACHE}}}": "1000x60",
        },
        silent={  # 0 is no limit
            f"redis_memory_used_bytes{{{CACHE}}}": "900x60",
            f"redis_memory_max_bytes{{{CACHE}}}": "0x60",
        },
    ),
    Case(
        alert="RedisEvicts",
        fires={f"redis_evicted_keys_total{{{CACHE}}}": "0+10x60"},
        silent={f"redis_evicted_keys_total{{{CACHE}}}": "10x60"},
    ),
)
