from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from generator.build.view import View, all_callers, quote
from generator.kinds.api import Env, Link
from generator.kinds.common.app import volume_name
from generator.spec.model import Chart, Component, Edge, Outside, Scrape
from generator.spec.source import Place

PLACE = Place(path="platform.yaml", line=1, col=1)
DIRECT = Link(workload="db", service="db-primary", port=5432, env=(Env(name="DB", value="{host}"),))
POOLED = Link(
    workload="pooler",
    service="db",
    port=6432,
    env=(Env(name="DB", value="db://{host}:6432"), Env(name="PASSWORD", secret=("db", "password"))),
    wait=True,
    direct=DIRECT,
)
PLAIN = Link(
    workload="api", service="api", port=80, env=(Env(name="API_URL", value="http://{host}"),)
)


def component(name: str, link: Link | None = None, chart: str = "shop", **settings: Any):
    app = settings.pop("app", SimpleNamespace(env=(), secrets=()))
    return Component(
        path=("charts", chart, "components", name),
        place=PLACE,
        name=name,
        chart_name=chart,
        kind="web",
        kind_module=SimpleNamespace(link=lambda _: link),  # type: ignore[arg-type]
        settings=SimpleNamespace(app=app, migrate=None, metrics=None, **settings),
        connects=(),
    )


def edge(source: Component, target: Component | None, **more: Any) -> Edge:
    link = target.link if target else None
    return Edge(path=(), place=PLACE, source=source, target=target, link=link, **more)


def chart(*edges: Edge, scrape: Scrape | None = None) -> Chart:
    """Only what a view looks at."""
    every: dict[str, Any] = dict.fromkeys(Chart.__dataclass_fields__)
    every |= {"path": (), "place": PLACE, "name": "shop", "namespace": "shop-live"}
    return Chart(**{**every, "edges": edges, "scrape": scrape, "routes": ()})


@pytest.fixture
def db() -> Component:
    return component("db", POOLED)


def view(source: Component, *edges: Edge, **more: Any) -> View:
    here = chart(*edges, **more)
    return View(component=source, chart=here, callers=(), scrape=here.scrape)


def test_connections_become_peers_with_helpers_variables_and_waits(db):
    app = component("app")
    seen = view(app, edge(app, db))
    (peer,) = seen.outs
    assert (peer.name, peer.workload, peer.service, peer.port) == ("db", "pooler", "db", 6432)
    assert peer.namespace is None
    assert seen.waits == (peer,)
    assert [env.name for env in seen.env] == ["DB", "PASSWORD"]
    assert seen.env[0].value == """'db://{{ include "shop.app.db.host" . }}:6432'"""
    assert seen.env[1].secret == ("db", "password")
    assert seen.connections == ("db",)


def test_migration_goes_around_the_pooler(db):
    app = component("app")
    migration = view(app, edge(app, db)).migration
    (peer,) = migration.outs
    assert (peer.workload, peer.service, peer.port) == ("db", "db-primary", 5432)
    assert migration.env[0].value == '{{ include "shop.app.db.directHost" . }}'


def test_a_variable_that_the_author_sets_wins(db):
    app = component(
        "app", app=SimpleNamespace(env=(("DB", "own"),), secrets=(("PASSWORD", "a", "b"),))
    )
    assert view(app, edge(app, db)).env == ()


def test_a_host_that_nobody_is_told_has_no_value():
    api, app = component("api", PLAIN), component("app")
    assert view(app, edge(app, api)).connections == ("api",)
    own = component("app", app=SimpleNamespace(env=(("API_URL", "http://own"),), secrets=()))
    assert view(own, edge(own, api)).connections == ()
    assert [peer.name for peer in view(own, edge(own, api)).outs] == ["api"]


def test_other_kinds_are_told_every_host():
    api, grafana = component("api", PLAIN), component("grafana", app=None)
    assert view(grafana, edge(grafana, api)).connections == ("api",)


def test_keys_are_written_as_values_are(db):
    source, target = component("app"), component("order-db-2", POOLED)
    assert view(source, edge(source, target)).connections == ("orderDb2",)


def test_outside_addresses_are_no_peers():
    app = component("app")
    outside = Outside(scheme="https", host="example.com", port=443)
    seen = view(app, edge(app, None, outside=outside))
    assert (seen.outs, seen.outside, seen.env) == ((), (outside,), ())


def test_callers_come_from_all_charts_and_from_migrations(db):
    app = component("app")
    app.settings.migrate = object()
    other = component("report", chart="reports")
    here = chart(edge(app, db))
    there = chart(edge(other, db, namespace="shop-live"))
    callers = all_callers(SimpleNamespace(charts=(here, there)))[("shop", "db")]  # type: ignore[arg-type]
    seen = View(component=db, chart=here, callers=callers)
    assert [(c.workload, c.namespace) for c in seen.callers_of("pooler")] == [
        ("app", None),
        ("report", "shop-live"),
    ]
    assert [(c.workload, c.port) for c in seen.callers_of("db")] == [("app-migrate", 5432)]
    assert seen.callers_of("nobody") == ()


@pytest.mark.parametrize(("port", "name"), [(80, "http"), (9100, "metrics")])
def test_metrics_are_on_the_main_port_or_their_own(port, name):
    api = component("api", PLAIN)
    api.settings.metrics = SimpleNamespace(port=port)
    assert view(api).metrics_port == name
    assert view(component("api", PLAIN)).metrics_port is None


def test_scraped_only_with_a_scraper_and_metrics():
    api = component("api", PLAIN)
    api.settings.metrics = SimpleNamespace(port=80)
    scrape = Scrape(namespace=None, workload="prometheus")
    assert view(api, scrape=scrape).scraped
    assert not view(api).scraped
    assert not view(component("api", PLAIN), scrape=scrape).scraped


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/tmp", "tmp"),
        ("/app/.next/cache", "app-next-cache"),
        ("/var/Lib/a_b/", "var-lib-a-b"),
        ("/_", "root"),
        ("/" + "long/" * 20, ("long-" * 13)[:63].strip("-")),
    ],
)
def test_volume_names_are_labels(path, name):
    assert volume_name(path) == name
    assert len(name) <= 63


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('{{ include "a" . }}', '{{ include "a" . }}'),
        ('http://{{ include "a" . }}:80', """'http://{{ include "a" . }}:80'"""),
        ("5432", '"5432"'),
        ("", '""'),
    ],
)
def test_quotes_what_yaml_could_misread(text, quoted):
    assert quote(text) == quoted
