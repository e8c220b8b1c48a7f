#!/usr/bin/env python3
"""Measure the build beside what a user would otherwise type, in one run, as ratios.

    .venv/bin/python benchmarks/measure.py                 8, 50, 200 and 1000 components
    .venv/bin/python benchmarks/measure.py --sizes 8,50 --runs 3

The other pipeline works on the same charts: helm dependency build, helm lint, helm template for
three environments, kubeconform on each, helm package, helm-docs. Programs that are not found are
named and left out, which favours the other side. Figures are CPU seconds of the process and all
its children, wall seconds and peak resident memory; the median of the runs counts. Machines are
noisy: compare the ratios of one run, never the figures of two.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("dev", "staging", "production")


class Figures(NamedTuple):
    """CPU and wall seconds, peak memory of the largest process in MB."""

    cpu: float
    wall: float
    memory: float


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--sizes", default="8,50,200,1000", help="numbers of components")
    options.add_argument(
        "--runs", type=int, default=3, help="counted runs of each, after one warm-up"
    )
    chosen = options.parse_args()
    os.environ.setdefault("HELM_BIN", str(ROOT / ".tools" / "bin" / "helm"))
    sizes = [int(size) for size in chosen.sizes.split(",")]
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        rows = [measure(size, Path(folder), chosen.runs) for size in sizes]
    print_tables(sizes, rows)
    return 0


def measure(size: int, folder: Path, runs: int) -> dict[str, Figures]:
    """All figures of one platform size."""
    home = folder / str(size)
    write_platform(home, size)
    build = [sys.executable, "-m", "generator", "build", "-f", str(home / "platform.yaml")]

    def clean() -> None:
        shutil.rmtree(home / "charts", ignore_errors=True)
        shutil.rmtree(home / "dist", ignore_errors=True)

    print(f"{size} components …", file=sys.stderr)
    found = {
        "generation": median([*build, "--no-proof"], runs, before=clean),
        "build": median(build, runs, before=clean),
        "build, nothing to do": median(build, runs),
    }
    for name, commands in other_pipeline(home).items():
        parts = [median(command, runs) for command in commands]
        found[name] = Figures(
            sum(part.cpu for part in parts),
            sum(part.wall for part in parts),
            max(part.memory for part in parts),
        )
    return found


def write_platform(home: Path, size: int) -> None:
    """A platform of web components, each connected to the one before, some routed.

    Every environment says something else of each fifth component.
    """
    lines = ["name: bench", 'kubernetes: ">=1.28"', "environments: [dev, staging, production]"]
    lines += [
        "charts:",
        "  bench:",
        "    version: 1.0.0",
        "    namespace: bench",
        "    components:",
    ]
    for number in range(size):
        lines += [
            f"      service-{number}:",
            "        kind: web",
            f"        image: example/service-{number}:1.{number}.0",
            "        port: 8080",
            "        env: {MODE: production, REGION: eu}",
            "        resources: {cpu: [250m, 1], memory: [256Mi, 1Gi]}",
            "        scale: {min: 2, max: 10}",
            "        probes: {live: /live, ready: /ready}",
            "        metrics: {port: 9100}",
        ]
        if number % 10:
            lines.append(f"        connects: [service-{number - 1}]")
    lines += ["    routes: {bench.example.com: service-0}"]
    home.mkdir(parents=True)
    (home / "platform.yaml").write_text("\n".join(lines) + "\n")
    for most, environment in enumerate(ENVIRONMENTS, start=5):
        overlay = home / "values" / environment / "bench.yaml"
        overlay.parent.mkdir(parents=True)
        overlay.write_text(
            "".join(
                f"service-{number}:\n  autoscaling:\n    maxReplicas: {most}\n"
                for number in range(0, size, 5)
            )
        )


def other_pipeline(home: Path) -> dict[str, list[list[str]]]:
    """What a user would type for the same chart, by step; only steps whose program is here."""
    helm = os.environ["HELM_BIN"]
    chart, out = str(home / "charts" / "bench"), home / "other"
    out.mkdir()
    copied = str(out / "bench")
    shutil.copytree(chart, copied)
    steps: dict[str, list[list[str]]] = {
        "helm dependency build": [[helm, "dependency", "build", copied]],
        "helm lint": [[helm, "lint", "--strict", copied]],
        "helm template": [],
        "helm package": [[helm, "package", copied, "--destination", str(out)]],
    }
    for environment in ENVIRONMENTS:
        overlay = str(home / "values" / environment / "bench.yaml")
        command = [helm, "template", "bench", copied, "--values", overlay, "--kube-version", "1.34"]
        steps["helm template"].append(command)
    if kubeconform := shutil.which("kubeconform"):
        rendered = out / "rendered.yaml"
        rendered.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
        schemas = os.environ.get("KUBECONFORM_SCHEMAS", "")
        location = ["-schema-location", schemas] if schemas else []
        steps["kubeconform"] = [
            [kubeconform, "-strict", "-ignore-missing-schemas", *location, str(rendered)]
        ] * len(ENVIRONMENTS)
    if helm_docs := shutil.which("helm-docs"):
        steps["helm-docs"] = [[helm_docs, "--chart-search-root", copied]]
    return steps


def median(
    command: Sequence[str], runs: int, *, before: Callable[[], None] = lambda: None
) -> Figures:
    """The median of each figure over the runs, after one that does not count."""
    figures = []
    for _ in range(runs + 1):
        before()
        figures.append(run(command))
    counted = figures[1:]
    return Figures(*(statistics.median(column) for column in zip(*counted, strict=True)))


def run(command: Sequence[str]) -> Figures:
    """One run, by the operating system's own account of the process and its children."""
    start, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT)
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, peak = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{errors.decode()}")
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    return Figures(cpu, time.monotonic() - start, peak.ru_maxrss / 1024)


def print_tables(sizes: Sequence[int], rows: Sequence[dict[str, Figures]]) -> None:
    for tool in ("kubeconform", "helm-docs"):
        if tool not in rows[0]:
            print(f"{tool} was not found and is not part of the other pipeline.\n")
    print("| CPU seconds | " + " | ".join(f"{size}" for size in sizes) + " |")
    print("| --- |" + " ---: |" * len(sizes))
    for name in rows[0]:
        print(f"| {name} | " + " | ".join(f"{row[name].cpu:.2f}" for row in rows) + " |")
    ours = {"generation", "build", "build, nothing to do"}
    others = [sum(f.cpu for name, f in row.items() if name not in ours) for row in rows]
    walls = [sum(f.wall for name, f in row.items() if name not in ours) for row in rows]
    print("| the other pipeline | " + " | ".join(f"{cpu:.2f}" for cpu in others) + " |")
    ratios = [row["build"].cpu / other for row, other in zip(rows, others, strict=True)]
    print("| **build / other, CPU** | " + " | ".join(f"**{r:.2f}**" for r in ratios) + " |")
    ratios = [row["build"].wall / other for row, other in zip(rows, walls, strict=True)]
    print("| build / other, wall | " + " | ".join(f"{r:.2f}" for r in ratios) + " |")
    each = [1000 * r["generation"].cpu / size for r, size in zip(rows, sizes, strict=True)]
    print("| generation, ms a component | " + " | ".join(f"{ms:.2f}" for ms in each) + " |")
    memory = [row["build"].memory for row in rows]
    print("| build, peak MB | " + " | ".join(f"{mb:.0f}" for mb in memory) + " |")
    memory = [row["generation"].memory for row in rows]
    print("| generation, peak MB | " + " | ".join(f"{mb:.0f}" for mb in memory) + " |")


if __name__ == "__main__":
    sys.exit(main())
