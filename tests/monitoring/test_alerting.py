"""From a fault to a page: the rendered configuration in real servers, two of each.

A small application is asked for bookings all the time; two Prometheus read it, two Alertmanagers
route, and a receiver counts. An hour passes in forty seconds: see `rendered`.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from generator.tools import helm
from tests import needs
from tests.kinds.rendering import Objects
from tests.monitoring import rendered, running
from tests.monitoring.application import Application, busy
from tests.monitoring.receiver import Receiver, receiving
from tests.monitoring.rendered import Pod
from tests.monitoring.running import Server, until

SECRETS = {
    "heartbeat-url": "{address}/heartbeat",
    "security-slack-url": "{address}/slack-security",
    "slack-url": "{address}/slack-team",
    "pagerduty-key": "0123456789abcdef0123456789abcdef",
}
#: Seconds in which a second message would have come: a member flushes a group every 3.3, and the
#: second one when it has waited for the first.
AGAIN = 7


@dataclass(frozen=True, kw_only=True)
class World:
    application: Application
    receiver: Receiver
    prometheus: tuple[Server, ...]
    alertmanagers: tuple[Server, ...]

    def states(self, alert: str) -> set[str | None]:
        """What the Alertmanagers say of an alert."""
        return {each.alerts().get(alert) for each in self.alertmanagers}


def chart() -> Objects:
    """charts/monitoring as it is committed."""
    program = helm.find(needs.helm(4), project=Path("/nowhere"))
    path = needs.ROOT / "charts" / "monitoring"
    text = program.template(path, release="monitoring", namespace="monitoring", kube_version="1.34")
    return Objects(all=tuple(yaml.load_all(text, Loader=yaml.CSafeLoader)))


@contextlib.contextmanager
def started(folder: Path, application: Application, receiver: Receiver) -> Iterator[World]:
    """Two of each, which find each other, the application and no more."""
    objects = chart()
    for room, texts in (
        ("secrets", {k: v.format(address=receiver.address) for k, v in SECRETS.items()}),
        ("rules", objects.one("ConfigMap", "prometheus-rules")["data"]),
    ):
        (folder / room).mkdir()
        for name, text in texts.items():
            (folder / room / name).write_text(rendered.rules(text) if room == "rules" else text)
    routing = rendered.alertmanager(
        objects.one("ConfigMap", "alertmanager")["data"]["alertmanager.yml"],
        folder / "secrets",
        f"{receiver.address}/pagerduty",
    )
    servers, members, gossip = (running.free_ports(2) for _ in range(3))
    pods = [
        pod("backend", "bookedbarber", 8001, application.port),
        *(pod("prometheus", "monitoring", 9090, port, n) for n, port in enumerate(servers)),
        *(pod("alertmanager", "monitoring", 9093, port, n) for n, port in enumerate(members)),
    ]
    config = rendered.prometheus(
        objects.one("ConfigMap", "prometheus")["data"]["prometheus.yml"], pods, folder / "rules"
    )
    with contextlib.ExitStack() as stack:
        start = stack.enter_context
        alertmanagers = [
            start(running.alertmanager(folder / f"alertmanager-{n}", routing, port, own, gossip))
            for n, (port, own) in enumerate(zip(members, gossip, strict=True))
        ]
        for each in alertmanagers:
            until("the pair has met", partial(met, each))
        prometheus = [
            start(running.prometheus(folder / f"prometheus-{n}", config, port, f"prometheus-{n}"))
            for n, port in enumerate(servers)
        ]
        yield World(
            application=application,
            receiver=receiver,
            prometheus=tuple(prometheus),
            alertmanagers=tuple(alertmanagers),
        )


def met(member: Server) -> bool:
    cluster = member.get("/api/v2/status")["cluster"]
    return bool(cluster["status"] == "ready" and len(cluster["peers"]) == 2)


def pod(workload: str, release: str, port: int, local: int, number: int = 0) -> Pod:
    namespace = {"bookedbarber": "bookedbarber-v2"}.get(release, release)
    return Pod(
        name=f"{workload}-{number}",
        workload=workload,
        release=release,
        namespace=namespace,
        port=port,
        address=f"127.0.0.1:{local}",
    )


def test_faults_are_told_once_and_what_they_explain_is_not(tmp_path: Path) -> None:
    with (
        receiving() as receiver,
        busy() as application,
        started(tmp_path, application, receiver) as world,
    ):
        requests_fail(world)
        all_is_well_again(world)
        the_application_dies(world)
        the_heartbeat_came_all_the_while(world)


def requests_fail(world: World) -> None:
    """Both servers see it and tell both members; one message comes of it. What is slower waits."""
    for server in world.prometheus:
        quiet = 'job:slo_errors:ratio_rate5m{job="backend",slo="availability"} == 0'
        until("requests are counted", partial(server.ask, quiet))
    assert world.receiver.by("pagerduty") == []

    world.application.failing = True
    until("somebody is paged", lambda: world.receiver.fired("pagerduty"))
    until("all know", lambda: world.states("ErrorBudgetBurnsFast") == {"active"})
    until("all is silent", lambda: world.states("ErrorBudgetBurnsSlowly") == {"suppressed"})
    assert world.receiver.by("slack-team") == []


def all_is_well_again(world: World) -> None:
    """One message more. Windows of half an hour have to pass, in which no page came again."""
    world.application.failing = False
    until("it is over", lambda: world.receiver.resolved("pagerduty"), 40)
    assert world.receiver.fired("pagerduty") == ["ErrorBudgetBurnsFast"]
    # What was used up of the budget stays: now that nobody is paged, the team learns of it.
    until("the team is told", lambda: world.receiver.fired("slack-team"))


def the_application_dies(world: World) -> None:
    world.application.stop()
    until("somebody is paged", lambda: len(world.receiver.fired("pagerduty")) > 1)
    until("targets are silent", lambda: world.states("TargetDown") == {"suppressed"})
    world.application.start()
    until("it is back", lambda: len(world.receiver.resolved("pagerduty")) > 1)
    time.sleep(AGAIN)
    both = ["ErrorBudgetBurnsFast", "ServiceDown"]
    assert (world.receiver.fired("pagerduty"), world.receiver.resolved("pagerduty")) == (both, both)
    assert {page.key for page in world.receiver.by("pagerduty")} == {SECRETS["pagerduty-key"]}
    assert world.receiver.fired("slack-team") == ["ErrorBudgetBurnsSlowly"]


def the_heartbeat_came_all_the_while(world: World) -> None:
    beats = world.receiver.by("heartbeat")
    assert {name for beat in beats for name in beat.firing} == {"Watchdog"}
    gaps = [b.at - a.at for a, b in itertools.pairwise(beats)]
    # Five minutes in production, 3.3 seconds here, and more on a machine that is busy.
    assert len(gaps) > 5
    assert max(gaps) < 20
    ways = {message.way for message in world.receiver.messages}
    assert ways == {"heartbeat", "pagerduty", "slack-team"}
