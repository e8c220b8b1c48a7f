"""The dashboard of poolers, from pgbouncer_exporter."""

from __future__ import annotations

from generator.kinds.grafana.dashboards.board import Board
from generator.kinds.grafana.dashboards.panels import Panel, graph, listed, number
from generator.kinds.grafana.seen import Seen

_PICKED = '{job=~"$component"}'


def pgbouncer(seen: Seen) -> Board:
    return Board(
        name="pgbouncer",
        title="PgBouncer",
        panels=[*_now(), *_connections(), *_queries()],
        variables=[listed("component", "Pooler", seen.poolers)],
    )


def _now() -> list[Panel]:
    return [
        number("Poolers that answer", "none", f"sum(pgbouncer_up{_PICKED})", bad_below=1),
        number(
            "Clients that wait",
            "none",
            f"sum(pgbouncer_pools_client_waiting_connections{_PICKED})",
            bad_above=1,
        ),
        number(
            "Longest wait now",
            "s",
            f"max(pgbouncer_pools_client_maxwait_seconds{_PICKED})",
            bad_above=1,
        ),
        number(
            "Clients, share of the most",
            "percentunit",
            f"max(pgbouncer_used_clients{_PICKED} "
            f"/ on(job, pod) (pgbouncer_config_max_client_connections{_PICKED} > 0))",
            bad_above=0.85,
        ),
    ]


def _connections() -> list[Panel]:
    def each(which: str) -> str:
        return f"sum by (job) (pgbouncer_pools_{which}_connections{_PICKED})"

    return [
        graph(
            "Clients",
            "none",
            (each("client_active"), "{{job}} served"),
            (each("client_waiting"), "{{job}} waiting"),
        ),
        graph(
            "Connections to the database",
            "none",
            (each("server_active"), "{{job}} busy"),
            (each("server_idle"), "{{job}} idle"),
            (
                f"sum by (job, database) (pgbouncer_databases_pool_size{_PICKED})",
                "{{database}} most for a user",
            ),
        ),
    ]


def _queries() -> list[Panel]:
    def rate(what: str) -> str:
        counted = f"pgbouncer_stats_totals_{what}{_PICKED}"
        return f"sum by (job, database) (rate({counted}[$__rate_interval]))"

    which = "{{job}} {{database}}"
    queries = rate("queries_pooled_total")
    seconds = rate("queries_duration_seconds_total")
    return [
        graph("Queries a second", "ops", (queries, which)),
        graph("Mean duration of a query", "s", (f"{seconds} / ({queries} > 0)", which)),
        graph(
            "Seconds waited in a second",
            "none",
            (rate("client_wait_seconds_total"), which),
            about="By all clients together, for a connection to the database.",
        ),
        graph(
            "Traffic",
            "Bps",
            (rate("received_bytes_total"), f"{which} received"),
            (rate("sent_bytes_total"), f"{which} sent"),
        ),
    ]
