"""What a person wants to read after a build: what there is now, and what to type next."""

from __future__ import annotations

from generator.findings import text
from generator.pipeline import Result


def build_summary(result: Result, seconds: float) -> str:
    """A table of the charts, the findings that are no errors, and the next commands."""
    rows = [("CHART", "VERSION", "COMPONENTS", "OBJECTS", "SIZE", "DIGEST")]
    packages = {package.name: package for package in result.packages}
    objects = result.report.objects if result.report else {}
    for built in result.built:
        chart, package = built.chart, packages.get(built.chart.name)
        rows.append(
            (
                chart.name,
                chart.version,
                str(len(chart.components)),
                " ".join(f"{env} {count}" for env, count in objects.get(chart.name, {}).items())
                or "-",
                f"{package.size / 1024:.1f} KiB" if package else "-",
                f"sha256:{package.digest[:12]}" if package else "-",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    if result.report and result.report.findings:
        lines += ["", text(result.report.findings)]
    changed = sum(built.changed for built in result.built)
    done = f"{changed} of {len(result.built)} charts changed" if changed else "nothing changed"
    lines += ["", f"{done}; {_proof(result)} in {seconds:.1f} s", "", *_next(result)]
    return "\n".join(lines)


def _proof(result: Result) -> str:
    if result.report is None:
        return "written, not proven,"
    count = len(result.platform.environments)
    return f"linted and rendered for {count} environment{'' if count == 1 else 's'}"


def _next(result: Result) -> list[str]:
    if result.report is None:
        return ["next:", "  python -m generator build      prove and package them"]
    first = result.built[0].chart
    return [
        "next:",
        "  python -m generator check                    more Kubernetes versions",
        "  python -m generator publish --dry-run        what a publication would do",
        f"  helm upgrade --install {first.name} charts/{first.name} --namespace {first.namespace}",
    ]
