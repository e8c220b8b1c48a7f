"""The dashboard of databases that CloudNativePG keeps, from its own exporters."""

from __future__ import annotations

from generator.kinds.grafana.dashboards.board import Board
from generator.kinds.grafana.dashboards.panels import Panel, graph, listed, number, row, states
from generator.kinds.grafana.dashboards.postgres import database_use
from generator.kinds.grafana.seen import Seen

_PICKED = '{job=~"$component"}'
_DATABASE = '{job=~"$component",datname!~"template.*|postgres|"}'


def cnpg(seen: Seen) -> Board:
    targets = [one for one in seen.found if one.kind == "cnpg"]
    poolers = tuple(dict.fromkeys(t.workload for t in targets if t.workload != t.component))
    settings = [one.settings for one in seen.known if one.metrics_of == "cnpg"]
    panels = [*_leading(), row("Use"), *_use(), row("Replication and archive"), *_replication()]
    if any(one.backup is not None for one in settings):
        panels += _backups()
    if poolers:
        panels += [row("Poolers of all"), *_poolers("|".join(poolers))]
    return Board(
        name="cnpg",
        title="PostgreSQL by CloudNativePG",
        panels=panels,
        variables=[listed("component", "Component", seen.of_kind("cnpg"))],
    )


def _leading() -> list[Panel]:
    leads = f"max by (job, pod) (1 - cnpg_pg_replication_in_recovery{_PICKED})"
    receives = (
        f"max by (job, pod) (cnpg_pg_replication_is_wal_receiver_up{_PICKED} or {leads} == 1)"
    )
    return [
        number(
            "Leaders",
            "none",
            f"sum by (job) (1 - cnpg_pg_replication_in_recovery{_PICKED})",
            "{{job}}",
            bad_below=1,
        ),
        number("Servers that answer", "none", f"sum(cnpg_collector_up{_PICKED})", bad_below=1),
        number(
            "Nodes that they run on",
            "none",
            f"max by (job) (cnpg_collector_nodes_used{_PICKED})",
            "{{job}}",
            about="With one, a lost node takes the whole database.",
        ),
        number(
            "Members that are fenced",
            "none",
            f"sum(cnpg_collector_fencing_on{_PICKED})",
            about="Somebody keeps PostgreSQL from running there.",
            bad_above=0.5,
        ),
        states("Role of each server", (leads, "{{pod}}"), names=("replica", "leader")),
        states(
            "Replicas that receive", (receives, "{{pod}}"), names=("cut off", "receives or leads")
        ),
    ]


def _use() -> list[Panel]:
    most = 'cnpg_pg_settings_setting{job=~"$component",name="max_connections"}'
    return [
        number(
            "Connections in use",
            "percentunit",
            f"max(sum by (pod) (cnpg_backends_total{_PICKED}) / on(pod) group_left() {most})",
            about="Of the fullest server.",
            bad_above=0.85,
        ),
        number(
            "Size",
            "bytes",
            f"max by (datname) (cnpg_pg_database_size_bytes{_DATABASE})",
            "{{datname}}",
        ),
        number(
            "Backends that wait for locks", "none", f"sum(cnpg_backends_waiting_total{_PICKED})"
        ),
        number(
            "Age of the oldest transaction number",
            "none",
            f"max(cnpg_pg_database_xid_age{_DATABASE})",
            about="Vacuum must come before two thousand millions.",
            bad_above=500_000_000,
        ),
        graph(
            "Connections",
            "none",
            (f"sum by (pod, state) (cnpg_backends_total{_PICKED})", "{{pod}} {{state}}"),
            (f"max({most})", "most"),
        ),
        graph(
            "Longest transaction",
            "s",
            (
                f"max by (pod, state) (cnpg_backends_max_tx_duration_seconds{_PICKED})",
                "{{pod}} {{state}}",
            ),
        ),
        *database_use("cnpg_pg_stat_database"),
    ]


def _replication() -> list[Panel]:
    waiting = 'cnpg_collector_pg_wal_archive_status{job=~"$component",value="ready"}'
    size = 'cnpg_collector_pg_wal{job=~"$component",value="size"}'
    return [
        graph("Replication lag", "s", (f"cnpg_pg_replication_lag{_PICKED}", "{{pod}}")),
        graph(
            "Log kept for a slot",
            "bytes",
            (
                f"max by (job, slot_name) (cnpg_pg_replication_slots_pg_wal_lsn_diff{_PICKED})",
                "{{slot_name}}",
            ),
            about="A slot that nobody reads keeps the log until the volume is full.",
        ),
        graph("Log on the volume", "bytes", (f"max by (pod) ({size})", "{{pod}}")),
        graph(
            "Parts of the log that wait for the archive",
            "none",
            (f"max by (pod) ({waiting})", "{{pod}}"),
        ),
    ]


def _backups() -> list[Panel]:
    newest = f"barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{_PICKED}"
    first = f"barman_cloud_cloudnative_pg_io_first_recoverability_point{_PICKED}"
    return [
        number("Age of the newest backup", "s", f"time() - max by (job) ({newest} > 0)", "{{job}}"),
        number(
            "What can be restored goes back",
            "s",
            f"time() - max by (job) ({first} > 0)",
            "{{job}}",
        ),
    ]


def _poolers(names: str) -> list[Panel]:
    picked = f'{{job=~"{names}"}}'

    def each(which: str) -> str:
        return f"sum by (job) (cnpg_pgbouncer_pools_{which}{picked})"

    return [
        number(
            "Longest wait now",
            "s",
            f"max(cnpg_pgbouncer_pools_maxwait{picked})",
            bad_above=1,
        ),
        number("Clients that wait", "none", f"sum({each('cl_waiting')})", bad_above=1),
        graph(
            "Clients",
            "none",
            (each("cl_active"), "{{job}} served"),
            (each("cl_waiting"), "{{job}} waiting"),
        ),
        graph(
            "Connections to the database",
            "none",
            (each("sv_active"), "{{job}} busy"),
            (each("sv_idle"), "{{job}} idle"),
        ),
    ]
