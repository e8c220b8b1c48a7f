"""The dashboard of monitoring itself."""

from __future__ import annotations

from generator.kinds.grafana.dashboards.board import Board
from generator.kinds.grafana.dashboards.panels import Panel, graph, number, row, states
from generator.kinds.grafana.seen import Seen


def monitoring(seen: Seen) -> Board:
    panels = [*_prometheus(), *(_alertmanager() if seen.of_kind("alertmanager") else ())]
    title = "Prometheus and Alertmanager" if seen.of_kind("alertmanager") else "Prometheus"
    return Board(name="monitoring", title=title, panels=panels)


def _prometheus() -> list[Panel]:
    reading = "rate(prometheus_tsdb_head_samples_appended_total[$__rate_interval])"
    failing = "increase(prometheus_rule_evaluation_failures_total[1h])"
    lost = "increase(prometheus_notifications_dropped_total[1h])"
    return [
        number("Targets away", "none", "count(up == 0) or vector(0)", bad_above=1),
        number(
            "Configuration taken",
            "bool_yes_no",
            "min(prometheus_config_last_reload_successful)",
            bad_below=1,
        ),
        number("Rules that failed, one hour", "none", f"sum({failing})", bad_above=1),
        number("Alerts not handed on, one hour", "none", f"sum({lost})", bad_above=1),
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
    latency = "alertmanager_notification_latency_seconds_bucket"
    slowest = f"sum by (integration, le) (rate({latency}[$__rate_interval]))"
    return [
        row("Alertmanager"),
        graph(
            "Messages an hour",
            "none",
            (f"sum by (integration) (increase({sent}_total[1h]))", "{{integration}}"),
            (
                f"sum by (integration) (increase({sent}_failed_total[1h]))",
                "{{integration}} failed",
            ),
        ),
        graph(
            "Time to hand over a message",
            "s",
            (f"histogram_quantile(0.95, {slowest})", "{{integration}} 95 %"),
        ),
        graph(
            "Alerts and silences",
            "none",
            ("max by (state) (alertmanager_alerts)", "alerts {{state}}"),
            ("max by (state) (alertmanager_silences)", "silences {{state}}"),
        ),
        states(
            "Members that each one knows",
            (
                "alertmanager_cluster_members == bool on(namespace, job) group_left() "
                "count by (namespace, job) (alertmanager_cluster_members)",
                "{{pod}}",
            ),
            names=("not all", "all"),
        ),
    ]
