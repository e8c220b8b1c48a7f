"""Every alert fires when it must and is silent when it must be, as the real promtool says."""

from __future__ import annotations

import pytest
import yaml

from tests.kinds.alerts import CLUSTER
from tests.kinds.alerts_of_cnpg import CNPG
from tests.kinds.alerts_of_components import ALL, DATA, FAILED, FAST, OBJECTIVES, REQUESTS, UP
from tests.kinds.monitoring import (
    CACHE,
    DATABASE,
    PROMETHEUS,
    SHOP,
    WATCH,
    build,
    promtool,
    run,
)

CASES = (*CLUSTER, *OBJECTIVES, *DATA, *CNPG)


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """The rendered rules by the name of their file."""
    operated = {**DATABASE, "engine": "cnpg", "pooler": {"name": "door"}}
    shop = {**SHOP, "db": DATABASE, "cache": CACHE, "books": operated}
    remote = {"remoteWrite": {"url": "https://samples.example.com/push"}}
    thanos = {"thanos": {"store": "store.yaml"}}
    watch = {**WATCH, "prometheus": {**PROMETHEUS, **remote, **thanos}}
    return build(tmp_path_factory.mktemp("rules"), watch, shop).config("prometheus-rules")


def all_rules(rules):
    return [
        rule
        for text in rules.values()
        for group in yaml.safe_load(text)["groups"]
        for rule in group["rules"]
    ]


def firing(alert, labels):
    """How often an alert fires, of one component."""
    only = f",{labels}" if labels else ""
    return f'count(ALERTS{{alertname="{alert}",alertstate="firing"{only}}})'


def judge(folder, rules, worlds, step=1):
    """Let promtool evaluate the rules in each world: (series, query, number or None, minute)."""
    tests = [
        {
            "interval": f"{step}m",
            "input_series": [{"series": s, "values": v} for s, v in series.items()],
            "promql_expr_test": [
                {
                    "expr": query,
                    "eval_time": f"{minute}m",
                    "exp_samples": [] if number is None else [{"labels": "{}", "value": number}],
                }
            ],
        }
        for series, query, number, minute in worlds
    ]
    for name, text in rules.items():
        (folder / name).write_text(text)
    text = yaml.safe_dump(
        {"rule_files": list(rules), "evaluation_interval": f"{step}m", "tests": tests}
    )
    (folder / "tests.yaml").write_text(text)
    done = run(promtool(), "test", "rules", folder / "tests.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_case(rules):
    defined = {rule["alert"] for rule in all_rules(rules) if "alert" in rule}
    assert defined == {case.alert for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.alert}-{case.labels}".strip("-"))
def test_fires_when_it_must_and_not_otherwise(rules, tmp_path, case):
    query = firing(case.alert, case.labels)
    silent = 1 if case.alert == "Watchdog" else None
    both = [(case.fires, query, 1, case.minute), (case.silent, query, silent, case.minute)]
    needed = {name: text for name, text in rules.items() if f"alert: {case.alert}\n" in text}
    judge(tmp_path, needed, both, case.step)


def test_all_is_silent_without_traffic(rules, tmp_path):
    idle = {REQUESTS: "5x120", FAILED: "5x120", FAST: "9x120", ALL: "10x120", UP: "1x120"}
    others = 'count(ALERTS{alertstate="firing",alertname!="Watchdog"})'
    judge(tmp_path, rules, [(idle, others, None, 110), ({}, others, None, 110)])


def test_every_alert_says_what_is_wrong_and_how_bad_it_is(rules):
    for rule in all_rules(rules):
        if "alert" in rule:
            assert rule["labels"]["severity"] in ("critical", "warning", "info", "none")
            links = {"runbook_url", "dashboard_url"}
            assert set(rule["annotations"]) == {"summary", "description", *links}
