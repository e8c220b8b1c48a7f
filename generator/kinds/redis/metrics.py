"""What is known of the metrics of a Redis: those that rules and dashboards use.

Name to labels, beside those that scraping adds.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Of redis_exporter 1.89: exporter/metrics.go.
EXPORTER: Mapping[str, tuple[str, ...]] = {
    "redis_up": (),
    "redis_cluster_enabled": (),
    "redis_cluster_known_nodes": (),
    "redis_cluster_size": (),
    "redis_cluster_slots_assigned": (),
    "redis_cluster_slots_fail": (),
    "redis_cluster_slots_ok": (),
    "redis_cluster_slots_pfail": (),
    "redis_cluster_state": (),
    "redis_commands_processed_total": (),
    "redis_connected_clients": (),
    "redis_connected_slaves": (),
    "redis_evicted_keys_total": (),
    "redis_expired_keys_total": (),
    "redis_instance_info": (
        "role",
        "redis_version",
        "redis_build_id",
        "redis_mode",
        "os",
        "maxmemory_policy",
        "tcp_port",
        "run_id",
        "process_id",
        "master_replid",
    ),
    "redis_keyspace_hits_total": (),
    "redis_keyspace_misses_total": (),
    "redis_master_link_up": ("master_host", "master_port"),
    "redis_master_repl_offset": (),
    "redis_memory_max_bytes": (),
    "redis_memory_used_bytes": (),
    "redis_rejected_connections_total": (),
    "redis_slave_repl_offset": ("master_host", "master_port"),
    "redis_uptime_in_seconds": (),
}
