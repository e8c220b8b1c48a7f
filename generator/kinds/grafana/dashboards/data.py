"""Dashboards of the data kinds, from the metrics of their usual exporters."""

from __future__ import annotations

from collections.abc import Sequence

from generator.kinds.grafana.dashboards.panels import Json, Panel, dashboard, graph, listed, number

_PICKED = '{job=~"$component"}'
_DATABASE = '{job=~"$component",datname!~"template.*|postgres|"}'


def postgres(uid: str, source: str, components: Sequence[str]) -> Json:
    return _board(uid, "PostgreSQL", source, components, [*_postgres_now(), *_postgres_graphs()])


def redis(uid: str, source: str, components: Sequence[str]) -> Json:
    return _board(uid, "Redis", source, components, [*_redis_now(), *_redis_graphs()])


def _board(
    uid: str, title: str, source: str, components: Sequence[str], panels: Sequence[Panel]
) -> Json:
    choose = listed("component", "Component", components)
    return dashboard(uid, title, source, panels, (choose,), tags=["data"])


def _postgres_now() -> list[Panel]:
    return [
        number("Servers that answer", "none", f"sum(pg_up{_PICKED})", bad_below=1),
        number(
            "Connections in use",
            "percentunit",
            f"max(sum by (pod) (pg_stat_activity_count{_PICKED})"
            f" / on(pod) group_left() pg_settings_max_connections{_PICKED})",
            about="Of the fullest server.",
            bad_above=0.85,
        ),
        number(
            "Replication lag",
            "s",
            f"max(pg_replication_lag_seconds{_PICKED})",
            about="Of the slowest replica.",
            bad_above=30,
        ),
        number(
            "Size", "bytes", f"max by (datname) (pg_database_size_bytes{_DATABASE})", "{{datname}}"
        ),
    ]


def _postgres_graphs() -> list[Panel]:
    hit = f"sum by (datname) (rate(pg_stat_database_blks_hit{_DATABASE}[$__rate_interval]))"
    read = f"sum by (datname) (rate(pg_stat_database_blks_read{_DATABASE}[$__rate_interval]))"
    return [
        graph(
            "Connections",
            "none",
            (f"sum by (pod, state) (pg_stat_activity_count{_PICKED})", "{{pod}} {{state}}"),
        ),
        graph(
            "Transactions a second",
            "ops",
            (
                "sum by (datname) "
                f"(rate(pg_stat_database_xact_commit{_DATABASE}[$__rate_interval]))",
                "{{datname}} committed",
            ),
            (
                "sum by (datname) "
                f"(rate(pg_stat_database_xact_rollback{_DATABASE}[$__rate_interval]))",
                "{{datname}} rolled back",
            ),
        ),
        graph(
            "Share of blocks found in memory",
            "percentunit",
            (f"{hit} / ({hit} + {read} > 0)", "{{datname}}"),
            top=1,
        ),
        graph("Replication lag", "s", (f"pg_replication_lag_seconds{_PICKED}", "{{pod}}")),
    ]


def _redis_now() -> list[Panel]:
    return [
        number("Servers that answer", "none", f"sum(redis_up{_PICKED})", bad_below=1),
        number(
            "Cluster works",
            "bool_yes_no",
            f"min(redis_cluster_state{_PICKED})",
            about="As the member sees it that sees worst.",
            bad_below=1,
        ),
        number(
            "Slots without a server",
            "none",
            f"16384 - min(redis_cluster_slots_ok{_PICKED})",
            bad_above=1,
        ),
        number(
            "Memory in use",
            "percentunit",
            f"max(redis_memory_used_bytes{_PICKED} / (redis_memory_max_bytes{_PICKED} > 0))",
            about="Of the fullest server.",
            bad_above=0.85,
        ),
    ]


def _redis_graphs() -> list[Panel]:
    hits = f"sum by (job) (rate(redis_keyspace_hits_total{_PICKED}[$__rate_interval]))"
    misses = f"sum by (job) (rate(redis_keyspace_misses_total{_PICKED}[$__rate_interval]))"
    return [
        graph(
            "Commands a second",
            "ops",
            (
                f"sum by (pod) (rate(redis_commands_processed_total{_PICKED}[$__rate_interval]))",
                "{{pod}}",
            ),
        ),
        graph(
            "Share of keys found",
            "percentunit",
            (f"{hits} / ({hits} + {misses} > 0)", "{{job}}"),
            top=1,
        ),
        graph("Memory", "bytes", (f"redis_memory_used_bytes{_PICKED}", "{{pod}}")),
        graph(
            "Keys evicted a second",
            "ops",
            (
                f"sum by (pod) (rate(redis_evicted_keys_total{_PICKED}[$__rate_interval]))",
                "{{pod}}",
            ),
        ),
        graph("Clients", "none", (f"redis_connected_clients{_PICKED}", "{{pod}}")),
        graph(
            "Servers by role",
            "none",
            (f"count by (role) (redis_instance_info{_PICKED})", "{{role}}"),
        ),
    ]
