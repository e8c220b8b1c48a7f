"""The dashboard of databases, from Patroni, the agent beside it and postgres_exporter."""

from __future__ import annotations

from generator.kinds.grafana.dashboards.board import Board
from generator.kinds.grafana.dashboards.panels import Panel, graph, listed, number, row, states
from generator.kinds.grafana.seen import Seen

_PICKED = '{job=~"$component"}'
_DATABASE = '{job=~"$component",datname!~"template.*|postgres|"}'


def postgres(seen: Seen) -> Board:
    servers = seen.of_kind("postgres")
    panels = [*_leading(backups=seen.backups)]
    if seen.exported:
        panels += [row("Use"), *_postgres_use(), row("Statements"), *_statements()]
        panels += [row("Replication and archive"), *_replication()]
    return Board(
        name="postgres",
        title="PostgreSQL",
        panels=panels,
        variables=[listed("component", "Component", servers)],
    )


def _leading(*, backups: bool) -> list[Panel]:
    """What Patroni and the agent beside it know: there with any exporter or none."""
    leads = f"max by (job, pod) (patroni_primary{_PICKED})"
    age = f"time() - max by (job) (postgres_backup_newest_timestamp_seconds{_PICKED})"
    newest = number(
        "Age of the newest backup", "s", age, "{{job}}", about="Of the full backups.", width=6
    )
    return [
        number(
            "Leaders", "none", f"sum by (job) (patroni_primary{_PICKED})", "{{job}}", bad_below=1
        ),
        number("Servers that run", "none", f"sum(patroni_postgres_running{_PICKED})", bad_below=1),
        number(
            "Restarts that wait",
            "none",
            f"sum(patroni_pending_restart{_PICKED})",
            about="Settings that only count after a restart.",
        ),
        *([newest] if backups else ()),
        states("Role of each server", (leads, "{{pod}}"), names=("replica", "leader")),
        states(
            "Replicas that receive",
            (
                f"max by (job, pod) (patroni_postgres_streaming{_PICKED} "
                f"or patroni_primary{_PICKED} == 1)",
                "{{pod}}",
            ),
            names=("cut off", "receives or leads"),
        ),
        graph(
            "Changes of leader an hour",
            "none",
            (
                f"max by (job) (changes(patroni_postgres_timeline{_PICKED}[1h]))",
                "{{job}}",
            ),
            about="Each one begins a new timeline.",
        ),
        graph(
            "Replay behind the leader's log",
            "bytes",
            (
                f"max by (job) (patroni_xlog_location{_PICKED}) - on(job) group_right() "
                f"max by (job, pod) (patroni_xlog_replayed_location{_PICKED} > 0)",
                "{{pod}}",
            ),
        ),
    ]


def _postgres_use() -> list[Panel]:
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
            "Size",
            "bytes",
            f"max by (datname) (pg_database_size_bytes{_DATABASE})",
            "{{datname}}",
            width=12,
        ),
        graph(
            "Connections",
            "none",
            (f"sum by (pod, state) (pg_stat_activity_count{_PICKED})", "{{pod}} {{state}}"),
            (f"max(pg_settings_max_connections{_PICKED})", "most"),
        ),
        *database_use("pg_stat_database"),
    ]


def database_use(metric: str) -> list[Panel]:
    """What each database does, by an exporter's names of the columns of pg_stat_database."""

    def each(column: str) -> str:
        rate = f"rate({metric}_{column}{_DATABASE}[$__rate_interval])"
        return f"sum by (datname) ({rate})"

    hit, read = each("blks_hit"), each("blks_read")
    return [
        graph(
            "Transactions a second",
            "ops",
            (each("xact_commit"), "{{datname}} committed"),
            (each("xact_rollback"), "{{datname}} rolled back"),
        ),
        graph(
            "Share of blocks found in memory",
            "percentunit",
            (f"{hit} / ({hit} + {read} > 0)", "{{datname}}"),
            top=1,
        ),
        graph(
            "Deadlocks and files that memory was too small for",
            "ops",
            (each("deadlocks"), "{{datname}} deadlocks"),
            (each("temp_files"), "{{datname}} files"),
        ),
    ]


def _statements() -> list[Panel]:
    spent = f"rate(pg_stat_statements_seconds_total{_PICKED}[$__rate_interval])"
    calls = f"rate(pg_stat_statements_calls_total{_PICKED}[$__rate_interval])"

    def both(rate: str) -> str:
        return f"sum by (datname, queryid) ({rate})"

    return [
        graph(
            "The ten statements that take most time",
            "none",
            (f"topk(10, {both(spent)})", "{{datname}} {{queryid}}"),
            about="Seconds spent in a second. `pg_stat_statements` has the text of a number.",
        ),
        graph(
            "The ten slowest statements",
            "s",
            (f"topk(10, {both(spent)} / ({both(calls)} > 0))", "{{datname}} {{queryid}}"),
            about="Mean duration.",
        ),
        graph(
            "Transactions in progress",
            "none",
            (f"sum by (pod) (pg_long_running_transactions{_PICKED})", "{{pod}}"),
        ),
        graph(
            "Longest transaction",
            "s",
            (
                f"max by (pod, state) (pg_stat_activity_max_tx_duration{_PICKED})",
                "{{pod}} {{state}}",
            ),
        ),
    ]


def _replication() -> list[Panel]:
    leading = f"on(job, pod) patroni_primary{_PICKED} == 1"
    return [
        number(
            "Replication lag",
            "s",
            f"max(pg_replication_lag_seconds{_PICKED})",
            about="Of the slowest replica.",
            bad_above=30,
        ),
        number(
            "Age of the log's newest archived part",
            "s",
            f"max by (job) (pg_stat_archiver_last_archive_age{_PICKED} and {leading})",
            "{{job}}",
            about="What was written since would be lost with all volumes.",
        ),
        graph("Replication lag", "s", (f"pg_replication_lag_seconds{_PICKED}", "{{pod}}")),
        graph(
            "Log kept for a slot",
            "bytes",
            (
                f"max by (job, slot_name) (pg_replication_slots_pg_wal_lsn_diff{_PICKED})",
                "{{slot_name}}",
            ),
            about="A slot that nobody reads keeps the log until the volume is full.",
        ),
        graph(
            "Log on the volume", "bytes", (f"max by (pod) (pg_wal_size_bytes{_PICKED})", "{{pod}}")
        ),
        graph(
            "Parts of the log archived an hour",
            "none",
            (
                f"sum by (job) (increase(pg_stat_archiver_archived_count{_PICKED}[1h]))",
                "{{job}}",
            ),
            (
                f"sum by (job) (increase(pg_stat_archiver_failed_count{_PICKED}[1h]))",
                "{{job}} failed",
            ),
        ),
    ]
