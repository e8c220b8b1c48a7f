"""The page about what is watched: promises, alerts with their thresholds, and runbooks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import yaml

#: A month of minutes: what a budget is the share of.
_MINUTES = 30 * 24 * 60
_PAGES = "$(runbooks)/"

Group = Mapping[str, Any]


def monitored(files: Mapping[str, str], runbooks: str) -> str:
    """Markdown from the files of rules by title. `runbooks` is where their pages lie from here."""
    groups = {name: _groups(text) for name, text in sorted(files.items())}
    parts = ["## What is promised", "\n".join(_promises(groups)), "## What is told"]
    for name, found in groups.items():
        rows = [row for group in found for row in _alerts(group, runbooks)]
        if rows:
            parts += [f"### {name}", "\n".join([*_HEAD, *rows])]
    return "\n\n".join(parts)


_HEAD = (
    "| Alert | Severity | After | When | What users feel |",
    "| --- | --- | --- | --- | --- |",
)


def _groups(text: str) -> Sequence[Group]:
    groups: Sequence[Group] = yaml.load(text, Loader=yaml.CSafeLoader)["groups"]
    return groups


def _promises(files: Mapping[str, Sequence[Group]]) -> Iterator[str]:
    yield "| Component | Promise | Budget of 30 days | Pages when it burns | Tells when it burns |"
    yield "| --- | --- | --- | --- | --- |"
    for groups in files.values():
        for group in groups:
            rules = {rule.get("record") or rule["alert"]: rule for rule in group["rules"]}
            if "job:slo_objective:ratio" in rules:
                yield _promise(rules)


def _promise(rules: Mapping[str, Any]) -> str:
    objective = rules["job:slo_objective:ratio"]
    labels = objective["labels"]
    budget = Decimal(objective["expr"].removeprefix("vector(1 - ").removesuffix(")"))
    kept = f"{(100 - 100 * budget).normalize():f} %"
    what = "without a server error"
    if labels["slo"] == "latency":
        bound = re.search(r'le=~?"([0-9.]+)', rules["job:slo_errors:ratio_rate5m"]["expr"])
        what = f"within {bound[1]} s" if bound else "in time"
    burns = [_burns(rules.get(f"ErrorBudgetBurns{speed}"), budget) for speed in ("Fast", "Slowly")]
    minutes = f"{(budget * _MINUTES).normalize():f} minutes of all requests"
    cells = (f"{labels['namespace']}/{labels['job']}", f"{kept} {what}", minutes, *burns)
    return f"| {' | '.join(cells)} |"


def _burns(rule: Mapping[str, Any] | None, budget: Decimal) -> str:
    """Each pair of windows with the share of bad requests above which both must be."""
    if rule is None:
        return "never: it can't burn that fast"
    found = []
    for line in rule["expr"].splitlines():
        name, _, bound = line.strip().partition("{")
        if name.startswith("job:slo_errors:ratio_rate"):
            share = f"{(100 * Decimal(bound.rpartition('> ')[2])).normalize():f} %"
            found.append((share, name.rpartition("rate")[2]))
    pairs = zip(found[::2], found[1::2], strict=True)
    return "; ".join(f"{share} bad in {long} and {short}" for (share, long), (_, short) in pairs)


def _alerts(group: Group, runbooks: str) -> Iterator[str]:
    for rule in group["rules"]:
        if "alert" in rule:
            labels, texts = rule["labels"], rule["annotations"]
            link = texts["runbook_url"].replace(_PAGES, f"{runbooks}/")
            severity = " ".join(
                labels[key] for key in ("severity", "category", "slo") if key in labels
            )
            cells = (
                f"[{rule['alert']}]({link})",
                severity,
                str(rule.get("for", "at once")),
                f"`{' '.join(rule['expr'].split())}`".replace("|", "\\|"),
                texts["summary"].replace("|", "\\|"),
            )
            yield f"| {' | '.join(cells)} |"
