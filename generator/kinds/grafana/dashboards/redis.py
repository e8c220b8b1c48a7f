"""The dashboard of caches, from redis_exporter."""

from __future__ import annotations

from generator.kinds.grafana.dashboards.board import Board
from generator.kinds.grafana.dashboards.panels import Panel, graph, listed, number, states
from generator.kinds.grafana.seen import Seen

_PICKED = '{job=~"$component"}'
_MASTER = '{job=~"$component",role="master"}'


def redis(seen: Seen) -> Board:
    return Board(
        name="redis",
        title="Redis",
        panels=[*_redis_now(), *_redis_roles(), *_redis_graphs()],
        variables=[listed("component", "Component", seen.of_kind("redis"))],
    )


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


def _redis_roles() -> list[Panel]:
    return [
        states(
            "Role of each server",
            (
                f"max by (pod) (redis_instance_info{_MASTER}) "
                f"or 0 * max by (pod) (redis_up{_PICKED})",
                "{{pod}}",
            ),
            names=("replica", "master"),
        ),
        states(
            "Replicas that follow",
            (f"min by (pod) (redis_master_link_up{_PICKED})", "{{pod}}"),
            names=("cut off", "follows"),
        ),
        graph(
            "Slots by state",
            "none",
            (f"min by (job) (redis_cluster_slots_ok{_PICKED})", "{{job}} served"),
            (f"max by (job) (redis_cluster_slots_fail{_PICKED})", "{{job}} failed"),
        ),
        graph(
            "Replicas of each master",
            "none",
            (
                f"redis_connected_slaves{_PICKED} and on(pod) redis_instance_info{_MASTER}",
                "{{pod}}",
            ),
        ),
    ]


def _redis_graphs() -> list[Panel]:
    hits = f"sum by (job) (rate(redis_keyspace_hits_total{_PICKED}[$__rate_interval]))"
    misses = f"sum by (job) (rate(redis_keyspace_misses_total{_PICKED}[$__rate_interval]))"

    def each(what: str) -> str:
        return f"sum by (pod) (rate(redis_{what}{_PICKED}[$__rate_interval]))"

    return [
        graph("Commands a second", "ops", (each("commands_processed_total"), "{{pod}}")),
        graph(
            "Share of keys found",
            "percentunit",
            (f"{hits} / ({hits} + {misses} > 0)", "{{job}}"),
            top=1,
        ),
        graph(
            "Memory",
            "bytes",
            (f"redis_memory_used_bytes{_PICKED}", "{{pod}}"),
            (f"redis_memory_max_bytes{_PICKED} > 0", "{{pod}} most"),
        ),
        graph(
            "Keys thrown away a second",
            "ops",
            (each("evicted_keys_total"), "{{pod}} for want of memory"),
            (each("expired_keys_total"), "{{pod}} expired"),
        ),
        graph("Clients", "none", (f"redis_connected_clients{_PICKED}", "{{pod}}")),
        graph(
            "Replication, bytes behind",
            "bytes",
            (
                f"max by (job) (redis_master_repl_offset{_PICKED}) - on(job) group_right() "
                f"min by (job, pod) (redis_slave_repl_offset{_PICKED})",
                "{{pod}}",
            ),
        ),
    ]
