"""Prometheus, Alertmanager and the blackbox exporter say what rules and dashboards ask for."""

from __future__ import annotations

import contextlib
import http.server
import ssl
import threading
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest
import trustme
import yaml

from generator.kinds.alertmanager import metrics as of_alertmanager
from generator.kinds.exporter import metrics as of_exporters
from generator.kinds.prometheus import metrics as of_prometheus
from tests.exporters.exposition import Said, differences, said
from tests.exporters.running import exporting, page
from tests.kinds.monitoring import Watch, build
from tests.monitoring import running
from tests.monitoring.running import Server, until

#: Labels, and a name, that the chart's release has and Debian's does not yet.
LATER = {"alertmanager_notifications_failed_total": {"reason"}}
LATER_NAME = "prometheus_remote_storage_queue_highest_timestamp_seconds"


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Watch:
    return build(tmp_path_factory.mktemp("watch"))


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """A store outside: it takes what it gets."""
    with serving(Hello) as server:
        yield f"http://localhost:{server.server_port}/"


@pytest.fixture(scope="module")
def both(
    watch: Watch, store: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Server]]:
    """A Prometheus with the rendered rules, and the Alertmanager that it tells."""
    folder = tmp_path_factory.mktemp("servers")
    (folder / "rules").mkdir()
    for name, text in watch.config("prometheus-rules").items():
        (folder / "rules" / name).write_text(text)
    # At first nobody is known yet whom to tell; what fires then is told again much later.
    later = {"alert": "Later", "expr": "up == 1", "for": "7s"}
    groups = {"groups": [{"name": "later", "rules": [later]}]}
    (folder / "rules" / "later.yaml").write_text(yaml.safe_dump(groups))
    own, told, gossip = running.free_ports(3)
    receiver = {"name": "team", "webhook_configs": [{"url": "http://127.0.0.1:9/"}]}
    routes = {"route": {"receiver": "team", "group_wait": "1s"}, "receivers": [receiver]}
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [f"{folder}/rules/*.yaml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{told}"]}]}]},
        "remote_write": [{"url": store}],
        "scrape_configs": [
            {"job_name": "prometheus", "static_configs": [{"targets": [f"127.0.0.1:{own}"]}]},
            {"job_name": "gone", "static_configs": [{"targets": ["127.0.0.1:9"]}]},
        ],
    }
    with (
        running.alertmanager(folder / "a", yaml.safe_dump(routes), told, gossip, []) as manager,
        running.prometheus(folder / "p", yaml.safe_dump(config), own, "prometheus-0") as server,
    ):
        until("alerts are told", manager.alerts, 90)
        yield server, manager


def test_prometheus_s_own(both: tuple[Server, Server]) -> None:
    text = page(f"http://{both[0].address}/metrics")
    assert differences(of_prometheus.SERVER, said(text)) == []


def test_what_prometheus_says_of_a_store_outside(both: tuple[Server, Server]) -> None:
    """When the newest sample is has another name here."""
    address = f"http://{both[0].address}/metrics"
    until("something is sent", lambda: "queue_highest_sent_timestamp" in page(address), 60)
    found = said(page(address))
    assert differences(of_prometheus.REMOTE, found) == [f"{LATER_NAME}: nobody has it"]
    assert "prometheus_remote_storage_highest_timestamp_in_seconds" in found


def test_what_prometheus_says_of_targets_and_alerts(both: tuple[Server, Server]) -> None:
    """`category` and `slo` are labels of our own rules."""
    server = both[0]
    found: Said = {}
    for name in of_prometheus.SCRAPES:
        series = until(name, partial(server.ask, name), 60)
        found[name] = {label for one in series for label in one["metric"]} - {"__name__"}
    of_rules = {"ALERTS": {"category", "slo"}, "ALERTS_FOR_STATE": {"category", "slo"}}
    assert differences(without(of_prometheus.SCRAPES, of_rules), found) == []


def test_alertmanager_s_own(both: tuple[Server, Server]) -> None:
    address = f"http://{both[1].address}/metrics"

    def tried() -> bool:
        return 'notifications_total{integration="webhook"} 0' not in page(address)

    until("it tries to tell somebody", tried, 60)
    assert differences(without(of_alertmanager.SERVER, LATER), said(page(address))) == []


def without(known: Mapping[str, tuple[str, ...]], less: Mapping[str, set[str]]) -> Said:
    assert all(less[name] <= set(known[name]) for name in less)
    return {name: set(labels) - less.get(name, set()) for name, labels in known.items()}


def test_the_blackbox_exporter_s(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(watch.config("blackbox")["config.yaml"])
    (port,) = running.free_ports(1)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.crt"))
    words = [f"--config.file={tmp_path}/config.yaml", f"--web.listen-address=127.0.0.1:{port}"]
    env = {"SSL_CERT_FILE": str(tmp_path / "ca.crt")}
    with (
        public(authority) as target,
        exporting("blackbox_exporter", words, port, tmp_path / "log", env) as address,
    ):
        text = page(f"{address}/probe?module=http_2xx&target={target}")
    assert "probe_success 1" in text.splitlines()
    assert differences(of_exporters.BLACKBOX, said(text)) == []


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *arguments: object) -> None:
        """Silent."""


@contextlib.contextmanager
def public(authority: trustme.CA) -> Iterator[str]:
    """An address that answers, with a certificate of this authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    with serving(Hello, context) as server:
        yield f"https://localhost:{server.server_port}/"


@contextlib.contextmanager
def serving(
    handler: type[http.server.BaseHTTPRequestHandler], context: ssl.SSLContext | None = None
) -> Iterator[http.server.ThreadingHTTPServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
