"""What Helm says when it refuses a chart -> findings at the place in the template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from generator.errors import ToolError
from generator.findings import ERROR, Finding
from generator.tools.helm import LintMessage

RULE = "helm"

_PLACE = re.compile(
    r"\(?(?P<path>[\w.+-]+(?:/[\w.+-]+)+\.(?:ya?ml|tpl|txt|json))(?::(?P<line>\d+))?(?::(?P<col>\d+))?\)?:?"
)
_NOISE = re.compile(
    r"^(?:Error: |Use --debug .*|level=INFO .*)|error calling include: |execution error at "
    r"|executing \"[^\"]*\" at <[^>]*>: |template: |parse error at |YAML parse error on ",
    re.MULTILINE,
)
_INVALID_VALUES = "values don't meet the specifications of the schema"


def template_failure(error: ToolError, shown: str) -> Finding:
    """Why `helm template` did not render a chart. `shown` is the chart's folder."""
    return _finding(error.output, shown)


def lint_findings(messages: tuple[LintMessage, ...], shown: str) -> Iterator[Finding]:
    """What `helm lint --strict` says of one chart: its warnings are errors, its advice is not."""
    for message in messages:
        if message.severity == "INFO":
            continue
        if _PLACE.search(message.text) or _INVALID_VALUES in message.text:
            yield _finding(message.text, shown)
        else:
            place = message.place.rstrip("/")
            yield Finding(
                path=f"{shown}/{place}" if place else shown,
                rule=RULE,
                severity=ERROR,
                message=_one_line(message.text),
            )


def _finding(text: str, shown: str) -> Finding:
    """The innermost place that Helm names: where the cause is."""
    if _INVALID_VALUES in text:
        return Finding(path=f"{shown}/values.schema.json", rule=RULE, message=_one_line(text))
    places = list(_PLACE.finditer(text))
    if not places:
        return Finding(path=shown, rule=RULE, message=_one_line(text))
    place = places[-1]
    return Finding(
        path="/".join((shown, *Path(place["path"]).parts[1:])),
        line=int(place["line"] or 0),
        # Helm counts columns from 0, and gives none for what it could not parse.
        col=int(place["col"] or 0) + 1 if place["line"] else 0,
        rule=RULE,
        message=_one_line(text[place.end() :]) or _one_line(text),
    )


def _one_line(text: str) -> str:
    lines = (line.strip() for line in _NOISE.sub("", text).splitlines())
    return "; ".join(line for line in lines if line).strip(" :;")
