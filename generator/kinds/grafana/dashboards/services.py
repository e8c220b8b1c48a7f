"""The first dashboard: requests, errors, durations, and the promises about them."""

from __future__ import annotations

from generator.kinds.grafana.dashboards.board import Board
from generator.kinds.grafana.dashboards.panels import Panel, choice, graph, number, row
from generator.kinds.grafana.seen import Seen
from generator.kinds.prometheus.settings import Http

_WHICH = 'namespace=~"$namespace",job=~"$job"'
_PICKED = f"{{{_WHICH}}}"
_NAMESPACE = choice("namespace", "Namespace", "label_values(up, namespace)")
_JOB = choice("job", "Component", 'label_values(up{namespace=~"$namespace"}, job)')


def services(seen: Seen) -> Board:
    """The first that people see: what answers, how well, and how much may still go wrong."""
    panels = [
        number(
            "Alerts that fire",
            "none",
            'count(ALERTS{alertstate="firing",severity!="none"}) or vector(0)',
            bad_above=1,
        ),
        number("Pods that do not answer", "none", "count(up == 0) or vector(0)", bad_above=1),
        graph("Pods that answer", "none", (f"sum by (job) (up{_PICKED})", "{{job}}")),
    ]
    if seen.measured:
        panels += _requests(seen.http)
    if seen.objectives:
        panels += [row("Objectives"), *_burning()]
    return Board(
        name="services",
        title="Services and objectives" if seen.objectives else "Services",
        panels=panels,
        variables=[_NAMESPACE, _JOB],
    )


def _requests(http: Http) -> list[Panel]:
    """Rate, errors, duration."""
    failed = f'{{{_WHICH},{http.status}=~"5.."}}'
    everything = f"sum by (job) (rate({http.requests}{_PICKED}[$__rate_interval]))"
    broken = f"sum by (job) (rate({http.requests}{failed}[$__rate_interval]))"
    buckets = f"sum by (job, le) (rate({http.duration}_bucket{_PICKED}[$__rate_interval]))"
    statuses = f"sum by (job, {http.status}) (rate({http.requests}{_PICKED}[$__rate_interval]))"
    return [
        graph("Requests a second", "reqps", (everything, "{{job}}")),
        graph(
            "Requests a second by answer",
            "reqps",
            (statuses, "{{job}} {{" + http.status + "}}"),
        ),
        graph(
            "Share of server errors",
            "percentunit",
            (f"({broken} or 0 * {everything}) / ({everything} > 0)", "{{job}}"),
        ),
        graph(
            "Duration",
            "s",
            (f"histogram_quantile(0.5, {buckets})", "{{job}} half"),
            (f"histogram_quantile(0.95, {buckets})", "{{job}} 95 %"),
            (f"histogram_quantile(0.99, {buckets})", "{{job}} 99 %"),
            about="Half, 95 % and 99 % of the requests were answered within this time.",
        ),
    ]


def _burning() -> list[Panel]:
    """What is left of the error budgets, and how fast it goes."""
    budget = f"on(namespace, job, slo) (1 - job:slo_objective:ratio{_PICKED})"
    return [
        number(
            "Error budget left of 30 days",
            "percentunit",
            f"1 - avg_over_time(job:slo_errors:ratio_rate1h{_PICKED}[30d]) / {budget}",
            "{{job}} {{slo}}",
            about="All of it is left at 100 %, none at 0 %. Hours count alike, busy or not.",
            bad_below=0,
            width=24,
            once=True,
        ),
        graph(
            "Speed of use, one hour",
            "none",
            (f"job:slo_errors:ratio_rate1h{_PICKED} / {budget}", "{{job}} {{slo}}"),
            about="At 1 the budget lasts 30 days; above 14.4 somebody is paged.",
        ),
        graph(
            "Speed of use, three days",
            "none",
            (f"job:slo_errors:ratio_rate3d{_PICKED} / {budget}", "{{job}} {{slo}}"),
            about="At 1 the budget lasts 30 days.",
        ),
        graph(
            "Share of bad requests",
            "percentunit",
            (f"job:slo_errors:ratio_rate5m{_PICKED}", "{{job}} {{slo}}"),
        ),
        graph(
            "Alerts of objectives",
            "none",
            (
                'count by (alertname, job, slo) (ALERTS{alertstate="firing",slo!=""})',
                "{{alertname}} {{job}} {{slo}}",
            ),
        ),
    ]
