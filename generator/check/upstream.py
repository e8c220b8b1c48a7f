"""Findings on charts of others: what Kubernetes or Helm refuses stays, our rules become remarks.

Nobody who reads them wrote those templates, and a build writes them anew as they are. So all that
our rules say of the objects of one such subchart is one note. Pods that Pod Security refuses are a
warning: they never start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from generator.check.rules import (
    OBJECT_RULES,
    RENDERING_RULES,
    TEMPLATE_RULES,
    defines_prefixed_and_once,
    no_duplicate_objects,
    restricted_pod_security,
)
from generator.findings import NOTE, WARNING, Finding

RULE = "upstream-chart"

#: Where two charts get in each other's way, and one of them may be ours.
_OURS_TOO = frozenset((defines_prefixed_and_once.ID, no_duplicate_objects.ID))
_REMARKS = frozenset((*OBJECT_RULES, *RENDERING_RULES, *TEMPLATE_RULES)) - _OURS_TOO
_SECURITY = restricted_pod_security.ID


def folded(findings: Iterable[Finding], folders: Collection[str]) -> Iterator[Finding]:
    """The findings, with those of our rules on each chart of others as one. `folders` have them."""
    remarks: dict[str, list[Finding]] = {folder: [] for folder in folders}
    for finding in findings:
        folder = next((one for one in folders if finding.path.startswith(f"{one}/")), None)
        if folder is None or finding.rule not in _REMARKS:
            yield finding
        else:
            remarks[folder].append(finding)
    for folder, some in remarks.items():
        refused = sorted(each for each in some if each.rule == _SECURITY)
        others = sorted(each for each in some if each.rule != _SECURITY)
        if refused:
            yield _refused(folder, refused)
        if others:
            yield _note(folder, others)


def _refused(folder: str, found: list[Finding]) -> Finding:
    first = found[0]
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return Finding(
        path=folder,
        rule=_SECURITY,
        severity=WARNING,
        subject=first.subject,
        message=f"{first.message}{more}: the namespace refuses such pods",
        hint="set what is missing by the chart's values; or lower `podSecurity`, for all pods",
    )


def _note(folder: str, found: list[Finding]) -> Finding:
    counts = Counter(each.rule for each in found)
    rules = ", ".join(f"{rule} {count}" for rule, count in sorted(counts.items()))
    many = f"{len(found)} remarks" if len(found) > 1 else "1 remark"
    firsts = {each.rule: each for each in reversed(found)}
    return Finding(
        path=folder,
        rule=RULE,
        severity=NOTE,
        message=f"{many} of our rules on {folder.rpartition('/')[2]}, which is not generated: "
        f"{rules}",
        hint="\n".join(f"{rule}: {firsts[rule].about}" for rule in sorted(firsts)),
    )
