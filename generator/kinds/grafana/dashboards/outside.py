"""Dashboards of what comes from outside: the public addresses, and who is turned away."""

from __future__ import annotations

from generator.kinds.grafana.dashboards.board import Board
from generator.kinds.grafana.dashboards.panels import Panel, graph, number, row
from generator.kinds.grafana.seen import Seen
from generator.kinds.prometheus.settings import Http


def security(seen: Seen) -> Board:
    """Who is turned away, what of it is alarming, and how long the certificates last."""
    panels = [
        number(
            "Security alerts that fire",
            "none",
            'count(ALERTS{alertstate="firing",category="security"}) or vector(0)',
            bad_above=1,
            width=12,
        )
    ]
    if seen.blackbox:
        panels.append(_certificates())
    if seen.measured:
        panels += _refused(seen.http)
    if seen.blackbox:
        panels.append(
            graph(
                "Version of TLS",
                "none",
                ("count by (version) (probe_tls_version_info)", "{{version}}"),
                about="What the public addresses agree on with somebody who knows the newest.",
            )
        )
    return Board(name="security", title="Security", panels=panels, hours=24)


def _refused(http: Http) -> list[Panel]:
    refused = f'{{{http.status}=~"4.."}}'
    some = f"sum by (job) (rate({http.requests}{refused}[$__rate_interval]))"
    every = f"sum by (job) (rate({http.requests}[$__rate_interval]))"
    statuses = f"sum by (job, {http.status}) (rate({http.requests}{refused}[$__rate_interval]))"
    return [
        graph(
            "Requests turned away a second",
            "reqps",
            (statuses, "{{job}} {{" + http.status + "}}"),
            about="401 and 403 are failed sign-ins and missing rights, 429 is too many requests.",
        ),
        graph(
            "Share of requests turned away",
            "percentunit",
            (f"({some} or 0 * {every}) / ({every} > 0)", "{{job}}"),
        ),
    ]


def _certificates() -> Panel:
    return number(
        "Days until the certificate expires",
        "d",
        "(probe_ssl_earliest_cert_expiry - time()) / 86400",
        "{{instance}}",
        bad_below=14,
        width=12,
    )


def ingress(seen: Seen) -> Board:
    """The public addresses, as the cluster has them and as they look from outside."""
    panels: list[Panel] = []
    if seen.blackbox:
        panels += _probes()
    if seen.state and seen.routed:
        of_paths = 'count by (namespace, ingress, host) (kube_ingress_path{host!=""})'
        of_tls = 'count by (namespace, secret) (kube_ingress_tls{secret!=""})'
        panels += [
            row("Ingress objects"),
            graph("Paths of a host", "none", (of_paths, "{{host}} ({{ingress}})")),
            graph("Hosts of a certificate", "none", (of_tls, "{{namespace}}/{{secret}}")),
        ]
    if seen.measured and seen.routed:
        http, jobs = seen.http, "|".join(seen.routed)
        sum_, count = (
            f'sum by (job) (rate({http.duration}_{part}{{job=~"{jobs}"}}[$__rate_interval]))'
            for part in ("sum", "count")
        )
        rate = f'sum by (job) (rate({http.requests}{{job=~"{jobs}"}}[$__rate_interval]))'
        panels += [
            row("Behind the addresses"),
            graph("Requests a second", "reqps", (rate, "{{job}}")),
            graph("Mean duration", "s", (f"{sum_} / ({count} > 0)", "{{job}}")),
        ]
    return Board(name="ingress", title="Ingress", panels=panels)


def _probes() -> list[Panel]:
    return [
        number("Addresses", "bool_yes_no", "probe_success", "{{instance}}", bad_below=1, width=12),
        _certificates(),
        graph(
            "Share of probes answered, one hour",
            "percentunit",
            ("avg_over_time(probe_success[1h])", "{{instance}}"),
            top=1,
        ),
        graph("Status", "none", ("probe_http_status_code", "{{instance}}")),
        graph("Time to answer", "s", ("probe_duration_seconds", "{{instance}}")),
        graph(
            "Time to answer by phase",
            "s",
            ("avg by (phase) (probe_http_duration_seconds)", "{{phase}}"),
        ),
    ]
