"""The worlds for the alerts of what the components promise, and of databases and caches.

Objectives are those of `monitoring.API`: 99.9 % without an error, 99 % within 500 ms.
"""

from __future__ import annotations

from tests.kinds.alerts import Case

API = 'namespace="shop",job="api"'
REQUESTS = f'http_requests_total{{{API},handler="/buy",status="2xx"}}'
FAILED = f'http_requests_total{{{API},handler="/buy",status="5xx"}}'
PROBED = f'http_requests_total{{{API},handler="/health/ready",status="503"}}'
DURATION = "http_request_duration_seconds"
FAST = f'{DURATION}_bucket{{{API},handler="/buy",le="0.5"}}'
ALL = f'{DURATION}_count{{{API},handler="/buy"}}'
UP = f'up{{{API},pod="a"}}'
DB = 'namespace="shop",job="db",pod="db-0"'
#: The same, restored beside it as a release of its own.
LOOK = 'namespace="shop",job="db",pod="look-db-0",helm_release="look"'
COPY = 'namespace="shop",job="db",pod="drill-db-0",scope="drill-db"'
DB_1 = 'namespace="shop",job="db",pod="db-1"'
POOLER = 'namespace="shop",job="pooler",pod="pooler-1",database="shop"'
CACHE = 'namespace="shop",job="cache",pod="cache-0"'


def members(*nodes: tuple[str, str]) -> dict[str, str]:
    """Members of a cluster, each with its node and role."""
    return {
        f'redis_instance_info{{namespace="shop",job="cache",pod="cache-{n}",node="{node}",'
        f'role="{role}"}}': "1x90"
        for n, (node, role) in enumerate(nodes)
    }


OBJECTIVES = (
    Case(
        alert="ErrorBudgetBurnsFast",
        labels='slo="availability"',
        fires={REQUESTS: "0+90x120", FAILED: "0+10x120"},
        silent={REQUESTS: "0+9999x120", FAILED: "0+1x120", PROBED: "0+1000x120"},
        minute=110,
    ),
    Case(
        alert="ErrorBudgetBurnsFast",
        labels='slo="latency"',
        fires={FAST: "0+70x120", ALL: "0+100x120"},
        silent={FAST: "0+100x120", ALL: "0+100x120"},
        minute=110,
    ),
    Case(
        alert="ErrorBudgetBurnsSlowly",
        labels='slo="availability"',
        fires={REQUESTS: "0+9960x156", FAILED: "0+40x156"},
        silent={REQUESTS: "0+9999x156", FAILED: "0+0.5x156"},
        minute=1500,
        step=10,
    ),
    Case(
        alert="ErrorBudgetBurnsSlowly",
        labels='slo="latency"',
        fires={FAST: "0+96x156", ALL: "0+100x156"},
        silent={FAST: "0+999x156", ALL: "0+1000x156"},
        minute=1500,
        step=10,
    ),
    Case(
        alert="ObjectiveWithoutMetric",
        labels='slo="availability"',
        fires={f'up{{{API},pod="a"}}': "1x90"},
        silent={f'up{{{API},pod="a"}}': "1x90", REQUESTS: "0x90"},
        minute=80,
    ),
    Case(
        alert="ObjectiveWithoutMetric",
        labels='slo="latency"',
        # Its histogram has no bound at the promised time.
        fires={
            f'up{{{API},pod="a"}}': "1x90",
            f'{DURATION}_bucket{{{API},handler="/buy",le="0.4"}}': "0+1x90",
        },
        silent={f'up{{{API},pod="a"}}': "1x90", FAST: "0x90"},
        minute=80,
    ),
)

DATA = (
    Case(
        alert="PostgresDown",
        fires={f"pg_up{{{DB}}}": "0x60"},
        silent={f"pg_up{{{DB}}}": "1x60"},
    ),
    Case(
        alert="PostgresNoPrimary",
        fires={f"patroni_primary{{{DB}}}": "0x60"},
        silent={
            f"patroni_primary{{{DB}}}": "1x60",
            'patroni_primary{namespace="shop",job="db",pod="db-1"}': "0x60",
            f"patroni_primary{{{COPY}}}": "1x60",
        },
    ),
    Case(
        alert="PostgresReplicaMissing",
        fires={
            f"patroni_primary{{{DB}}}": "1x60",
            f"patroni_primary{{{DB_1}}}": "0x60",
            f"patroni_postgres_streaming{{{DB}}}": "0x60",
            f"patroni_postgres_streaming{{{DB_1}}}": "0x60",
        },
        silent={
            f"patroni_primary{{{DB}}}": "1x60",
            f"patroni_primary{{{DB_1}}}": "0x60",
            f"patroni_postgres_streaming{{{DB}}}": "0x60",
            f"patroni_postgres_streaming{{{DB_1}}}": "1x60",
        },
    ),
    Case(
        alert="PostgresFailover",
        fires={f"patroni_postgres_timeline{{{DB}}}": "3x55 4x60"},
        silent={
            f"patroni_postgres_timeline{{{DB}}}": "3x30 4x60",  # half an hour ago
            f"patroni_postgres_timeline{{{COPY}}}": "_x55 9x60",
        },
    ),
    Case(
        alert="PostgresTransactionOpen",
        fires={
            f'pg_stat_activity_max_tx_duration{{{DB},usename="app",state="idle in transaction"}}': (
                "900x60"
            )
        },
        silent={f'pg_stat_activity_max_tx_duration{{{DB},usename="app",state="active"}}': "900x60"},
    ),
    Case(
        alert="PoolerWaits",
        fires={f"pgbouncer_pools_client_maxwait_seconds{{{POOLER}}}": "9x60"},
        silent={f"pgbouncer_pools_client_maxwait_seconds{{{POOLER}}}": "1x60"},
    ),
    Case(
        alert="PostgresArchiveStale",
        fires={
            f"pg_stat_archiver_last_archive_age{{{DB}}}": "1000x60",
            f"patroni_primary{{{DB}}}": "1x60",
        },
        silent={  # of a replica it says nothing
            f"pg_stat_archiver_last_archive_age{{{DB}}}": "1000x60",
            f"patroni_primary{{{DB}}}": "0x60",
        },
    ),
    Case(
        alert="PostgresReplicaLags",
        fires={f"pg_replication_lag_seconds{{{DB}}}": "90x60"},
        silent={f"pg_replication_lag_seconds{{{DB}}}": "9x60"},
    ),
    Case(
        alert="PostgresConnectionsHigh",
        fires={
            f'pg_stat_activity_count{{{DB},state="idle"}}': "50x60",
            f'pg_stat_activity_count{{{DB},state="active"}}': "40x60",
            f"pg_settings_max_connections{{{DB}}}": "100x60",
        },
        silent={
            f'pg_stat_activity_count{{{DB},state="idle"}}': "50x60",
            f"pg_settings_max_connections{{{DB}}}": "100x60",
        },
    ),
    Case(
        alert="PostgresArchivingFails",
        fires={f"pg_stat_archiver_failed_count{{{DB}}}": "0+1x60"},
        silent={f"pg_stat_archiver_failed_count{{{DB}}}": "3x60"},
    ),
    Case(
        alert="PostgresBackupFailed",
        fires={
            f"postgres_backup_failed{{{DB}}}": "1x60",
            f"patroni_primary{{{DB}}}": "1x60",
        },
        # One that led once remembers what failed then; others take the backups now.
        silent={
            f"postgres_backup_failed{{{DB}}}": "1x60",
            f"patroni_primary{{{DB}}}": "0x60",
        },
    ),
    Case(
        alert="PostgresArchiveWaits",
        fires={
            f"postgres_archive_waiting_bytes{{{DB}}}": "60x60",
            f"postgres_archive_limit_bytes{{{DB}}}": "100x60",
        },
        silent={
            f"postgres_archive_waiting_bytes{{{DB}}}": "40x60",
            f"postgres_archive_limit_bytes{{{DB}}}": "100x60",
        },
    ),
    Case(
        alert="PostgresArchiveDropped",
        fires={
            f"postgres_archive_dropped_timestamp_seconds{{{DB}}}": "2000x60",
            f"postgres_backup_newest_timestamp_seconds{{{DB}}}": "1000x60",
            # A copy that was restored beside it.
            f"postgres_backup_newest_timestamp_seconds{{{LOOK}}}": "3000x60",
        },
        silent={  # another member, which leads now, knows of a newer backup
            f"postgres_archive_dropped_timestamp_seconds{{{DB}}}": "2000x60",
            f"postgres_backup_newest_timestamp_seconds{{{DB}}}": "1000x60",
            'postgres_backup_newest_timestamp_seconds{namespace="shop",job="db",pod="db-1"}': (
                "3000x60"
            ),
        },
    ),
    Case(
        alert="PostgresBackupDamaged",
        fires={f"postgres_backup_damaged{{{DB}}}": "1x60"},
        silent={f"postgres_backup_damaged{{{DB}}}": "0x60"},
    ),
    Case(
        alert="PostgresRestoreCheckFailed",
        fires={
            f"postgres_restore_check_succeeded{{{DB}}}": "0x60",
            f"postgres_restore_check_timestamp_seconds{{{DB}}}": "1000x60",
            f"postgres_restore_check_succeeded{{{LOOK}}}": "1x60",
            f"postgres_restore_check_timestamp_seconds{{{LOOK}}}": "2000x60",
        },
        silent={  # a later one, which another member was told of, succeeded
            f"postgres_restore_check_succeeded{{{DB}}}": "0x60",
            f"postgres_restore_check_timestamp_seconds{{{DB}}}": "1000x60",
            'postgres_restore_check_succeeded{namespace="shop",job="db",pod="db-1"}': "1x60",
            'postgres_restore_check_timestamp_seconds{namespace="shop",job="db",pod="db-1"}': (
                "2000x60"
            ),
        },
    ),
    Case(
        alert="PostgresRestoreCheckTooOld",
        fires={
            f"postgres_restore_check_timestamp_seconds{{{DB}}}": "0x1600",
            f"postgres_restore_check_awaited_timestamp_seconds{{{DB}}}": "800000x1600",
            f"postgres_restore_check_limit_seconds{{{DB}}}": "777600x1600",
            f"postgres_restore_check_timestamp_seconds{{{LOOK}}}": "800000x1600",
            f"postgres_restore_check_limit_seconds{{{LOOK}}}": "777600x1600",
        },
        silent={
            f"postgres_restore_check_timestamp_seconds{{{DB}}}": "100000x1600",
            f"postgres_restore_check_limit_seconds{{{DB}}}": "777600x1600",
        },
        minute=14000,
        step=10,
    ),
    Case(
        alert="PostgresRestoreCheckTooOld",
        fires={  # there was never one
            f"postgres_restore_check_awaited_timestamp_seconds{{{DB}}}": "0x1600",
            f"postgres_restore_check_limit_seconds{{{DB}}}": "777600x1600",
        },
        silent={  # and nobody wants one
            f"postgres_restore_check_awaited_timestamp_seconds{{{DB}}}": "0x1600",
        },
        minute=14000,
        step=10,
    ),
    Case(
        alert="PostgresBackupTooOld",
        fires={
            f"postgres_backup_newest_timestamp_seconds{{{DB}}}": "0x100",
            f"postgres_backup_newest_timestamp_seconds{{{LOOK}}}": "20000x100",
        },
        silent={  # of two members, one knows of a newer backup: 6.5 hours old
            f"postgres_backup_newest_timestamp_seconds{{{DB}}}": "0x100",
            'postgres_backup_newest_timestamp_seconds{namespace="shop",job="db",pod="db-1"}': (
                "6600x100"
            ),
        },
        minute=500,
        step=10,
    ),
    Case(
        alert="RedisDown",
        fires={f"redis_up{{{CACHE}}}": "0x60"},
        silent={f"redis_up{{{CACHE}}}": "1x60"},
    ),
    Case(
        alert="RedisClusterDown",
        fires={
            f"redis_cluster_state{{{CACHE}}}": "0x60",
            'redis_cluster_state{namespace="shop",job="cache",pod="cache-1"}': "1x60",
        },
        silent={f"redis_cluster_state{{{CACHE}}}": "1x60"},
    ),
    Case(
        alert="RedisSlotsNotCovered",
        fires={f"redis_cluster_slots_ok{{{CACHE}}}": "16000x60"},
        silent={f"redis_cluster_slots_ok{{{CACHE}}}": "16384x60"},
    ),
    Case(
        alert="RedisMasterWithoutReplica",
        fires={
            f"redis_connected_slaves{{{CACHE}}}": "0x60",
            f'redis_instance_info{{{CACHE},role="master"}}': "1x60",
            'redis_connected_slaves{namespace="shop",job="cache",pod="cache-1"}': "1x60",
        },
        silent={  # it is a replica itself
            f"redis_connected_slaves{{{CACHE}}}": "0x60",
            f'redis_instance_info{{{CACHE},role="slave"}}': "1x60",
            'redis_connected_slaves{namespace="shop",job="cache",pod="cache-1"}': "1x60",
        },
    ),
    Case(
        alert="RedisMastersColocated",
        fires=members(("a", "master"), ("a", "master"), ("b", "master"), ("c", "slave")),
        silent=members(("a", "master"), ("a", "slave"), ("b", "master"), ("c", "master")),
        minute=80,
    ),
    Case(
        alert="RedisMemoryHigh",
        fires={
            f"redis_memory_used_bytes{{{CACHE}}}": "900x60",
            f"redis_memory_max_bytes{{{CACHE}}}": "1000x60",
        },
        silent={  # 0 is no limit
            f"redis_memory_used_bytes{{{CACHE}}}": "900x60",
            f"redis_memory_max_bytes{{{CACHE}}}": "0x60",
        },
    ),
    Case(
        alert="RedisEvicts",
        fires={f"redis_evicted_keys_total{{{CACHE}}}": "0+10x60"},
        silent={f"redis_evicted_keys_total{{{CACHE}}}": "10x60"},
    ),
)
