"""Dashboards of what the components run on, and of monitoring itself."""

from __future__ import annotations

from generator.kinds.grafana.dashboards.panels import (
    Json,
    Panel,
    choice,
    dashboard,
    graph,
    number,
    row,
)
from generator.kinds.grafana.dashboards.seen import Seen

_MINE = '{namespace=~"$namespace"}'
_NAMESPACE = choice("namespace", "Namespace", "label_values(up, namespace)")


def workloads(seen: Seen) -> Json:
    panels = [*(_state() if seen.state else ()), *(_use() if seen.nodes else ())]
    return dashboard(
        seen.named("workloads"),
        "Workloads",
        seen.source,
        panels,
        (_NAMESPACE,),
        tags=[seen.platform],
    )


def _state() -> list[Panel]:
    """What kube-state-metrics counts."""
    scaler = "kube_horizontalpodautoscaler"
    restarts = f"increase(kube_pod_container_status_restarts_total{_MINE}[1h])"
    used = 'kube_resourcequota{namespace=~"$namespace",type="used"}'
    hard = 'kube_resourcequota{namespace=~"$namespace",type="hard"}'
    return [
        graph(
            "Pods by phase",
            "none",
            (
                f"sum by (namespace, phase) (kube_pod_status_phase{_MINE})",
                "{{namespace}} {{phase}}",
            ),
        ),
        graph(
            "Restarts an hour",
            "none",
            (f"sum by (pod, container) ({restarts}) > 0", "{{pod}} {{container}}"),
        ),
        graph(
            "Autoscaling",
            "none",
            (f"{scaler}_status_current_replicas{_MINE}", "{{horizontalpodautoscaler}}"),
            (f"{scaler}_spec_max_replicas{_MINE}", "{{horizontalpodautoscaler}} most"),
        ),
        graph(
            "Quota in use",
            "percentunit",
            (f"{used} / ignoring(type) ({hard} > 0)", "{{namespace}} {{resource}}"),
            top=1,
        ),
    ]


def _use() -> list[Panel]:
    """What the kubelets measure."""
    inside = '{namespace=~"$namespace",container!="",container!="POD"}'
    busy = f"rate(container_cpu_usage_seconds_total{inside}[$__rate_interval])"
    free = f"kubelet_volume_stats_available_bytes{_MINE}"
    whole = f"kubelet_volume_stats_capacity_bytes{_MINE}"
    return [
        row("Use"),
        graph("CPU", "none", (f"sum by (pod) ({busy})", "{{pod}}")),
        graph(
            "Memory",
            "bytes",
            (f"sum by (pod) (container_memory_working_set_bytes{inside})", "{{pod}}"),
        ),
        graph(
            "Volumes",
            "percentunit",
            (f"1 - {free} / {whole}", "{{persistentvolumeclaim}}"),
            top=1,
        ),
    ]


def addresses(seen: Seen) -> Json:
    panels = [
        number("Addresses", "bool_yes_no", "probe_success", "{{instance}}", bad_below=1, width=12),
        number(
            "Days until the certificate expires",
            "d",
            "(probe_ssl_earliest_cert_expiry - time()) / 86400",
            "{{instance}}",
            bad_below=14,
            width=12,
        ),
        graph("Time to answer", "s", ("probe_duration_seconds", "{{instance}}")),
        graph(
            "Time to answer by phase",
            "s",
            ("avg by (phase) (probe_http_duration_seconds)", "{{phase}}"),
        ),
    ]
    return dashboard(
        seen.named("addresses"), "Addresses", seen.source, panels, tags=[seen.platform]
    )


def monitoring(seen: Seen) -> Json:
    panels = [*_prometheus(), *(_alertmanager() if seen.of_kind("alertmanager") else ())]
    return dashboard(
        seen.named("monitoring"), "Monitoring", seen.source, panels, tags=[seen.platform]
    )


def _prometheus() -> list[Panel]:
    reading = "rate(prometheus_tsdb_head_samples_appended_total[$__rate_interval])"
    return [
        graph("Series", "short", ("prometheus_tsdb_head_series", "{{pod}}")),
        graph("Samples a second", "short", (f"sum by (pod) ({reading})", "{{pod}}")),
        graph(
            "Storage",
            "bytes",
            ("prometheus_tsdb_storage_blocks_bytes", "{{pod}}"),
            ("prometheus_tsdb_retention_limit_bytes", "{{pod}} most"),
        ),
        graph(
            "Time to read a target",
            "s",
            ("max by (job) (scrape_duration_seconds)", "{{job}}"),
        ),
        graph(
            "Time to evaluate the rules",
            "s",
            ("prometheus_rule_group_last_duration_seconds", "{{rule_group}}"),
        ),
        graph(
            "Samples of a target",
            "short",
            ("topk(20, max by (job) (scrape_samples_post_metric_relabeling))", "{{job}}"),
        ),
    ]


def _alertmanager() -> list[Panel]:
    sent = "alertmanager_notifications"
    return [
        row("Alertmanager"),
        graph(
            "Messages",
            "none",
            (f"sum by (integration) (increase({sent}_total[1h]))", "{{integration}}"),
            (
                f"sum by (integration) (increase({sent}_failed_total[1h]))",
                "{{integration}} failed",
            ),
        ),
        graph("Members", "none", ("alertmanager_cluster_members", "{{pod}}")),
    ]
