"""One finding of many renderings: said once, with the environments and versions that have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from generator.findings import Finding

#: Findings of this rule name the version themselves.
VERSION_RULE = "kubernetes-version"


@dataclass(frozen=True, kw_only=True, order=True)
class Occasion:
    """A rendering in which a finding came up."""

    environment: str
    kube_version: str


def merged(found: Mapping[Occasion, Sequence[Finding]]) -> Iterator[Finding]:
    """The findings of all renderings of one chart, each once."""
    occasions: dict[Finding, list[Occasion]] = {}
    for occasion, findings in found.items():
        for finding in dict.fromkeys(findings):
            occasions.setdefault(finding, []).append(occasion)
    for finding, some in occasions.items():
        when = _when(finding, some, list(found))
        yield replace(finding, message=f"{finding.message} ({when})") if when else finding


def _when(finding: Finding, some: Sequence[Occasion], every: Sequence[Occasion]) -> str:
    """Empty where it is always."""
    environments = [each.environment for each in some]
    versions = [each.kube_version for each in some]
    parts = []
    if set(environments) != {each.environment for each in every}:
        parts.append(f"in {', '.join(dict.fromkeys(environments))}")
    if finding.rule != VERSION_RULE and set(versions) != {each.kube_version for each in every}:
        parts.append(f"on Kubernetes {', '.join(dict.fromkeys(versions))}")
    return " ".join(parts)
