"""Every metric and label in a rule or panel is one that a target has, or that the spec declares."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.kinds import postgres
from generator.kinds.postgres import metrics
from generator.kinds.prometheus.expressions import mistakes, text_mistakes
from generator.kinds.prometheus.known import known
from generator.spec.read import read_platform
from tests.kinds.monitoring import CACHE, DATABASE, SHOP, build
from tests.product.platforms import SPECS, title

VARIABLES = re.compile(r"\$__(rate_interval|interval|range)")


def rules(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob("charts/*/charts/*/files/rules/**/*.yaml")):
        for group in yaml.safe_load(file.read_text())["groups"]:
            yield from group["rules"]


def panels(folder: Path) -> Iterator[str]:
    for file in sorted(folder.glob("charts/*/charts/*/files/dashboards/**/*.json")):
        yield from expressions(json.loads(file.read_text())["panels"])


def expressions(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from expressions(each)
    elif isinstance(node, dict):
        if "expr" in node:
            yield VARIABLES.sub("5m", node["expr"])
        for each in node.values():
            yield from expressions(each)


def known_to(spec: Path) -> dict[str, Any]:
    platform = read_platform(spec)
    (found,) = [
        known(platform, chart, component)
        for chart in platform.charts
        for component in chart.components
        if component.kind == "prometheus"
    ]
    return found


def judged(spec: Path) -> list[tuple[str, str]]:
    """(expression or text, what is wrong with it)."""
    series, wrong = known_to(spec), []
    seen = 0
    for rule in rules(spec.parent):
        seen += 1
        wrong += [(rule["expr"], what) for what, _ in mistakes(rule["expr"], series)]
        for text in rule.get("annotations", {}).values():
            wrong += [(text, what) for what, _ in text_mistakes(text, rule["expr"], series)]
    for expr in panels(spec.parent):
        seen += 1
        wrong += [(expr, what) for what, _ in mistakes(expr, series)]
    assert seen > 30
    return [one for one in wrong if one != ("vector(1)", "asks for no metric")]


@pytest.mark.parametrize("spec", SPECS, ids=title)
def test_every_rule_and_panel_of_a_platform_asks_for_what_there_is(spec: Path) -> None:
    assert [one for one in judged(spec) if not one[0].startswith("vector(1 - ")] == []


def test_those_of_a_shop_too(tmp_path: Path) -> None:
    operated = {**DATABASE, "engine": "cnpg", "pooler": {"name": "door"}}
    build(tmp_path, shop={**SHOP, "db": DATABASE, "cache": CACHE, "books": operated})
    assert [one for one in judged(tmp_path / "platform.yaml") if "vector(1 - " not in one[0]] == []


def test_an_engine_is_not_asked_for_the_metrics_of_the_other(tmp_path: Path) -> None:
    operated = {**DATABASE, "engine": "cnpg", "pooler": {"name": "door"}}
    build(tmp_path, shop={"books": operated})
    series = known_to(tmp_path / "platform.yaml")
    assert {name for name in series if name.startswith(("pg_", "patroni_", "postgres_"))} == set()
    assert "cnpg_collector_up" in series and "cnpg_pgbouncer_pools_maxwait" in series
    assert [one for one in judged(tmp_path / "platform.yaml") if "vector(1 - " not in one[0]] == []


def test_the_list_of_the_database_s_agent_is_what_its_code_says() -> None:
    code = "".join(
        (Path(postgres.__path__[0]) / "files" / name).read_text()
        for name in ("agent.py", "base_backup.py")
    )
    said = set(
        re.findall(
            r"\b(?:patroni_up|postgres_(?:archive|backup|backups|restore_check)(?:_[a-z]+)*)\b",
            code,
        )
    )
    known_names = {name for name in said if re.search(rf'(?:TYPE |"){name}[ "]', code)}
    assert known_names == set(metrics.AGENT)


SERIES = known_to(SPECS[0])


@pytest.mark.parametrize(
    ("expr", "what", "hint"),
    [
        ("sum(rate(a_total[5m])", "is no PromQL: unclosed left parenthesis", "try it in the Graph"),
        ("vector(1)", "asks for no metric", "name one that its component exports"),
        ('{job="backend"} > 0', "asks for series without naming a metric", "write the metric's"),
        (
            "pg_upp == 0",
            "asks for 'pg_upp', which nobody declares and no kind is",
            "did you mean pg_up",
        ),
        ("moon_phase == 0", "asks for 'moon_phase', which nobody", "declare it: metrics: {exports"),
        ('up{jobs="a"} == 0', "'up' has no label 'jobs'", "did you mean job?"),
        ('redis_up{moon="a"} == 0', "'redis_up' has no label 'moon'", "there are: none of its own"),
        ("sum by (shop) (up) == 0", "no metric in it has a label 'shop'", "there are: none of its"),
        (
            'bookedbarber_payments_total{outcome="failde"} > 0',
            "asks for outcome='failde' of 'bookedbarber_payments_total', which never has it",
            "did you mean failed?",
        ),
        ("up * on(jop) redis_up", "no metric in it has a label 'jop'", "did you mean job?"),
    ],
)
def test_what_is_not_there_is_told(expr: str, what: str, hint: str) -> None:
    ((message, help_),) = mistakes(expr, SERIES)
    assert message.startswith(what), message
    assert help_.startswith(hint), help_


def test_what_functions_make_is_not_judged() -> None:
    made = 'sum by (shop) (label_replace(up, "shop", "$1", "pod", "(.*)-.*")) == 0'
    assert list(mistakes(made, SERIES)) == []


def test_a_text_fills_in_only_what_there_is() -> None:
    expr = "sum by (job) (up) == 0"
    assert list(text_mistakes("{{ $labels.job }}", expr, SERIES)) == []
    ((message, _),) = text_mistakes("{{ $labels.shop }}", expr, SERIES)
    assert message == "no metric in it has a label 'shop'"
