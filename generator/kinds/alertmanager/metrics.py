"""What is known of the metrics of an Alertmanager: those that rules and dashboards use.

Name to labels, beside those that scraping adds.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Of Alertmanager 0.34 itself: its /metrics.
SERVER: Mapping[str, tuple[str, ...]] = {
    "alertmanager_alerts": ("state",),
    "alertmanager_cluster_members": (),
    "alertmanager_cluster_failed_peers": (),
    "alertmanager_config_last_reload_successful": (),
    "alertmanager_notification_latency_seconds_bucket": ("integration", "le"),
    "alertmanager_notification_latency_seconds_count": ("integration",),
    "alertmanager_notification_latency_seconds_sum": ("integration",),
    "alertmanager_notifications_failed_total": ("integration", "reason"),
    "alertmanager_notifications_total": ("integration",),
    "alertmanager_silences": ("state",),
}
