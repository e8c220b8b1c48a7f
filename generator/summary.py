"""What a person wants to read after a build: what there is now, and what to type next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from generator.pipeline import Result

_HEAD = ("CHART", "VERSION", "COMPONENTS", "OBJECTS", "RELEASE", "PACKAGE", "DIGEST")


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A table of the charts, the findings that are no errors, what was done, what to type next."""

    table: str
    remarks: str
    done: str
    next: str

    @classmethod
    def recalled(cls, kept: Mapping[str, str]) -> Summary:
        """What the last build said, when there was nothing to do."""
        return replace(cls(**kept), done="nothing to do: all is as the last build left it,")

    def to_keep(self) -> dict[str, str]:
        return asdict(self)

    def text(self, seconds: float) -> str:
        parts = [self.table, self.remarks, f"{self.done} in {seconds:.1f} s", f"next:\n{self.next}"]
        return "\n\n".join(part for part in parts if part)


def summarize(result: Result) -> Summary:
    """The summary of a build that went well."""
    return Summary(
        table=_table([_HEAD, *_rows(result)]),
        remarks=_remarks(result),
        done=f"{_changes(result)}; {_proof(result)}",
        next=_next(result),
    )


def _remarks(result: Result) -> str:
    """The warnings, and how many notes there are: those are for who asks."""
    from generator.findings import NOTE, text

    findings = result.report.findings if result.report else ()
    warnings = [finding for finding in findings if finding.severity != NOTE]
    notes = len(findings) - len(warnings)
    counted = f"{notes} note{'' if notes == 1 else 's'}: python -m generator check shows them"
    return "\n".join((*([text(warnings)] if warnings else ()), *([counted] if notes else ())))


def _rows(result: Result) -> Sequence[tuple[str, ...]]:
    packages = {package.name: package for package in result.packages}
    objects: Mapping[str, Mapping[str, int]] = result.report.objects if result.report else {}
    stored: Mapping[str, int] = result.report.release_bytes if result.report else {}
    rows = []
    for built in result.built:
        chart, package = built.chart, packages.get(built.chart.name)
        counts = objects.get(chart.name, {})
        rows.append(
            (
                chart.name,
                chart.version,
                str(len(chart.components)),
                " ".join(f"{env} {count}" for env, count in counts.items()) or "-",
                _stored(stored.get(chart.name)),
                f"{package.size / 1024:.1f} KiB" if package else "-",
                f"sha256:{package.digest[:12]}" if package else "-",
            )
        )
    return rows


def _stored(size: int | None) -> str:
    """How much of what Helm can store a release takes: it is lost where 1 MiB is not enough."""
    return "-" if size is None else f"{size / 1024:.0f} KiB of 1 MiB"


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _changes(result: Result) -> str:
    changed = sum(built.changed for built in result.built)
    parts = [f"{changed} of {len(result.built)} charts changed" if changed else "nothing changed"]
    if result.gone:
        parts.append(f"removed {', '.join(folder.name for folder in result.gone)}")
    return ", ".join(parts)


def _proof(result: Result) -> str:
    if result.report is None:
        return "written, not proven,"
    count = len(result.platform.environments)
    return f"linted and rendered for {count} environment{'' if count == 1 else 's'}"


def option_of(spec: Path) -> str:
    """What a command line needs for this spec: nothing, where it is the usual one."""
    return "" if str(spec) == "platform.yaml" else f" -f {shlex.quote(str(spec))}"


def _next(result: Result) -> str:
    """Lines that can be pasted."""
    option = option_of(result.spec)
    if result.report is None:
        return f"  python -m generator build{option}    # prove and package them"
    first = result.built[0]
    folder = shlex.quote(str(first.folder))
    to = "" if result.platform.registry else " --to ../chart-repository"
    return "\n".join(
        (
            f"  python -m generator check{option}    # on five versions of Kubernetes",
            f"  python -m generator publish{option}{to} --dry-run    # what it would push",
            f"  kubectl apply --server-side -f {folder}/files/namespace.yaml",
            f"  helm upgrade --install {first.chart.name} {folder}"
            f" --namespace {first.chart.namespace}{_values(result)}",
        )
    )


def _values(result: Result) -> str:
    """What the last environment changes, where there is such a file."""
    from generator.pipeline import overlay

    files = [overlay(result.spec, e, result.built[0].chart) for e in result.platform.environments]
    return f" --values {shlex.quote(str(files[-1]))}" if files and files[-1].is_file() else ""
