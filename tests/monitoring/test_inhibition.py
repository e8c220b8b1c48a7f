"""What explains something else silences it: alerts, as Prometheus sends them, in a real member."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator

import pytest

from tests.monitoring import rendered, running
from tests.monitoring.running import Server, until
from tests.monitoring.test_alerting import SECRETS, chart

SHOP = {"namespace": "shop"}
API = {**SHOP, "job": "api"}


@pytest.fixture(scope="module")
def member(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An Alertmanager on the rendered routes, whose receivers nobody listens as."""
    folder = tmp_path_factory.mktemp("inhibition")
    (folder / "secrets").mkdir()
    (nowhere,) = running.free_ports(1)
    address = f"http://127.0.0.1:{nowhere}"
    for name, text in SECRETS.items():
        (folder / "secrets" / name).write_text(text.format(address=address))
    config = rendered.alertmanager(
        chart().one("ConfigMap", "alertmanager")["data"]["alertmanager.yml"],
        folder / "secrets",
        f"{address}/pagerduty",
    )
    (port, gossip) = running.free_ports(2)
    with running.alertmanager(folder / "member", config, port, gossip, []) as server:
        yield server


def send(member: Server, *alerts: dict[str, str]) -> None:
    body = json.dumps([{"labels": labels} for labels in alerts]).encode()
    request = urllib.request.Request(
        f"http://{member.address}/api/v2/alerts",
        data=body,
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def alert(name: str, severity: str, **labels: str) -> dict[str, str]:
    return {"alertname": name, "severity": severity, **labels}


@pytest.mark.parametrize(
    ("source", "silenced", "told"),
    [
        (
            alert("PostgresNoPrimary", "critical", **SHOP, job="db"),
            alert("ErrorBudgetBurnsFast", "critical", **API, slo="availability"),
            alert("ErrorBudgetBurnsFast", "critical", namespace="other", job="api", slo="latency"),
        ),
        (
            alert("ServiceDown", "critical", namespace="away", job="api"),
            alert("TargetDown", "warning", namespace="away", job="api", instance="a"),
            alert("TargetDown", "warning", namespace="away", job="site", instance="b"),
        ),
        (
            alert("ErrorBudgetBurnsFast", "critical", namespace="slow", job="a", slo="latency"),
            alert("ErrorBudgetBurnsSlowly", "warning", namespace="slow", job="a", slo="latency"),
            alert(
                "ErrorBudgetBurnsSlowly", "warning", namespace="slow", job="a", slo="availability"
            ),
        ),
        (
            alert("VolumeFillingUp", "critical", namespace="full", job="k", instance="a"),
            alert("VolumeFillingUp", "warning", namespace="full", job="k", instance="a"),
            alert("VolumeFillingUp", "warning", namespace="full", job="k", instance="b"),
        ),
    ],
    ids=lambda one: f"{one['alertname']}-{one['severity']}",
)
def test_what_explains_another_silences_it_and_no_more(
    member: Server, source: dict[str, str], silenced: dict[str, str], told: dict[str, str]
) -> None:
    send(member, source, silenced, told)

    def states() -> dict[str, str]:
        found = {
            json.dumps(one["labels"], sort_keys=True): one["status"]["state"]
            for one in member.get("/api/v2/alerts")
        }
        return {
            name: found.get(json.dumps(labels, sort_keys=True), "")
            for name, labels in (("source", source), ("silenced", silenced), ("told", told))
        }

    wanted = {"source": "active", "silenced": "suppressed", "told": "active"}
    until(f"{wanted}", lambda: states() == wanted)
