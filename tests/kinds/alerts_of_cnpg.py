"""For every alert of a database that CloudNativePG keeps: when it fires, and when it is silent."""

from __future__ import annotations

from tests.kinds.alerts import Case

ONE = 'namespace="shop",job="books",pod="books-1"'
TWO = 'namespace="shop",job="books",pod="books-2"'
DOOR = 'namespace="shop",job="door",database="shop",user="app"'
RECOVERY = "cnpg_pg_replication_in_recovery"
RECEIVER = "cnpg_pg_replication_is_wal_receiver_up"
BARMAN = "barman_cloud_cloudnative_pg_io"
MOST = f'cnpg_pg_settings_setting{{{ONE},name="max_connections"}}'
OPEN = f'cnpg_backends_max_tx_duration_seconds{{{ONE},usename="app",state="%s"}}'

CNPG = (
    Case(
        alert="CnpgDown",
        fires={f'cnpg_collector_up{{{ONE},cluster="books"}}': "0x60"},
        silent={f'cnpg_collector_up{{{ONE},cluster="books"}}': "1x60"},
    ),
    Case(
        alert="CnpgNoPrimary",
        fires={f"{RECOVERY}{{{ONE}}}": "1x60", f"{RECOVERY}{{{TWO}}}": "1x60"},
        silent={f"{RECOVERY}{{{ONE}}}": "0x60", f"{RECOVERY}{{{TWO}}}": "1x60"},
    ),
    Case(
        alert="CnpgReplicaMissing",
        fires={f"{RECOVERY}{{{TWO}}}": "1x60", f"{RECEIVER}{{{TWO}}}": "0x60"},
        silent={
            f"{RECOVERY}{{{ONE}}}": "0x60",
            f"{RECEIVER}{{{ONE}}}": "0x60",
            f"{RECOVERY}{{{TWO}}}": "1x60",
            f"{RECEIVER}{{{TWO}}}": "1x60",
        },
    ),
    Case(
        alert="CnpgReplicaLags",
        fires={f"cnpg_pg_replication_lag{{{TWO}}}": "90x60"},
        silent={f"cnpg_pg_replication_lag{{{TWO}}}": "30x60"},
    ),
    Case(
        alert="CnpgFailover",
        fires={f"{RECOVERY}{{{TWO}}}": "1x55 0x60"},
        silent={f"{RECOVERY}{{{TWO}}}": "1x30 0x60"},  # half an hour ago
    ),
    Case(
        alert="CnpgConnectionsHigh",
        fires={f'cnpg_backends_total{{{ONE},state="active"}}': "90x60", MOST: "100x60"},
        silent={f'cnpg_backends_total{{{ONE},state="active"}}': "80x60", MOST: "100x60"},
    ),
    Case(
        alert="CnpgTransactionOpen",
        fires={OPEN % "idle in transaction": "900x60"},
        silent={OPEN % "active": "900x60"},
    ),
    Case(
        alert="CnpgPoolerWaits",
        fires={f"cnpg_pgbouncer_pools_maxwait{{{DOOR}}}": "9x60"},
        silent={f"cnpg_pgbouncer_pools_maxwait{{{DOOR}}}": "1x60"},
    ),
    Case(
        alert="CnpgArchivingFails",
        fires={f"cnpg_pg_stat_archiver_failed_count{{{ONE}}}": "0+1x60"},
        silent={f"cnpg_pg_stat_archiver_failed_count{{{ONE}}}": "3x60"},
    ),
    Case(
        alert="CnpgArchiveWaits",
        fires={f'cnpg_collector_pg_wal_archive_status{{{ONE},value="ready"}}': "40x60"},
        silent={
            f'cnpg_collector_pg_wal_archive_status{{{ONE},value="ready"}}': "2x60",
            f'cnpg_collector_pg_wal_archive_status{{{ONE},value="done"}}': "90x60",
        },
    ),
    Case(
        alert="CnpgBackupFailed",
        fires={
            f"{BARMAN}_last_failed_backup_timestamp{{{ONE}}}": "2000x60",
            f"{BARMAN}_last_available_backup_timestamp{{{ONE}}}": "1000x60",
        },
        silent={
            f"{BARMAN}_last_failed_backup_timestamp{{{ONE}}}": "1000x60",
            f"{BARMAN}_last_available_backup_timestamp{{{ONE}}}": "1000x60",
            f"{BARMAN}_last_available_backup_timestamp{{{TWO}}}": "2000x60",
        },
    ),
    Case(
        alert="CnpgBackupTooOld",
        fires={f"{BARMAN}_last_available_backup_timestamp{{{ONE}}}": "0x100"},
        silent={
            f"{BARMAN}_last_available_backup_timestamp{{{ONE}}}": "0x100",
            f"{BARMAN}_last_available_backup_timestamp{{{TWO}}}": "0+600x100",
        },
        minute=900,
        step=10,
    ),
)
