"""Policy rules, one a file. Adding one is adding a file and a line here.

`OBJECT_RULES` look at one object at a time, `RENDERING_RULES` at how all of them fit together,
`TEMPLATE_RULES` at templates as they were written. An exemption
is an annotation of the object, or a comment in the template, with the reason:

    generator.dev/allow-<rule>: "reason"
    {{/* generator.dev/allow-<rule>: reason */}}

It turns the finding into a note. Without a reason it exempts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from generator.check.rules import (
    defines_prefixed_and_once,
    hpa_needs_requests,
    hpa_owns_replicas,
    include_not_template,
    labels_complete,
    lookup_only_for_replicas,
    names_within_limits,
    network_policy_per_workload,
    no_duplicate_env_or_ports,
    no_duplicate_objects,
    no_latest_tag,
    no_secret_values,
    pdb_allows_drain,
    ports_named_and_targets_exist,
    probes_present,
    quota_covers_workloads,
    read_only_root_filesystem,
    references_exist,
    resources_set,
    restricted_pod_security,
    selectors_stable,
    service_links_off,
    template_deterministic,
    token_not_mounted_unless_allowed,
    vpa_not_with_hpa,
)
from generator.check.rules.api import (
    ALLOW,
    ObjectRule,
    RenderingRule,
    TemplateRule,
    Violation,
)
from generator.findings import ERROR, NOTE, Finding

if TYPE_CHECKING:
    from generator.check.objects import Object
    from generator.check.rendering import Rendering
    from generator.check.sources import ChartSources

OBJECT_RULES: Mapping[str, ObjectRule] = {
    "labels-complete": labels_complete,
    "names-within-limits": names_within_limits,
    "no-duplicate-env-or-ports": no_duplicate_env_or_ports,
    "no-latest-tag": no_latest_tag,
    "no-secret-values": no_secret_values,
    "probes-present": probes_present,
    "read-only-root-filesystem": read_only_root_filesystem,
    "resources-set": resources_set,
    "restricted-pod-security": restricted_pod_security,
    "selectors-stable": selectors_stable,
    "service-links-off": service_links_off,
}
RENDERING_RULES: Mapping[str, RenderingRule] = {
    "hpa-needs-requests": hpa_needs_requests,
    "hpa-owns-replicas": hpa_owns_replicas,
    "network-policy-per-workload": network_policy_per_workload,
    "no-duplicate-objects": no_duplicate_objects,
    "pdb-allows-drain": pdb_allows_drain,
    "ports-named-and-targets-exist": ports_named_and_targets_exist,
    "quota-covers-workloads": quota_covers_workloads,
    "references-exist": references_exist,
    "token-not-mounted-unless-allowed": token_not_mounted_unless_allowed,
    "vpa-not-with-hpa": vpa_not_with_hpa,
}
TEMPLATE_RULES: Mapping[str, TemplateRule] = {
    "defines-prefixed-and-once": defines_prefixed_and_once,
    "include-not-template": include_not_template,
    "lookup-only-for-replicas": lookup_only_for_replicas,
    "template-deterministic": template_deterministic,
}

_COMMENT = re.compile(rf"\{{\{{-?\s*/\*\s*{re.escape(ALLOW)}([\w-]+):\s*(.*?)\s*\*/", re.DOTALL)


def check_object(obj: Object) -> Iterator[Finding]:
    """What the rules say of one object, exemptions applied."""
    for rule in OBJECT_RULES.values():
        for violation in rule.check(obj, obj.workload):
            yield _finding(rule, violation)
    yield from _unknown_exemptions(obj)


def check_rendering(rendering: Rendering) -> Iterator[Finding]:
    """What the rules say of all objects together, exemptions applied."""
    for rule in RENDERING_RULES.values():
        for violation in rule.check(rendering):
            yield _finding(rule, violation)


def check_templates(sources: ChartSources) -> Iterator[Finding]:
    """What the rules say of a chart's templates, exemptions applied."""
    for rule in TEMPLATE_RULES.values():
        for mistake in rule.check(sources):
            reasons = dict(_COMMENT.findall(sources.by_path[mistake.path].text))
            finding = Finding(
                path=mistake.path,
                line=mistake.line,
                col=mistake.col,
                rule=rule.ID,
                severity=rule.SEVERITY,
                message=mistake.message,
                hint=mistake.hint,
            )
            yield _allowed(finding, reasons.get(rule.ID))


def _finding(rule: ObjectRule | RenderingRule, violation: Violation) -> Finding:
    finding = Finding(
        path=violation.object.path,
        rule=rule.ID,
        severity=violation.severity or rule.SEVERITY,
        subject=violation.object.title,
        message=violation.message,
        hint=violation.hint,
    )
    return _allowed(finding, violation.object.annotations.get(ALLOW + rule.ID))


def _allowed(finding: Finding, reason: object) -> Finding:
    """The finding as it stands, or as a note where someone wrote a reason."""
    if reason is None:
        return finding
    text = str(reason).strip()
    return Finding(
        path=finding.path,
        line=finding.line,
        col=finding.col,
        rule=finding.rule,
        severity=NOTE if text else finding.severity,
        subject=finding.subject,
        message=f"{finding.message} (allowed: {text})" if text else finding.message,
        hint=None if text else f'{ALLOW}{finding.rule}: "the reason"',
    )


def _unknown_exemptions(obj: Object) -> Iterator[Finding]:
    known = [*OBJECT_RULES, *RENDERING_RULES]
    for key in obj.annotations:
        rule = str(key).removeprefix(ALLOW)
        if str(key).startswith(ALLOW) and rule not in known:
            import difflib

            close = difflib.get_close_matches(rule, known, n=1)
            yield Finding(
                path=obj.path,
                rule="exemptions",
                severity=ERROR,
                subject=obj.title,
                message=f"metadata.annotations: there is no rule {rule!r} to allow",
                hint=f"did you mean {ALLOW}{close[0]}?" if close else None,
            )
