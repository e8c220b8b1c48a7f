"""The dashboard of what the components run on: replicas, quota, use, volumes."""

from __future__ import annotations

from generator.kinds.grafana.dashboards.board import Board
from generator.kinds.grafana.dashboards.panels import Panel, choice, graph, row
from generator.kinds.grafana.seen import Seen

_HERE = 'namespace=~"$namespace"'
_MINE = f"{{{_HERE}}}"
_NAMESPACE = choice("namespace", "Namespace", "label_values(up, namespace)")
_INSIDE = f'{{{_HERE},container!="",container!="POD"}}'


def capacity(seen: Seen) -> Board:
    panels = [*(_scaling() if seen.state else ()), *(_use() if seen.nodes else ())]
    if seen.state and seen.nodes:
        panels += _asked()
    return Board(
        name="capacity",
        title="Autoscaling and capacity",
        panels=panels,
        variables=[_NAMESPACE],
    )


def _scaling() -> list[Panel]:
    """What kube-state-metrics counts."""
    scaler, name = "kube_horizontalpodautoscaler", "{{horizontalpodautoscaler}}"
    used, hard = (f'kube_resourcequota{{{_HERE},type="{which}"}}' for which in ("used", "hard"))
    return [
        graph(
            "Autoscaling",
            "none",
            (f"{scaler}_status_current_replicas{_MINE}", name),
            (f"{scaler}_status_desired_replicas{_MINE}", f"{name} wanted"),
            (f"{scaler}_spec_max_replicas{_MINE}", f"{name} most"),
        ),
        graph(
            "Quota in use",
            "percentunit",
            (f"{used} / ignoring(type) ({hard} > 0)", "{{namespace}} {{resource}}"),
            top=1,
        ),
        graph(
            "Pods by phase",
            "none",
            (
                f"sum by (namespace, phase) (kube_pod_status_phase{_MINE})",
                "{{namespace}} {{phase}}",
            ),
        ),
        *_ended(),
        graph(
            "Pods that may be evicted now",
            "none",
            (
                f"kube_poddisruptionbudget_status_pod_disruptions_allowed{_MINE}",
                "{{poddisruptionbudget}}",
            ),
            about="By the disruption budgets. At 0 the drain of a node waits.",
        ),
    ]


def _ended() -> list[Panel]:
    restarts = f"increase(kube_pod_container_status_restarts_total{_MINE}[1h])"
    killed = f'kube_pod_container_status_last_terminated_reason{{{_HERE},reason="OOMKilled"}}'
    return [
        graph(
            "Restarts an hour",
            "none",
            (f"sum by (pod, container) ({restarts}) > 0", "{{pod}} {{container}}"),
        ),
        graph(
            "Containers that ended for want of memory",
            "none",
            (
                f"sum by (pod, container) ({killed}) > 0",
                "{{pod}} {{container}}",
            ),
        ),
    ]


def _use() -> list[Panel]:
    """What the kubelets measure."""
    busy = f"rate(container_cpu_usage_seconds_total{_INSIDE}[$__rate_interval])"
    every, slowed = (
        f"sum by (pod) (increase(container_cpu_cfs_{which}{_INSIDE}[$__rate_interval]))"
        for which in ("periods_total", "throttled_periods_total")
    )
    free = f"kubelet_volume_stats_available_bytes{_MINE}"
    whole = f"kubelet_volume_stats_capacity_bytes{_MINE}"
    return [
        row("Use"),
        graph("CPU", "none", (f"sum by (pod) ({busy})", "{{pod}}")),
        graph(
            "Memory",
            "bytes",
            (f"sum by (pod) (container_memory_working_set_bytes{_INSIDE})", "{{pod}}"),
        ),
        graph(
            "Share of time held back by CPU limits",
            "percentunit",
            (f"{slowed} / ({every} > 0)", "{{pod}}"),
            top=1,
        ),
        graph(
            "Volumes",
            "percentunit",
            (f"1 - {free} / {whole}", "{{persistentvolumeclaim}}"),
            top=1,
        ),
    ]


def _asked() -> list[Panel]:
    """What is used of what was asked for: what a VerticalPodAutoscaler would set right."""
    found = []
    for resource, use in (
        ("cpu", f"rate(container_cpu_usage_seconds_total{_INSIDE}[$__rate_interval])"),
        ("memory", f"container_memory_working_set_bytes{_INSIDE}"),
    ):
        for what in ("requests", "limits"):
            of = f'kube_pod_container_resource_{what}{{{_HERE},resource="{resource}"}}'
            share = f"sum by (pod) ({use}) / (sum by (pod) ({of}) > 0)"
            title = f"{'CPU' if resource == 'cpu' else 'Memory'}, share of {what}"
            found.append(graph(title, "percentunit", (share, "{{pod}}")))
    return [row("Use of what was asked for"), *found]
