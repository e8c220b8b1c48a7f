"""Dashboards of declared metrics: what the spec asks for, and what follows without it."""

from __future__ import annotations

import json

import pytest
import yaml

from generator.errors import InputError
from generator.spec.read import read_platform
from tests.kinds.monitoring import API, GRAFANA, SHOP, WATCH, build, platform

DECLARED = {
    "orders_total": {
        "type": "counter",
        "help": "Orders.",
        "labels": {"shop": 100, "region": "shop", "state": ["kept", "sent"]},
    },
    "stock_ratio": {
        "type": "gauge",
        "help": "What is there of what should be.",
        "labels": {"shop": 100, "region": "shop"},
    },
    "packing_seconds": {
        "type": "histogram",
        "help": "Time to pack.",
        "labels": {"shop": 40, "region": "shop", "hall": 3},
    },
    "visitors": {"type": "gauge", "help": "People in the shops."},
    "queue": {"type": "summary", "unit": "seconds", "help": "Waiting.", "labels": {"hall": 3}},
}


def shop(declared=None):
    metrics = {**API["metrics"], "exports": declared or DECLARED}
    return {**SHOP, "api": {**API, "metrics": metrics}}


def boards(folder, dashboards, declared=None):
    """The dashboards of a Grafana that asks for these."""
    watch = {**WATCH, "grafana": {**GRAFANA, "dashboards": dashboards}}
    built = build(folder, watch, shop(declared))
    files = built.path.glob("charts/grafana/files/dashboards/*.json")
    return {file.stem: json.loads(file.read_text()) for file in files}


def sales(folder, panels, declared=None, **settings):
    """One dashboard of these panels."""
    board = {"title": "Sales", "panels": panels, **settings}
    return boards(folder, {"sales": board}, declared)["sales"]


def asked(board):
    """The queries of each panel, by its title."""
    return {
        panel["title"]: [target["expr"] for target in panel["targets"]]
        for panel in board["panels"]
        if panel["type"] != "row"
    }


def variables(board):
    return {v["name"]: v["query"] for v in board["templating"]["list"] if v["type"] == "query"}


def test_a_metric_is_shown_as_its_type_asks_for(tmp_path):
    panels = {"Orders": "orders_total", "Stock": "stock_ratio", "Packing": "packing_seconds"}
    board = sales(tmp_path, panels)
    chosen = 'region=~"$region",shop=~"$shop"'
    buckets = f"sum by (hall, le) (rate(packing_seconds_bucket{{{chosen}}}[$__rate_interval]))"
    assert asked(board) == {
        "Orders": [f"sum by (state) (rate(orders_total{{{chosen}}}[$__rate_interval]))"],
        "Stock": [f"avg (stock_ratio{{{chosen}}})"],
        "Packing": [f"histogram_quantile({q}, {buckets})" for q in ("0.5", "0.95", "0.99")],
    }
    units = [panel["fieldConfig"]["defaults"]["unit"] for panel in board["panels"]]
    assert units == ["cps", "percentunit", "s"]


def test_of_a_summary_the_mean_is_shown(tmp_path):
    over = 'rate(queue_{0}{{hall=~"$hall"}}[$__rate_interval])'
    whole, count = (f"sum ({over.format(end)})" for end in ("sum", "count"))
    board = sales(tmp_path, {"Queue": "queue", "Served": "sum(rate(queue_count[5m]))"})
    assert asked(board) == {
        "Queue": [f"{whole} / ({count} > 0)"],
        "Served": ['sum(rate(queue_count{hall=~"$hall"}[5m]))'],
    }
    assert board["panels"][0]["fieldConfig"]["defaults"]["unit"] == "s"


def test_labels_that_all_metrics_have_can_be_chosen_the_wider_narrow_the_narrower(tmp_path):
    board = sales(tmp_path, {"Orders": "orders_total", "Stock": "stock_ratio"})
    assert {name: query["query"] for name, query in variables(board).items()} == {
        "region": "label_values(orders_total, region)",
        "shop": 'label_values(orders_total{region=~"$region"}, shop)',
    }
    (region, _) = (v for v in board["templating"]["list"] if v["type"] == "query")
    assert (region["includeAll"], region["multi"], region["allValue"]) == (True, True, ".*")


def test_the_spec_may_say_what_can_be_chosen_and_what_gets_a_line(tmp_path):
    panels = {
        "Orders": {"metric": "orders_total", "by": ["shop"], "per": "1h"},
        "All": {"metric": "orders_total", "by": [], "as": "number"},
        "Stock": {"metric": "stock_ratio", "by": ["region"], "aggregate": "min"},
        "Visitors": "visitors",
    }
    board = sales(tmp_path, panels, choose=["region"])
    assert list(variables(board)) == ["region"]
    chosen = 'region=~"$region"'
    assert asked(board) == {
        "Orders": [f"sum by (shop) (increase(orders_total{{{chosen}}}[1h]))"],
        "All": [f"sum (increase(orders_total{{{chosen}}}[$__range]))"],
        "Stock": [f"min by (region) (stock_ratio{{{chosen}}})"],
        "Visitors": ["sum (visitors)"],
    }
    assert [panel["type"] for panel in board["panels"]] == [
        "timeseries",
        "stat",
        "timeseries",
        "timeseries",
    ]


def test_numbers_beside_each_other_fill_the_row(tmp_path):
    one = {"metric": "visitors", "as": "number"}
    panels = {f"N{index}": one for index in range(6)} | {"G": "visitors", "Last": one}
    places = [panel["gridPos"] for panel in sales(tmp_path, panels)["panels"]]
    assert [place["w"] for place in places] == [6, 6, 6, 6, 12, 12, 12, 24]
    assert [place["y"] for place in places] == [0, 0, 0, 0, 6, 6, 12, 20]


def test_what_looks_back_over_the_whole_time_is_asked_once(tmp_path):
    panels = {
        "All": {"metric": "orders_total", "as": "number"},
        "Now": {"metric": "visitors", "as": "number"},
    }
    board = sales(tmp_path, panels)
    assert [panel["targets"][0].get("instant", False) for panel in board["panels"]] == [True, False]
    assert [panel["options"]["graphMode"] for panel in board["panels"]] == ["none", "area"]


def test_promql_is_narrowed_too(tmp_path):
    kept = 'sum(rate(orders_total{state="kept"}[$__rate_interval]))'
    panels = {"Kept": {"expr": f"{kept} / visitors", "unit": "percentunit", "about": "Of all."}}
    board = sales(tmp_path, {**panels, "Median": "histogram_quantile(0.5, packing_seconds_bucket)"})
    chosen = 'region=~"$region",shop=~"$shop"'
    narrowed = kept.replace("{", f"{{{chosen},")
    assert asked(board) == {
        "Kept": [f"{kept} / visitors"],  # not all have a label in common
        "Median": ["histogram_quantile(0.5, packing_seconds_bucket)"],
    }
    board = sales(tmp_path, panels, choose=["region", "shop"])
    assert asked(board) == {"Kept": [f"{narrowed} / visitors"]}
    assert board["panels"][0]["description"] == "Of all."


def test_the_name_of_one_that_is_there_adds_panels_to_it(tmp_path):
    found = boards(tmp_path, {"security": {"panels": {"Orders": "orders_total"}}})
    board = found["security"]
    assert board["title"] == "Security"
    assert "Share of requests turned away" in asked(board)
    assert list(asked(board))[-1] == "Orders"
    assert list(variables(board)) == ["region", "shop", "state"]


def test_what_no_dashboard_shows_has_one_of_its_component(tmp_path):
    found = boards(tmp_path, {"sales": {"title": "Sales", "panels": {"Orders": "orders_total"}}})
    assert list(asked(found["api-metrics"])) == [
        "What is there of what should be",
        "Time to pack",
        "People in the shops",
        "Waiting",
    ]
    everything = boards(tmp_path, {})
    assert next(iter(asked(everything["api-metrics"]))) == "Orders"
    shown = {name: name for name in DECLARED}
    assert "api-metrics" not in boards(tmp_path, {"all": {"title": "All", "panels": shown}})


def test_units_of_an_authors_own_are_left_to_grafana(tmp_path):
    panels = {"Visitors": {"metric": "visitors", "unit": "suffix: people"}}
    board = sales(tmp_path, panels)
    assert board["panels"][0]["fieldConfig"]["defaults"]["unit"] == "suffix: people"


def test_nothing_is_said_of_metrics_while_a_component_can_not_be_read(tmp_path):
    """Its metrics may be the ones that are asked for."""
    board = {"title": "Sales", "panels": {"Orders": "orders_total"}}
    watch = {**WATCH, "grafana": {**GRAFANA, "dashboards": {"sales": board}}}
    spec = platform(watch, shop())
    spec["charts"]["shop"]["components"]["api"]["port"] = "many"
    file = tmp_path / "platform.yaml"
    file.write_text(yaml.safe_dump(spec, sort_keys=False))
    with pytest.raises(InputError) as caught:
        read_platform(file)
    (finding,) = caught.value.findings
    assert "components.api.port" in finding.message
