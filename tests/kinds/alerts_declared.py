"""Worlds for the alerts that the platforms of this repository declare themselves."""

from __future__ import annotations

from tests.kinds.alerts import Case

#: Ten minutes lie between two samples where a week ago matters: 1010 of them are seven days.
WEEK = 1010
BOOKED = 'bookedbarber_bookings_total{job="backend",location="7",status="created",channel="app"}'
TAKEN = (
    'bookedbarber_payment_amount_total{job="backend",location="7",currency="EUR",'
    'outcome="succeeded"}'
)
REQUESTS = 'http_requests_total{namespace="bookedbarber-v2",job="backend",status="2xx"}'


def shard(outcome: str) -> str:
    return f'bookedbarber_shard_requests_total{{job="backend",shard="3",outcome="{outcome}"}}'


def bucket(bound: str) -> str:
    name = "bookedbarber_shard_request_duration_seconds_bucket"
    return f'{name}{{job="backend",shard="3",le="{bound}"}}'


def payment(outcome: str) -> str:
    return (
        f'bookedbarber_payments_total{{job="backend",provider="stripe",outcome="{outcome}",'
        f'reason="none"}}'
    )


def event(outcome: str) -> str:
    name = "bookedbarber_webhook_events_total"
    return f'{name}{{job="backend",provider="stripe",type="charge",outcome="{outcome}"}}'


def attempt(outcome: str) -> str:
    return f'bookedbarber_auth_attempts_total{{job="backend",outcome="{outcome}"}}'


def retention(window: str) -> str:
    return (
        f'bookedbarber_client_retention_ratio{{job="backend",franchise="north",location="7",'
        f'window="{window}"}}'
    )


BOOKEDBARBER = (
    Case(
        alert="FranchiseShardHighLatency",
        fires={bucket("1"): "0+50x60", bucket("2.5"): "0+100x60", bucket("+Inf"): "0+100x60"},
        silent={bucket("1"): "0+99x60", bucket("2.5"): "0+100x60", bucket("+Inf"): "0+100x60"},
    ),
    Case(
        alert="FranchiseShardErrorRateHigh",
        fires={shard("failed"): "0+10x60", shard("succeeded"): "0+100x60"},
        silent={shard("failed"): "0+4x60", shard("succeeded"): "0+100x60"},
    ),
    Case(
        alert="PaymentFailureRateHigh",
        fires={payment("failed"): "0+1x60", payment("succeeded"): "0+9x60"},
        silent={payment("failed"): "0+1x60", payment("succeeded"): "0+0x60"},  # ten in ten minutes
    ),
    Case(
        alert="BookingRateDropped",
        fires={BOOKED: f"0+100x{WEEK} 100900+40x60"},
        silent={BOOKED: f"0+100x{WEEK} 101000+60x60"},
        minute=(WEEK + 12) * 10,
        step=10,
    ),
    Case(
        alert="RevenueDropped",
        fires={TAKEN: f"0+100x{WEEK} 101000+40x80"},
        silent={TAKEN: f"0+1x{WEEK} 1010+0x80"},  # a shop that takes next to nothing
        minute=(WEEK + 48) * 10,
        step=10,
    ),
    Case(
        alert="ClientRetentionLow",
        fires={retention("90d"): "0.4x80", retention("30d"): "0.9x80"},
        silent={retention("90d"): "0.6x80", retention("30d"): "0.1x80"},
        minute=700,
        step=10,
    ),
    Case(
        alert="WebhookEventsFail",
        fires={event("failed"): "0+20x60", event("processed"): "0+100x60"},
        silent={event("failed"): "0+5x60", event("processed"): "0+100x60"},
    ),
    Case(
        alert="FailedAuthSpike",
        fires={attempt("failed"): "0+400x60", attempt("succeeded"): "0+600x60"},
        silent={attempt("failed"): "0+200x60", attempt("succeeded"): "0+10x60"},  # 3 a second
    ),
    Case(
        alert="UnusualTraffic",
        fires={REQUESTS: "0+2000x400 800000+20000x30"},
        silent={REQUESTS: "_x390 0+20000x30"},  # a release that began twenty minutes ago
        minute=415,
    ),
)


def scans(port: str) -> str:
    return f'parcels_scanned_total{{job="api",port="{port}",carrier="dhl",direction="in"}}'


def arrivals(name: str) -> str:
    return f'parcel_eta_error_seconds_{name},carrier="maersk",lane="north"}}'


HARBOR = (
    Case(
        alert="ScannersSilent",
        fires={scans("rotterdam"): "0+30x290 8700+0x20", scans("oslo"): "0+30x310"},
        silent={scans("rotterdam"): "0+30x310", scans("oslo"): "7x310"},  # never busy
        minute=1500,
        step=5,
    ),
    Case(
        alert="ArrivalsMissed",
        fires={
            arrivals('bucket{job="api",le="14400.0"'): "0+7x100",
            arrivals('count{job="api"'): "0+10x100",
        },
        silent={
            arrivals('bucket{job="api",le="14400.0"'): "0+9x100",
            arrivals('count{job="api"'): "0+10x100",
        },
        minute=500,
        step=5,
    ),
    Case(
        alert="ScannerBatteryLow",
        fires={
            'scanner_battery_ratio{job="api",port="oslo",country="no"}': "0.05x40",
            'scanner_battery_ratio{job="api",port="oslo",country="no",pod="b"}': "0.9x40",
        },
        silent={'scanner_battery_ratio{job="api",port="oslo",country="no"}': "0.3x40"},
        minute=190,
        step=5,
    ),
)

DECLARED = (*BOOKEDBARBER, *HARBOR)
