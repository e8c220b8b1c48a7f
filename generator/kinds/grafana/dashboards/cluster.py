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

_NAMESPACE = choice("namespace", "Namespace", "label_values(up, namespace)")


def workloads(seen: Seen) -> Json:
    mine = '{namespace=~"$namespace"}'
    panels: list[Panel] = []
    if seen.state:
        scaler = "kube_horizontalpodautoscaler"
        used = 'kube_resourcequota{namespace=~"$namespace",type="used"}'
        hard = 'kube_resourcequota{namespace=~"$namespace",type="hard"}'
        panels += [
            graph(
                "Pods by phase",
                "none",
                (
                    f"sum by (namespace, phase) (kube_pod_status_phase{mine})",
                    "{{namespace}} {{phase}}",
                ),
            ),
            graph(
                "Restarts an hour",
                "none",
                (
                    "sum by (pod, container) "
                    f"(increase(kube_pod_container_status_restarts_total{mine}[1h])) > 0",
                    "{{pod}} {{container}}",
                ),
            ),
            graph(
                "Autoscaling",
                "none",
                (f"{scaler}_status_current_replicas{mine}", "{{horizontalpodautoscaler}}"),
                (f"{scaler}_spec_max_replicas{mine}", "{{horizontalpodautoscaler}} most"),
            ),
            graph(
                "Quota in use",
                "percentunit",
                (f"{used} / ignoring(type) ({hard} > 0)", "{{namespace}} {{resource}}"),
                top=1,
            ),
        ]
    if seen.nodes:
        inside = '{namespace=~"$namespace",container!="",container!="POD"}'
        volume = "kubelet_volume_stats"
        panels += [
            row("Use"),
            graph(
                "CPU",
                "none",
                (
                    "sum by (pod) "
                    f"(rate(container_cpu_usage_seconds_total{inside}[$__rate_interval]))",
                    "{{pod}}",
                ),
            ),
            graph(
                "Memory",
                "bytes",
                (f"sum by (pod) (container_memory_working_set_bytes{inside})", "{{pod}}"),
            ),
            graph(
                "Volumes",
                "percentunit",
                (
                    f"1 - {volume}_available_bytes{mine} / {volume}_capacity_bytes{mine}",
                    "{{persistentvolumeclaim}}",
                ),
                top=1,
            ),
        ]
    return dashboard(
        seen.named("workloads"),
        "Workloads",
        seen.source,
        panels,
        (_NAMESPACE,),
        tags=[seen.platform],
    )


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
    reading = "rate(prometheus_tsdb_head_samples_appended_total[$__rate_interval])"
    panels = [
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
    if seen.of_kind("alertmanager"):
        sent = "alertmanager_notifications"
        panels += [
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
    return dashboard(
        seen.named("monitoring"), "Monitoring", seen.source, panels, tags=[seen.platform]
    )
