"""The worlds for the alerts of the mesh: those of each mode."""

from __future__ import annotations

from tests.kinds.alerts import Case

ISTIOD = 'namespace="istio-system",job="istiod",pod="istiod-1"'
ZTUNNEL = 'namespace="istio-system",job="ztunnel",pod="ztunnel-1",node="a"'
UP = f"up{{{ISTIOD}}}"
REJECTS = f'pilot_total_xds_rejects{{{ISTIOD},type="cds"}}'
BUCKET = f"pilot_proxy_convergence_time_bucket{{{ISTIOD}"
CLOSED = (
    f'istio_tcp_connections_closed_total{{{ZTUNNEL},reporter="destination",'
    'source_workload_namespace="shop",source_workload="site",'
    'destination_workload_namespace="shop",destination_workload="db"'
)
SENT = (
    'istio_requests_total{namespace="shop",job="istio-proxy",pod="site-1",reporter="source",'
    'destination_service_namespace="shop",destination_service_name="api"'
)

CONTROL_PLANE = (
    Case(alert="MeshControlPlaneMissing", fires={}, silent={UP: "0x60"}),
    Case(alert="MeshConfigurationRefused", fires={REJECTS: "0+1x60"}, silent={REJECTS: "9x60"}),
    Case(  # the first that was ever refused
        alert="MeshConfigurationRefused",
        fires={REJECTS: "_x53 1x7"},
        silent={REJECTS: "_x30 1x30"},
    ),
    Case(
        alert="MeshConfigurationSlow",
        fires={f'{BUCKET},le="10"}}': "0+90x60", f'{BUCKET},le="+Inf"}}': "0+100x60"}
        | {f'{BUCKET},le="20"}}': "0+100x60"},
        silent={f'{BUCKET},le="10"}}': "0+100x60", f'{BUCKET},le="+Inf"}}': "0+100x60"}
        | {f'{BUCKET},le="0.5"}}': "0+99x60"},
    ),
    Case(
        alert="MeshCertificatesNotSigned",
        fires={f'citadel_server_csr_sign_err_count{{{ISTIOD},error="CA_FAIL"}}': "0+1x60"},
        silent={f'citadel_server_csr_sign_err_count{{{ISTIOD},error="CA_FAIL"}}': "3x60"},
    ),
    Case(
        alert="MeshCertificatesNotSigned",
        fires={f'citadel_server_csr_sign_err_count{{{ISTIOD},error="CA_FAIL"}}': "_x50 1x10"},
        silent={f'citadel_server_csr_sign_err_count{{{ISTIOD},error="CA_FAIL"}}': "_x30 1x30"},
    ),
    Case(
        alert="MeshRootCertificateExpiring",
        fires={f"citadel_server_root_cert_expiry_timestamp{{{ISTIOD}}}": f"{29 * 86400}x90"},
        silent={f"citadel_server_root_cert_expiry_timestamp{{{ISTIOD}}}": f"{31 * 86400}x90"},
        minute=80,
    ),
)
OF_MODES = {
    "ambient": (
        *CONTROL_PLANE,
        Case(
            alert="ZtunnelDown",
            labels='node="a"',
            fires={f"up{{{ZTUNNEL}}}": "0x60", f"up{{{ZTUNNEL.replace('1', '2')}}}": "1x60"},
            silent={f"up{{{ZTUNNEL}}}": "1x60"},
        ),
        Case(
            alert="ZtunnelPodsWait",
            fires={f"workload_manager_pending_proxy_count{{{ZTUNNEL}}}": "2x60"},
            silent={f"workload_manager_pending_proxy_count{{{ZTUNNEL}}}": "2x55 0x5"},
        ),
        Case(
            alert="MeshConnectionsDenied",
            labels='category="security"',
            fires={f'{CLOSED},response_flags="DENY"}}': "0+2x60"},
            silent={
                f'{CLOSED},response_flags="-"}}': "0+99x60",
                f'{CLOSED},response_flags="DENY"}}': "0x50 1x10",
            },
        ),
    ),
    "sidecar": (
        *CONTROL_PLANE,
        Case(
            alert="MeshRequestsLost",
            fires={
                f'{SENT},response_flags="-"}}': "0+90x60",
                f'{SENT},response_flags="UF,URX"}}': "0+10x60",
            },
            silent={
                f'{SENT},response_flags="-"}}': "0+99x60",
                f'{SENT},response_flags="UH"}}': "0+1x60",
                f'{SENT},response_flags="DC"}}': "0+50x60",
            },
        ),
    ),
}
