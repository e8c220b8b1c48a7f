"""A finding: one thing that is wrong, where it was written, and what to do about it.

Findings are values. They are collected, sorted by place and printed once, by
`cli.py`, in one of the formats of `FORMATS`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

ERROR = "error"
WARNING = "warning"
NOTE = "note"

_RANK = {ERROR: 0, WARNING: 1, NOTE: 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One problem at one place.

    `path` is relative to the folder of platform.yaml; `line` and `col` are 1-based, 0 where
    the place is a whole file. `rule` is a stable, dashed identifier. `subject` says which
    chart or object the finding speaks of, when that is not clear from the place.
    """

    path: str
    line: int = 0
    col: int = 0
    rule: str
    message: str
    hint: str | None = None
    severity: str = ERROR
    subject: str | None = None

    def __lt__(self, other: Finding) -> bool:
        return self._key() < other._key()

    def _key(self) -> tuple[str, int, int, int, str, str]:
        return (self.path, self.line, self.col, _RANK[self.severity], self.rule, self.message)

    @property
    def place(self) -> str:
        """`path:line:col`, without the parts that are not known."""
        return f"{self.path}:{self.line}:{self.col}" if self.line else self.path


def worst(findings: Iterable[Finding]) -> str | None:
    """The highest severity among the findings, None when there are none."""
    return min((f.severity for f in findings), key=_RANK.__getitem__, default=None)


def text(findings: Sequence[Finding]) -> str:
    """`path:line:col: what`, then a hint that can be pasted. Warnings and notes say so."""
    lines = []
    for finding in findings:
        level = "" if finding.severity == ERROR else f"{finding.severity}: "
        subject = f"{finding.subject}: " if finding.subject else ""
        lines.append(f"{finding.place}: {level}{subject}{finding.message}")
        if finding.hint:
            lines.extend(f"    hint: {line}" for line in finding.hint.splitlines())
    return "\n".join(lines)


def as_json(findings: Sequence[Finding]) -> str:
    """A list of objects, one a finding, fields named as in `Finding`."""
    return json.dumps([_fields(finding) for finding in findings], indent=2)


def github(findings: Sequence[Finding]) -> str:
    """Workflow commands that GitHub shows as annotations beside the changed lines."""
    level = {ERROR: "error", WARNING: "warning", NOTE: "notice"}
    return "\n".join(
        f"::{level[f.severity]} file={_data(f.path, prop=True)},line={max(f.line, 1)},"
        f"col={max(f.col, 1)},title={_data(f.rule, prop=True)}::"
        + _data(f.message + (f"\nhint: {f.hint}" if f.hint else ""))
        for f in findings
    )


def junit(findings: Sequence[Finding]) -> str:
    """One JUnit test case a finding; a run without findings is one passed case."""
    from html import escape

    errors = sum(f.severity == ERROR for f in findings)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name="generator" tests="{max(len(findings), 1)}" failures="{errors}">',
    ]
    for f in findings:
        tag = "failure" if f.severity == ERROR else "system-out"
        attribute = f' message="{escape(f.message)}"' if f.severity == ERROR else ""
        body = escape(f"{f.place}: {f.message}" + (f"\nhint: {f.hint}" if f.hint else ""))
        lines.append(f'  <testcase classname="{escape(f.rule)}" name="{escape(f.place)}">')
        lines.append(f"    <{tag}{attribute}>{body}</{tag}>")
        lines.append("  </testcase>")
    if not findings:
        lines.append('  <testcase classname="generator" name="no findings"/>')
    lines.append("</testsuite>")
    return "\n".join(lines)


def sarif(findings: Sequence[Finding]) -> str:
    """SARIF 2.1.0, with the region of each finding in the author's file."""
    level = {ERROR: "error", WARNING: "warning", NOTE: "note"}
    results = []
    for f in findings:
        place: dict[str, object] = {"artifactLocation": {"uri": f.path}}
        if f.line:
            place["region"] = {"startLine": f.line, "startColumn": f.col}
        results.append(
            {
                "ruleId": f.rule,
                "level": level[f.severity],
                "message": {"text": f.message + (f"\nhint: {f.hint}" if f.hint else "")},
                "locations": [{"physicalLocation": place}],
            }
        )
    rules = [{"id": rule} for rule in sorted({f.rule for f in findings})]
    run = {"tool": {"driver": {"name": "generator", "rules": rules}}, "results": results}
    log = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2)


_SARIF_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

FORMATS: dict[str, Callable[[Sequence[Finding]], str]] = {
    "github": github,
    "json": as_json,
    "junit": junit,
    "sarif": sarif,
    "text": text,
}


def _fields(finding: Finding) -> dict[str, object]:
    return {name: getattr(finding, name) for name in Finding.__slots__}


def _data(value: str, *, prop: bool = False) -> str:
    value = value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return value.replace(":", "%3A").replace(",", "%2C") if prop else value
