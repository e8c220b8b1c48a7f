"""What is known of Prometheus', the nodes' and Istio's metrics: what rules and dashboards use.

Name to labels, beside those that scraping adds.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Of Prometheus 3 itself: its /metrics.
SERVER: Mapping[str, tuple[str, ...]] = {
    "prometheus_config_last_reload_successful": (),
    "prometheus_notifications_alertmanagers_discovered": (),
    "prometheus_notifications_dropped_total": (),
    "prometheus_rule_evaluation_failures_total": ("rule_group",),
    "prometheus_rule_group_last_duration_seconds": ("rule_group",),
    "prometheus_target_scrape_pool_exceeded_label_limits_total": (),
    "prometheus_target_scrape_pool_exceeded_target_limit_total": (),
    "prometheus_target_scrapes_exceeded_sample_limit_total": (),
    "prometheus_tsdb_compactions_failed_total": (),
    "prometheus_tsdb_head_samples_appended_total": ("type",),
    "prometheus_tsdb_head_series": (),
    "prometheus_tsdb_retention_limit_bytes": (),
    "prometheus_tsdb_storage_blocks_bytes": (),
    "prometheus_tsdb_wal_corruptions_total": (),
}

#: Of the same, where it writes to a store outside: storage/remote/queue_manager.go of 3.13.
REMOTE: Mapping[str, tuple[str, ...]] = {
    "prometheus_remote_storage_queue_highest_sent_timestamp_seconds": ("remote_name", "url"),
    "prometheus_remote_storage_queue_highest_timestamp_seconds": ("remote_name", "url"),
    "prometheus_remote_storage_samples_failed_total": ("remote_name", "url"),
    "prometheus_remote_storage_samples_total": ("remote_name", "url"),
}

#: Of Thanos' sidecar 0.42: pkg/shipper, cmd/thanos/sidecar.go, and thanos-io/objstore.
THANOS: Mapping[str, tuple[str, ...]] = {
    "thanos_objstore_bucket_last_successful_upload_time": ("bucket",),
    "thanos_objstore_bucket_operation_failures_total": ("bucket", "operation"),
    "thanos_sidecar_prometheus_up": (),
}

#: What Prometheus says itself of every target, and of its alerts.
SCRAPES: Mapping[str, tuple[str, ...]] = {
    "up": (),
    "scrape_duration_seconds": (),
    "scrape_samples_post_metric_relabeling": (),
    "scrape_samples_scraped": (),
    "ALERTS": ("alertname", "alertstate", "severity", "category", "slo"),
    "ALERTS_FOR_STATE": ("alertname", "severity", "category", "slo"),
}

#: Of the kubelet and of its cAdvisor: pkg/kubelet/metrics, cadvisor/metrics/prometheus.go.
NODES: Mapping[str, tuple[str, ...]] = {
    "kubelet_volume_stats_available_bytes": ("persistentvolumeclaim",),
    "kubelet_volume_stats_capacity_bytes": ("persistentvolumeclaim",),
    "kubelet_volume_stats_inodes_free": ("persistentvolumeclaim",),
    "kubelet_volume_stats_inodes": ("persistentvolumeclaim",),
    "container_cpu_cfs_periods_total": ("container", "id", "image", "name"),
    "container_cpu_cfs_throttled_periods_total": ("container", "id", "image", "name"),
    "container_cpu_usage_seconds_total": ("container", "id", "image", "name", "cpu"),
    "container_memory_working_set_bytes": ("container", "id", "image", "name"),
}

#: Of our own rules.
RULES: Mapping[str, tuple[str, ...]] = {
    "job:slo_objective:ratio": ("slo",),
    "job:slo_errors:ratio_rate5m": ("slo",),
    "job:slo_errors:ratio_rate30m": ("slo",),
    "job:slo_errors:ratio_rate1h": ("slo",),
    "job:slo_errors:ratio_rate2h": ("slo",),
    "job:slo_errors:ratio_rate6h": ("slo",),
    "job:slo_errors:ratio_rate1d": ("slo",),
    "job:slo_errors:ratio_rate3d": ("slo",),
}

#: Of Istio's control plane, 1.24 to 1.31: pilot/pkg/xds/monitoring.go, pkg/xds/monitoring.go and
#: security/pkg/server/ca/monitoring.go. Its counters have no `_total`.
ISTIOD: Mapping[str, tuple[str, ...]] = {
    "citadel_server_csr_sign_err_count": ("error",),
    "citadel_server_root_cert_expiry_timestamp": (),
    "citadel_server_success_cert_issuance_count": (),
    "pilot_proxy_convergence_time_bucket": ("le",),
    "pilot_total_xds_rejects": ("type",),
    "pilot_xds": ("version",),
    "pilot_xds_pushes": ("type",),
}

#: Labels of what is said of traffic: ztunnel's src/proxy/metrics.rs, and for the proxies
#: source/extensions/filters/http/istio_stats/istio_stats.cc of istio/proxy.
_ENDS = (
    *("workload", "workload_namespace", "principal", "app", "version", "cluster"),
    *("canonical_service", "canonical_revision"),
)
_TRAFFIC = (
    "reporter",
    *(f"source_{name}" for name in _ENDS),
    *(f"destination_{name}" for name in _ENDS),
    *("destination_service", "destination_service_name", "destination_service_namespace"),
    *("request_protocol", "response_flags", "connection_security_policy"),
)
_ZONES = ("source_region", "source_zone", "destination_region", "destination_zone")
_REQUEST = (*_TRAFFIC, "response_code", "grpc_response_status")

_CONNECTIONS = (
    "istio_tcp_connections_closed_total",
    "istio_tcp_connections_opened_total",
    "istio_tcp_received_bytes_total",
    "istio_tcp_sent_bytes_total",
)

#: Of ztunnel, 1.24 to 1.31: src/proxy/metrics.rs and src/inpod/metrics.rs.
ZTUNNEL: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(_CONNECTIONS, (*_TRAFFIC, *_ZONES)),
    "workload_manager_active_proxy_count": (),
    "workload_manager_pending_proxy_count": (),
}

#: Of Istio's Envoys: sidecars, waypoints and gateways.
PROXY: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(_CONNECTIONS, _TRAFFIC),
    "istio_request_duration_milliseconds_bucket": (*_REQUEST, "le"),
    "istio_requests_total": _REQUEST,
}
