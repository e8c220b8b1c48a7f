"""What Helm says when it refuses a chart -> findings at the place in the template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from generator.errors import ToolError
from generator.findings import Finding
from generator.tools.helm import LintMessage

RULE = "helm"

_FILE = r"(?<![\w./-]){}(?P<path>(?:/[\w.+-]+)+)(?::(?P<line>\d+)(?::(?P<col>\d+))?)?\)?:?"
_NOISE = re.compile(
    r"Use --debug flag to render out invalid YAML|level=INFO .*|^Error: |executing \"[^\"]*\" "
    r"|error calling include: *|execution error at \(?|template: "
    r"|(?:YAML )?parse error (?:at \(|on )",
    re.MULTILINE,
)

#: What `fail` says, up to the empty line before Helm's advice.
_REFUSED = re.compile(r"execution error at \((?P<path>[^():]+)[\d:]*\): (?P<words>(?:.+\n?)+)")
_GUARDS = "/templates/validate.yaml"


def template_failure(error: ToolError, name: str, shown: str) -> tuple[Finding, ...]:
    """Why `helm template` did not render the chart of this name. `shown` is its folder.

    Our templates refuse all at once, each thing in a line of its own.
    """
    found = _finding(error.output, name, shown)
    said = _REFUSED.search(error.output)
    lines = said["words"].splitlines() if said and said["path"].endswith(_GUARDS) else ()
    return tuple(replace(found, message=_one_line(line)) for line in lines) or (found,)


def lint_findings(messages: tuple[LintMessage, ...], name: str, shown: str) -> Iterator[Finding]:
    """What `helm lint --strict` says of one chart: its warnings are errors, its advice is not."""
    for message in messages:
        if message.severity != "INFO":
            place = message.place.rstrip("/")
            yield _finding(message.text, name, shown, f"{shown}/{place}" if place else shown)


def _finding(text: str, name: str, shown: str, otherwise: str | None = None) -> Finding:
    """The innermost place that Helm names is where the cause is."""
    places = list(re.finditer(_FILE.format(re.escape(name)), text))
    if not places:
        return Finding(path=otherwise or shown, rule=RULE, message=_one_line(text))
    place = places[-1]
    return Finding(
        path=f"{shown}{place['path']}",
        line=int(place["line"] or 0),
        # Helm counts columns from 0, and gives none for what it could not parse.
        col=int(place["col"] or 0) + 1 if place["line"] else 0,
        rule=RULE,
        message=_one_line(text[place.end() :]) or _one_line(text),
    )


def _one_line(text: str) -> str:
    return " ".join(_NOISE.sub("", text).split()).strip(" :;")
