"""What is known of the metrics of the exporters: those that rules and dashboards use.

Name to labels, beside those that scraping adds.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Of kube-state-metrics 2.20: a test holds it against a running one.
STATE: Mapping[str, tuple[str, ...]] = {
    "kube_deployment_spec_replicas": ("deployment",),
    "kube_deployment_status_replicas_available": ("deployment",),
    "kube_horizontalpodautoscaler_spec_max_replicas": ("horizontalpodautoscaler",),
    "kube_horizontalpodautoscaler_spec_min_replicas": ("horizontalpodautoscaler",),
    "kube_horizontalpodautoscaler_status_condition": (
        "horizontalpodautoscaler",
        "condition",
        "status",
    ),
    "kube_horizontalpodautoscaler_status_current_replicas": ("horizontalpodautoscaler",),
    "kube_horizontalpodautoscaler_status_desired_replicas": ("horizontalpodautoscaler",),
    "kube_ingress_path": (
        "ingress",
        "host",
        "path",
        "path_type",
        "service_name",
        "service_port",
    ),
    "kube_ingress_tls": ("ingress", "tls_host", "secret"),
    "kube_cronjob_status_last_successful_time": ("cronjob",),
    "kube_cronjob_spec_suspend": ("cronjob",),
    "kube_job_failed": ("job_name", "condition"),
    "kube_job_owner": ("job_name", "owner_kind", "owner_name", "owner_is_controller"),
    "kube_persistentvolumeclaim_resource_requests_storage_bytes": ("persistentvolumeclaim",),
    "kube_pod_container_resource_limits": ("container", "node", "resource", "unit", "uid"),
    "kube_pod_container_resource_requests": ("container", "node", "resource", "unit", "uid"),
    "kube_pod_container_status_last_terminated_reason": ("container", "reason", "uid"),
    "kube_pod_container_status_restarts_total": ("container", "uid"),
    "kube_pod_container_status_waiting_reason": ("container", "reason", "uid"),
    "kube_pod_info": (
        "node",
        "pod_ip",
        "host_ip",
        "host_network",
        "priority_class",
        "created_by_kind",
        "created_by_name",
        "uid",
    ),
    "kube_pod_owner": ("owner_kind", "owner_name", "owner_is_controller", "uid"),
    "kube_pod_status_phase": ("phase", "uid"),
    "kube_poddisruptionbudget_status_current_healthy": ("poddisruptionbudget",),
    "kube_poddisruptionbudget_status_desired_healthy": ("poddisruptionbudget",),
    "kube_poddisruptionbudget_status_pod_disruptions_allowed": ("poddisruptionbudget",),
    "kube_resourcequota": ("resourcequota", "resource", "type"),
    "kube_statefulset_replicas": ("statefulset",),
    "kube_statefulset_status_replicas_ready": ("statefulset",),
}

#: Of blackbox_exporter 0.28: prober/http.go.
BLACKBOX: Mapping[str, tuple[str, ...]] = {
    "probe_duration_seconds": (),
    "probe_http_duration_seconds": ("phase",),
    "probe_http_status_code": (),
    "probe_ssl_earliest_cert_expiry": (),
    "probe_success": (),
    "probe_tls_version_info": ("version",),
}
