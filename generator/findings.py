"""A finding: one thing that is wrong, where it was written, and what to do about it.

Findings are values. They are collected, sorted by place and printed once, by
`cli.py`, in one of the formats of `FORMATS`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields

ERROR = "error"
WARNING = "warning"
NOTE = "note"

_RANK = {ERROR: 0, WARNING: 1, NOTE: 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """The generated file that a finding speaks of, where its place is the author's line.

    `template` is what that file was made from, where it is the author's own too.
    """

    path: str
    line: int = 0
    col: int = 0
    template: str | None = None

    @property
    def place(self) -> str:
        return _place(self.path, self.line, self.col)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One problem at one place.

    `path` is relative to the folder of platform.yaml; `line` and `col` are 1-based, 0 where
    the place is a whole file. `rule` is a stable, dashed identifier. `subject` says which
    chart or object the finding speaks of, when that is not clear from the place. `made` is the
    generated file where the problem shows, when the place is the line that asked for that file.
    """

    path: str
    line: int = 0
    col: int = 0
    rule: str
    message: str
    hint: str | None = None
    severity: str = ERROR
    subject: str | None = None
    made: Made | None = None

    def __lt__(self, other: Finding) -> bool:
        return self._key() < other._key()

    def _key(self) -> tuple[str | int, ...]:
        rank, made = _RANK[self.severity], self.made.place if self.made else ""
        what = (self.rule, made, self.message, self.subject or "")
        return (self.path, self.line, self.col, rank, *what)

    @property
    def place(self) -> str:
        """`path:line:col`, without the parts that are not known."""
        return _place(self.path, self.line, self.col)

    @property
    def about(self) -> str:
        """The subject and the message."""
        return f"{self.subject}: {self.message}" if self.subject else self.message

    @property
    def said(self) -> str:
        """All that is said at the place: the generated file, the subject and the message."""
        return f"{self.made.place}: {self.about}" if self.made else self.about


def _place(path: str, line: int, col: int) -> str:
    return f"{path}:{line}:{col}" if line else path


def worst(findings: Iterable[Finding]) -> str | None:
    """The highest severity among the findings, None when there are none."""
    return min((f.severity for f in findings), key=_RANK.__getitem__, default=None)


def text(findings: Sequence[Finding]) -> str:
    """`path:line:col: what`, then a hint that can be pasted. Warnings and notes say so."""
    lines = []
    for finding in findings:
        level = "" if finding.severity == ERROR else f"{finding.severity}: "
        lines.append(f"{finding.place}: {level}{finding.said}")
        if finding.made and finding.made.template:
            lines.append(f"    template: {finding.made.template}")
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
        + _data("\n".join([f.said, *_more(f)]))
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
        attribute = f' message="{escape(f.said)}"' if f.severity == ERROR else ""
        body = escape("\n".join([f"{f.place}: {f.said}", *_more(f)]))
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
        result: dict[str, object] = {
            "ruleId": f.rule,
            "level": level[f.severity],
            "message": {"text": "\n".join([f.about, *_more(f)])},
            "locations": [_location(f.path, f.line, f.col)],
        }
        if f.made:
            message = {"message": {"text": "the generated file"}}
            result["relatedLocations"] = [
                {**_location(f.made.path, f.made.line, f.made.col), **message}
            ]
        results.append(result)
    rules = [{"id": rule} for rule in sorted({f.rule for f in findings})]
    run = {"tool": {"driver": {"name": "generator", "rules": rules}}, "results": results}
    log = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2)


def _location(path: str, line: int, col: int) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": path}}
    if line:
        place["region"] = {"startLine": line, "startColumn": max(col, 1)}
    return {"physicalLocation": place}


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
    made = asdict(finding.made) if finding.made else None
    return {**{field.name: getattr(finding, field.name) for field in fields(finding)}, "made": made}


def _more(finding: Finding) -> list[str]:
    """The lines below a message, where a format has one text for all."""
    template = finding.made.template if finding.made else None
    lines = [f"template: {template}"] if template else []
    return [*lines, f"hint: {finding.hint}"] if finding.hint else lines


def _data(value: str, *, prop: bool = False) -> str:
    value = value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return value.replace(":", "%3A").replace(",", "%2C") if prop else value
