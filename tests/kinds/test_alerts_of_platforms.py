"""The alerts of every platform in this repository: each has a case, each promise one of its own.

`test_alerts` judges the alerts of a made-up shop. Here the committed rules are read: what they
are called, and for what components promise, whether their own metrics and labels make them fire.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kinds.alerts_declared import DECLARED
from tests.kinds.test_alerts import CASES, firing, judge
from tests.needs import ROOT
from tests.product.platforms import SPECS, title

FOLDER = "charts/*/charts/*/files/rules"


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One group of rules about what a component promises, and the series that it is measured by."""

    file: Path
    what: str
    budget: float
    every: str
    some: str
    alerts: frozenset[str]


def rule_files(spec: Path) -> list[Path]:
    """Without those that wait for a mesh."""
    found = sorted(spec.parent.glob(f"{FOLDER}/*.yaml"))
    assert found, f"{spec} has no rules"
    return found


def promises() -> Iterator[Promise]:
    for spec in SPECS:
        for file in rule_files(spec):
            for group in yaml.safe_load(file.read_text())["groups"]:
                rules = {rule.get("record", rule.get("alert")): rule for rule in group["rules"]}
                if "job:slo_objective:ratio" in rules:
                    yield promise(file, rules)


def promise(file: Path, rules: dict[str, dict[str, Any]]) -> Promise:
    objective = rules["job:slo_objective:ratio"]
    budget = re.fullmatch(r"vector\(1 - ([0-9.]+)\)", objective["expr"])
    selectors = re.findall(r"rate\((\w+\{[^}]*\})", rules["job:slo_errors:ratio_rate5m"]["expr"])
    assert budget and len(selectors) == 2
    return Promise(
        file=file,
        what=objective["labels"]["slo"],
        budget=float(budget[1]),
        some=selectors[0],
        every=selectors[1],
        alerts=frozenset(rule["alert"] for rule in rules.values() if "alert" in rule),
    )


def series(selector: str, path: str = "/buy", **labels: str) -> str:
    """A series that the selector picks; where it wants no probes, one of this path."""
    name, _, inside = selector.rstrip("}").partition("{")
    picked = dict(re.findall(r'(\w+)="([^"]*)"', inside))
    for label, sign, pattern in re.findall(r'(\w+)(=~|!~)"([^"]*)"', inside):
        picked[label] = path if sign == "!~" else pattern.replace("..", "xx")
    if path == "PROBE":
        (label,) = re.findall(r'(\w+)!~"', inside)
        picked[label] = re.findall(r'!~"([^|"]*)', inside)[0].replace("\\\\", "")
    text = ",".join(f'{label}="{value}"' for label, value in {**picked, **labels}.items())
    return f"{name}{{{text}}}"


def world(one: Promise, bad: float, probes: bool = False) -> dict[str, str]:
    """Requests of which this share is bad; probes that fail are none."""
    failed, all_in_all = bad * 10_000, 10_000
    if one.what == "availability":
        (status,) = re.findall(r'(\w+)=~"5', one.some)
        made = {
            series(one.some): f"0+{failed:g}x160",
            series(one.every, **{status: "2xx"}): f"0+{all_in_all - failed:g}x160",
        }
        return made | ({series(one.some, "PROBE"): "0+90000x160"} if probes else {})
    made = {
        series(one.some): f"0+{all_in_all - failed:g}x160",
        series(one.every): f"0+{all_in_all}x160",
    }
    return made | ({series(one.every, "PROBE"): "0+90000x160"} if probes else {})


PROMISES = tuple(promises())


@pytest.mark.parametrize("spec", SPECS, ids=title)
def test_every_alert_of_a_platform_has_a_case(spec):
    texts = "".join(file.read_text() for file in rule_files(spec))
    defined = set(re.findall(r"^ *- alert: (\w+)$", texts, re.MULTILINE))
    assert len(defined) > 20
    assert defined <= {case.alert for case in (*CASES, *DECLARED)}


@pytest.mark.parametrize("case", DECLARED, ids=lambda case: case.alert)
def test_an_alert_of_the_authors_own_fires_when_it_must_and_not_otherwise(case, tmp_path):
    every = [file for spec in SPECS for file in rule_files(spec)]
    (file,) = [file for file in every if f"alert: {case.alert}\n" in file.read_text()]
    query = firing(case.alert, case.labels)
    both = [(case.fires, query, 1, case.minute), (case.silent, query, None, case.minute)]
    judge(tmp_path, {file.name: file.read_text()}, both, case.step)


@pytest.mark.parametrize("spec", SPECS, ids=title)
def test_every_alert_leads_to_its_runbook_and_to_a_dashboard(spec):
    boards = spec.parent.glob("charts/*/charts/*/files/dashboards/**/*.json")
    uids = {json.loads(board.read_text())["uid"] for board in boards}
    seen = 0
    for file in spec.parent.glob(f"{FOLDER}/**/*.yaml"):
        (files,) = (folder for folder in file.parents if folder.name == "files")
        pages = files.parent / "runbooks"
        for group in yaml.safe_load(file.read_text())["groups"]:
            for rule in group["rules"]:
                if "alert" in rule:
                    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
                    text = (pages / page.removeprefix("$(runbooks)/")).read_text()
                    (section,) = re.findall(
                        rf"^## {rule['alert']}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE
                    )
                    assert anchor == rule["alert"].lower()
                    assert "1. " in section or len(section) > 150, rule["alert"]
                    uid = rule["annotations"]["dashboard_url"].removeprefix("$(dashboards)/d/")
                    assert uid in uids, rule["alert"]
                    seen += 1
    assert seen > 30


@pytest.mark.parametrize("spec", SPECS, ids=title)
def test_a_platform_is_silent_without_traffic(spec, tmp_path):
    files = {file.name: file.read_text() for file in rule_files(spec)}
    others = 'count(ALERTS{alertstate="firing",alertname!="Watchdog"})'
    idle = {
        series(selector): "5x100"
        for one in PROMISES
        if one.file in rule_files(spec)
        for selector in (one.some, one.every)
    }
    judge(tmp_path, files, [(idle, others, None, 90), ({}, others, None, 90)])


@pytest.mark.parametrize("alert", ["ErrorBudgetBurnsFast", "ErrorBudgetBurnsSlowly"])
@pytest.mark.parametrize("one", PROMISES, ids=lambda one: f"{one.file.stem}-{one.what}")
def test_a_promise_that_is_broken_is_told_and_one_that_is_kept_is_not(one, alert, tmp_path):
    assert alert in one.alerts
    query = firing(alert, f'slo="{one.what}"')
    broken = world(one, 0.95 if alert.endswith("Fast") else 5 * one.budget)
    kept = world(one, 0.5 * one.budget, probes="!~" in one.every)
    step, minute = (1, 110) if alert.endswith("Fast") else (10, 1500)
    both = [(broken, query, 1, minute), (kept, query, None, minute)]
    judge(tmp_path, {one.file.name: one.file.read_text()}, both, step)


def test_the_promises_of_two_platforms_with_other_names_are_judged():
    assert len({one.file.parents[5] for one in PROMISES}) >= 2
    assert len({one.every.partition("{")[0] for one in PROMISES}) >= 4
    assert {one.file.is_relative_to(ROOT / "examples") for one in PROMISES} == {True, False}
