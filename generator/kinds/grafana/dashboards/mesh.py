"""The dashboard of the mesh: Istio's control plane, and the traffic that goes through it."""

from __future__ import annotations

from generator.kinds.grafana.dashboards.board import Board
from generator.kinds.grafana.dashboards.panels import Panel, choice, graph, number, row
from generator.kinds.grafana.seen import Seen

_OPENED = "istio_tcp_connections_opened_total"
_CHOSEN = 'destination_workload_namespace=~"$namespace"'
_NAMESPACE = choice(
    "namespace", "Namespace", f"label_values({_OPENED}, destination_workload_namespace)"
)


def mesh(seen: Seen, mode: str) -> Board:
    """Of one mode of the mesh: with ambient nothing but gateways counts requests."""
    panels = [row("Control plane"), *_control_plane()]
    if mode == "ambient":
        panels += [row("Nodes"), *_ztunnel(), row("Connections"), *_connections("ztunnel")]
        panels.append(_denied())
        if seen.gateway:
            panels += [row("Gateways"), *_requests("source")]
    else:
        panels += [row("Requests"), *_requests("destination"), _lost()]
        panels += [row("Connections"), *_connections("istio-proxy")]
    return Board(name="mesh", title="Mesh", panels=panels, variables=[_NAMESPACE])


def _control_plane() -> list[Panel]:
    refused = "sum(increase(pilot_total_xds_rejects[1h])) or vector(0)"
    unsigned = "sum(increase(citadel_server_csr_sign_err_count[1h])) or vector(0)"
    root = "(min(citadel_server_root_cert_expiry_timestamp) - time()) / 86400"
    sent = "sum by (type) (rate(pilot_xds_pushes[$__rate_interval]))"
    took = "sum by (le) (rate(pilot_proxy_convergence_time_bucket[$__rate_interval]))"
    signed = "sum(increase(citadel_server_success_cert_issuance_count[1h]))"
    return [
        number("istiod that answer", "none", 'sum(up{job="istiod"})', bad_below=1),
        number("Changes that proxies refused, one hour", "none", refused, bad_above=1),
        number("Certificates not signed, one hour", "none", unsigned, bad_above=1),
        number("Days until the root certificate expires", "d", root, bad_below=30),
        graph(
            "Proxies that are told of changes",
            "none",
            ("sum by (pod) (pilot_xds)", "{{pod}}"),
            about="Of the whole cluster, with each node's ztunnel.",
        ),
        graph("Changes sent a second", "short", (sent, "{{type}}")),
        graph(
            "Time until a proxy knows of a change",
            "s",
            (f"histogram_quantile(0.5, {took})", "50 %"),
            (f"histogram_quantile(0.99, {took})", "99 %"),
        ),
        graph("Certificates given out an hour", "none", (signed, "certificates")),
    ]


def _ztunnel() -> list[Panel]:
    return [
        number("Nodes whose ztunnel answers", "none", 'sum(up{job="ztunnel"})', bad_below=1),
        number(
            "Pods that wait for their ztunnel",
            "none",
            "sum(workload_manager_pending_proxy_count)",
            bad_above=1,
        ),
        graph(
            "Pods in the mesh by node",
            "none",
            ("sum by (node) (workload_manager_active_proxy_count)", "{{node}}"),
        ),
    ]


def _connections(job: str) -> list[Panel]:
    """As the end says that was connected to."""
    here = f'{{job="{job}",reporter="destination",{_CHOSEN}}}'
    plain = here.replace("{", '{connection_security_policy!="mutual_tls",')

    def of(name: str, picked: str = here) -> str:
        return f"sum by (destination_workload) (rate({name}{picked}[$__rate_interval]))"

    every = of(_OPENED)
    return [
        graph("Connections opened a second", "short", (every, "{{destination_workload}}")),
        graph(
            "Share of connections without mTLS",
            "percentunit",
            (f"({of(_OPENED, plain)} or 0 * {every}) / ({every} > 0)", "{{destination_workload}}"),
            about="Probes and metrics that are read past the mesh; all else is refused.",
        ),
        graph(
            "Received a second",
            "Bps",
            (of("istio_tcp_received_bytes_total"), "{{destination_workload}}"),
        ),
        graph(
            "Answered a second",
            "Bps",
            (of("istio_tcp_sent_bytes_total"), "{{destination_workload}}"),
        ),
    ]


def _denied() -> Panel:
    picked = f'{{job="ztunnel",reporter="destination",response_flags="DENY",{_CHOSEN}}}'
    closed = f"istio_tcp_connections_closed_total{picked}"
    return graph(
        "Connections turned away an hour",
        "none",
        (
            f"sum by (source_workload, destination_workload) (increase({closed}[1h]))",
            "{{source_workload}} to {{destination_workload}}",
        ),
        about="No edge of the spec lets them in.",
    )


def _requests(reporter: str) -> list[Panel]:
    here = f'{{reporter="{reporter}",{_CHOSEN}}}'
    broken = here.replace("{", '{response_code=~"5..",')
    total = "sum by (destination_workload) (rate(istio_requests_total{}[$__rate_interval]))"
    every, failed = total.replace("{}", here), total.replace("{}", broken)
    buckets = (
        "sum by (destination_workload, le) "
        f"(rate(istio_request_duration_milliseconds_bucket{here}[$__rate_interval]))"
    )
    return [
        graph("Requests a second", "reqps", (every, "{{destination_workload}}")),
        graph(
            "Share of server errors",
            "percentunit",
            (f"({failed} or 0 * {every}) / ({every} > 0)", "{{destination_workload}}"),
        ),
        graph(
            "Duration",
            "ms",
            (f"histogram_quantile(0.95, {buckets})", "{{destination_workload}} 95 %"),
        ),
    ]


def _lost() -> Panel:
    picked = f'{{reporter="source",response_flags=~".*(UF|UH|UO|NC|NR).*",{_CHOSEN}}}'
    return graph(
        "Requests lost on the way a second",
        "reqps",
        (
            "sum by (source_workload, destination_service_name) "
            f"(rate(istio_requests_total{picked}[$__rate_interval]))",
            "{{source_workload}} to {{destination_service_name}}",
        ),
        about="They never reached a pod: no connection, none that is ready, too many at once.",
    )
