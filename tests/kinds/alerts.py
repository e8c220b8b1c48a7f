"""For every alert: a world in which it must fire, and one in which it must be silent.

A world is series over time, in the notation of promtool: `0+60x120` starts at 0 and grows by 60 a
step, `1x30` stays at 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

World = Mapping[str, str]

API = 'namespace="shop",job="api"'
POD = 'namespace="shop",pod="api-1"'
HPA = 'namespace="shop",horizontalpodautoscaler="api"'
CONDITION = "kube_horizontalpodautoscaler_status_condition"
SCALING = f'{CONDITION}{{{HPA},condition="ScalingActive",status="false"}}'
BUDGET = 'namespace="shop",poddisruptionbudget="api"'
QUOTA = 'namespace="shop",resourcequota="shop",resource="pods"'
CLAIM = 'namespace="shop",persistentvolumeclaim="data-0"'
OWN = 'namespace="watch",job="prometheus",pod="prometheus-0"'
ALERTS = 'namespace="watch",job="alertmanager"'
STORE = f'{OWN},remote_name="1",url="https://samples.example.com/push"'
NEWEST = f"prometheus_remote_storage_queue_highest_timestamp_seconds{{{STORE}}}"
SENT = f"prometheus_remote_storage_queue_highest_sent_timestamp_seconds{{{STORE}}}"
CALLS = f'thanos_objstore_bucket_operation_failures_total{{{OWN},bucket="b",operation="upload"}}'
UPLOADED = f'thanos_objstore_bucket_last_successful_upload_time{{{OWN},bucket="b"}}'
WRITTEN = f"prometheus_remote_storage_samples_total{{{STORE}}}"
REFUSED = f"prometheus_remote_storage_samples_failed_total{{{STORE}}}"
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


CLUSTER = (
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
        alert="ThanosUploadFails",
        fires={CALLS: "0+1x60"},
        silent={CALLS: "7x60"},
    ),
    Case(
        # Laid once, after two hours; or every two hours. A restart forgets when it was.
        alert="ThanosUploadTooOld",
        fires={UPLOADED: "0x23 7200x30 0x100"},
        silent={UPLOADED: "0x23 7200x23 14400x23 21600x23 28800x23 36000x30"},
        minute=660,
        step=5,
    ),
    Case(
        # Nothing was ever laid, by a sidecar that is up for eleven hours; by one that is for four.
        alert="ThanosUploadTooOld",
        fires={UPLOADED: "0x132"},
        silent={UPLOADED: "_x84 0x48"},
        minute=660,
        step=5,
        labels='pod="prometheus-0"',
    ),
    Case(
        alert="ThanosSidecarWithoutPrometheus",
        fires={f"thanos_sidecar_prometheus_up{{{OWN}}}": "0x60"},
        silent={f"thanos_sidecar_prometheus_up{{{OWN}}}": "1x60"},
    ),
    Case(
        # The store has stopped to take anything after half an hour.
        alert="PrometheusRemoteWriteBehind",
        fires={NEWEST: "0+60x60", SENT: "0+60x30 1800x30"},
        silent={NEWEST: "0+60x60", SENT: "0+60x60"},
    ),
    Case(
        alert="PrometheusRemoteWriteFails",
        fires={WRITTEN: "0+1000x60", REFUSED: "0+20x60"},
        silent={WRITTEN: "0+1000x60", REFUSED: "0+5x60"},
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
        alert="HpaCantScale",
        fires={SCALING: "1x60"},
        silent={SCALING.replace('"false"', '"true"'): "1x60", SCALING: "0x60"},
    ),
    Case(
        alert="DisruptionBudgetBroken",
        fires={
            f"kube_poddisruptionbudget_status_current_healthy{{{BUDGET}}}": "1x60",
            f"kube_poddisruptionbudget_status_desired_healthy{{{BUDGET}}}": "2x60",
        },
        silent={
            f"kube_poddisruptionbudget_status_current_healthy{{{BUDGET}}}": "2x60",
            f"kube_poddisruptionbudget_status_desired_healthy{{{BUDGET}}}": "2x60",
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
        alert="AddressWithOldTls",
        fires={
            'probe_tls_version_info{instance="https://a.example.com/",version="TLS 1.1"}': "1x60"
        },
        silent={
            'probe_tls_version_info{instance="https://a.example.com/",version="TLS 1.3"}': "1x60"
        },
    ),
    Case(
        alert="CertificateExpiring",
        fires={'probe_ssl_earliest_cert_expiry{instance="https://a.example.com/"}': "900000x90"},
        silent={'probe_ssl_earliest_cert_expiry{instance="https://a.example.com/"}': "9000000x90"},
        minute=80,
    ),
)
