"""What is known of the metrics around a PostgreSQL: those that rules and dashboards use.

Name to labels, beside those that scraping adds.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Of our own agent: files/agent.py and files/base_backup.py.
AGENT: Mapping[str, tuple[str, ...]] = {
    "patroni_up": (),
    "postgres_backup_running": (),
    "postgres_backup_failed": (),
    "postgres_backups": (),
    "postgres_backup_newest_timestamp_seconds": (),
    "postgres_backup_newest_duration_seconds": (),
    "postgres_backup_newest_size_bytes": (),
    "postgres_backup_damaged": (),
    "postgres_archive_waiting_files": (),
    "postgres_archive_waiting_bytes": (),
    "postgres_archive_limit_bytes": (),
    "postgres_archive_dropped_timestamp_seconds": (),
    "postgres_restore_check_timestamp_seconds": (),
    "postgres_restore_check_duration_seconds": (),
    "postgres_restore_check_size_bytes": (),
    "postgres_restore_check_succeeded": (),
    "postgres_restore_check_awaited_timestamp_seconds": (),
    "postgres_restore_check_limit_seconds": (),
}

#: Of Patroni 4, which the agent passes on: patroni/api.py, do_GET_metrics.
PATRONI: Mapping[str, tuple[str, ...]] = {
    "patroni_version": ("scope", "name"),
    "patroni_postgres_running": ("scope", "name"),
    "patroni_postmaster_start_time": ("scope", "name"),
    "patroni_primary": ("scope", "name"),
    "patroni_xlog_location": ("scope", "name"),
    "patroni_standby_leader": ("scope", "name"),
    "patroni_replica": ("scope", "name"),
    "patroni_sync_standby": ("scope", "name"),
    "patroni_quorum_standby": ("scope", "name"),
    "patroni_xlog_received_location": ("scope", "name"),
    "patroni_xlog_replayed_location": ("scope", "name"),
    "patroni_xlog_replayed_timestamp": ("scope", "name"),
    "patroni_xlog_paused": ("scope", "name"),
    "patroni_postgres_streaming": ("scope", "name"),
    "patroni_postgres_in_archive_recovery": ("scope", "name"),
    "patroni_postgres_server_version": ("scope", "name"),
    "patroni_cluster_unlocked": ("scope", "name"),
    "patroni_failsafe_mode_is_active": ("scope", "name"),
    "patroni_postgres_timeline": ("scope", "name"),
    "patroni_dcs_last_seen": ("scope", "name"),
    "patroni_pending_restart": ("scope", "name"),
    "patroni_is_paused": ("scope", "name"),
}

#: Of postgres_exporter 0.20 with the collectors that parts/exporter.yaml switches on.
EXPORTER: Mapping[str, tuple[str, ...]] = {
    "pg_up": (),
    "pg_database_size_bytes": ("datname",),
    "pg_long_running_transactions": (),
    "pg_long_running_transactions_oldest_timestamp_seconds": (),
    "pg_locks_count": ("datname", "mode"),
    "pg_replication_lag_seconds": (),
    "pg_replication_is_replica": (),
    "pg_replication_slots_pg_wal_lsn_diff": ("slot_name", "database"),
    "pg_settings_max_connections": (),
    "pg_stat_activity_count": (
        "datname",
        "state",
        "usename",
        "application_name",
        "backend_type",
        "wait_event",
        "wait_event_type",
    ),
    "pg_stat_activity_max_tx_duration": (
        "datname",
        "state",
        "usename",
        "application_name",
        "backend_type",
        "wait_event",
        "wait_event_type",
    ),
    "pg_stat_archiver_archived_count": (),
    "pg_stat_archiver_failed_count": (),
    "pg_stat_archiver_last_archive_age": (),
    "pg_stat_database_blks_hit": ("datid", "datname"),
    "pg_stat_database_blks_read": ("datid", "datname"),
    "pg_stat_database_deadlocks": ("datid", "datname"),
    "pg_stat_database_temp_files": ("datid", "datname"),
    "pg_stat_database_temp_bytes": ("datid", "datname"),
    "pg_stat_database_xact_commit": ("datid", "datname"),
    "pg_stat_database_xact_rollback": ("datid", "datname"),
    "pg_stat_statements_calls_total": ("user", "datname", "queryid"),
    "pg_stat_statements_seconds_total": ("user", "datname", "queryid"),
    "pg_stat_statements_rows_total": ("user", "datname", "queryid"),
    "pg_wal_size_bytes": (),
    "pg_wal_segments": (),
}

#: Of pgbouncer_exporter 0.12: collector.go.
POOLER: Mapping[str, tuple[str, ...]] = {
    "pgbouncer_up": (),
    "pgbouncer_config_max_client_connections": (),
    "pgbouncer_databases_pool_size": (
        "name",
        "host",
        "port",
        "database",
        "force_user",
        "pool_mode",
    ),
    "pgbouncer_databases_current_connections": (
        "name",
        "host",
        "port",
        "database",
        "force_user",
        "pool_mode",
    ),
    "pgbouncer_pools_client_active_connections": ("database", "user"),
    "pgbouncer_pools_client_waiting_connections": ("database", "user"),
    "pgbouncer_pools_client_maxwait_seconds": ("database", "user"),
    "pgbouncer_pools_server_active_connections": ("database", "user"),
    "pgbouncer_pools_server_idle_connections": ("database", "user"),
    "pgbouncer_stats_totals_client_wait_seconds_total": ("database",),
    "pgbouncer_stats_totals_queries_duration_seconds_total": ("database",),
    "pgbouncer_stats_totals_queries_pooled_total": ("database",),
    "pgbouncer_stats_totals_received_bytes_total": ("database",),
    "pgbouncer_stats_totals_sent_bytes_total": ("database",),
    "pgbouncer_used_clients": (),
}
