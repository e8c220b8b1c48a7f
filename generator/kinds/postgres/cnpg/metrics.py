"""What is known of the metrics of CloudNativePG: those that rules and dashboards use.

Name to labels, beside those that scraping adds; of CloudNativePG 1.30 and Barman Cloud 0.15.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Of the instance manager in each member: docs/src/monitoring.md.
SERVER: Mapping[str, tuple[str, ...]] = {
    "cnpg_collector_up": ("cluster",),
    "cnpg_collector_postgres_version": ("cluster", "full"),
    "cnpg_collector_fencing_on": (),
    "cnpg_collector_last_collection_error": (),
    "cnpg_collector_manual_switchover_required": (),
    "cnpg_collector_nodes_used": (),
    "cnpg_collector_pg_wal": ("value",),
    "cnpg_collector_pg_wal_archive_status": ("value",),
    "cnpg_collector_replica_mode": (),
    "cnpg_collector_sync_replicas": ("value",),
    "cnpg_last_error": (),
}

#: Of its queries: config/manager/default-monitoring.yaml.
QUERIES: Mapping[str, tuple[str, ...]] = {
    "cnpg_backends_total": ("datname", "usename", "application_name", "state"),
    "cnpg_backends_max_tx_duration_seconds": ("datname", "usename", "application_name", "state"),
    "cnpg_backends_waiting_total": (),
    "cnpg_pg_database_size_bytes": ("datname",),
    "cnpg_pg_database_xid_age": ("datname",),
    "cnpg_pg_postmaster_start_time": (),
    "cnpg_pg_replication_lag": (),
    "cnpg_pg_replication_in_recovery": (),
    "cnpg_pg_replication_is_wal_receiver_up": (),
    "cnpg_pg_replication_streaming_replicas": (),
    "cnpg_pg_replication_slots_active": ("slot_name", "slot_type", "database"),
    "cnpg_pg_replication_slots_pg_wal_lsn_diff": ("slot_name", "slot_type", "database"),
    "cnpg_pg_settings_setting": ("name",),
    "cnpg_pg_stat_archiver_archived_count": (),
    "cnpg_pg_stat_archiver_failed_count": (),
    "cnpg_pg_stat_archiver_seconds_since_last_archival": (),
    "cnpg_pg_stat_database_blks_hit": ("datname",),
    "cnpg_pg_stat_database_blks_read": ("datname",),
    "cnpg_pg_stat_database_deadlocks": ("datname",),
    "cnpg_pg_stat_database_temp_bytes": ("datname",),
    "cnpg_pg_stat_database_temp_files": ("datname",),
    "cnpg_pg_stat_database_xact_commit": ("datname",),
    "cnpg_pg_stat_database_xact_rollback": ("datname",),
}

#: Of the plugin, through the member's own exporter: web/docs/observability.md.
BACKUPS: Mapping[str, tuple[str, ...]] = {
    "barman_cloud_cloudnative_pg_io_last_failed_backup_timestamp": (),
    "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp": (),
    "barman_cloud_cloudnative_pg_io_first_recoverability_point": (),
}

#: Of the pooler: docs/src/connection_pooling.md.
POOLER: Mapping[str, tuple[str, ...]] = {
    "cnpg_pgbouncer_last_collection_error": (),
    "cnpg_pgbouncer_lists_used_clients": (),
    "cnpg_pgbouncer_lists_used_servers": (),
    "cnpg_pgbouncer_pools_cl_active": ("database", "user"),
    "cnpg_pgbouncer_pools_cl_waiting": ("database", "user"),
    "cnpg_pgbouncer_pools_maxwait": ("database", "user"),
    "cnpg_pgbouncer_pools_sv_active": ("database", "user"),
    "cnpg_pgbouncer_pools_sv_idle": ("database", "user"),
    "cnpg_pgbouncer_stats_total_query_count": ("database",),
    "cnpg_pgbouncer_stats_total_query_time": ("database",),
    "cnpg_pgbouncer_stats_total_wait_time": ("database",),
}
