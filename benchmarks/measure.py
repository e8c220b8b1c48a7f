#!/usr/bin/env python3
"""Measure the build beside what a user would otherwise type, in one run, as ratios.

    .venv/bin/python benchmarks/measure.py                 8, 50, 200, 500 and 1000 components
    .venv/bin/python benchmarks/measure.py --sizes 8,50 --runs 3
    .venv/bin/python benchmarks/measure.py --write         and write docs/performance.md

The other pipeline works on the same charts: helm dependency build, helm lint, helm template for
three environments, kubeconform on each (with schemas on the disk, so that it downloads nothing),
helm package, helm-docs. Programs that are not found are named and left out, which favours the other
side. Of more than 200 components only the generation is measured. Figures are CPU seconds of the
process and all its children, and peak resident memory; the median of the runs counts, and the runs
of all commands take turns. Machines are noisy: compare the ratios of one run, never the figures of
two.
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
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import figures
import others
from platform_of import ENVIRONMENTS, write_platform

ROOT = Path(__file__).resolve().parent.parent
#: Above this, only the generation is measured.
LARGEST_BUILD = 200
#: Where all files are, if there is such a folder: creating one on a worn disk takes up to 30 times
#: as long as on another, and that says nothing of either side.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class Figures(NamedTuple):
    """CPU seconds, peak memory of the largest process in MB."""

    cpu: float
    memory: float


class Step(NamedTuple):
    """What is measured as one: commands, what to do before, and how often in each turn."""

    commands: Sequence[Sequence[str]]
    before: Callable[[], None] = lambda: None
    times: int = 1


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--sizes", default="8,50,200,500,1000", help="numbers of components")
    options.add_argument(
        "--runs", type=int, default=3, help="counted runs of each, after one warm-up"
    )
    options.add_argument("--write", action="store_true", help="update docs/performance.md")
    chosen = options.parse_args()
    os.environ.setdefault("HELM_BIN", str(ROOT / ".tools" / "bin" / "helm"))
    # An installed program has its bytecode; the warm-up writes that of a checkout.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sizes = [int(size) for size in chosen.sizes.split(",")]
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=MEMORY) as folder:
        rows = measure(sizes, Path(folder), chosen.runs)
        command = run([[sys.executable, "-m", "generator", "--help"]])
    missing = [tool for tool in others.OPTIONAL if not shutil.which(tool)]
    tables = {
        "figures": figures.measured(rows, runs=chosen.runs, missing=missing),
        "targets": figures.targets(rows, help_cpu=command.cpu),
    }
    print("\n\n".join(tables.values()))
    if chosen.write:
        figures.write(ROOT / "docs" / "performance.md", tables)
    return 0


def measure(sizes: Sequence[int], folder: Path, runs: int) -> dict[int, dict[str, Figures]]:
    """All figures of all platform sizes: each round runs every command of every size once or more.

    So whatever else the machine does for a while is borne by all of them.
    """
    steps = {size: commands(folder / str(size), size, folder) for size in sizes}
    found: dict[int, dict[str, list[Figures]]] = {
        size: {name: [] for name in each} for size, each in steps.items()
    }
    for turn in range(runs + 1):
        print(f"round {turn} of {runs} …" if turn else "warming up …", file=sys.stderr)
        for size, each in steps.items():
            for name, step in each.items():
                for _ in range(step.times):
                    step.before()
                    found[size][name].append(run(step.commands))
    return {
        size: {
            name: Figures(
                *(statistics.median(column) for column in zip(*all_[step.times :], strict=True))
            )
            for (name, all_), step in zip(each.items(), steps[size].values(), strict=True)
        }
        for size, each in found.items()
    }


def commands(home: Path, size: int, folder: Path) -> dict[str, Step]:
    """Write a platform of this size to `home`, and say what is measured on it."""
    write_platform(home, size)
    build = [sys.executable, "-m", "generator", "build", "-f", str(home / "platform.yaml")]

    def clean() -> None:
        # Nothing is deleted before the end: ext4 without a journal looks, for every new file, at
        # each inode that was given back in the last seconds.
        aside = Path(tempfile.mkdtemp(prefix="built-", dir=folder))
        for name in ("charts", "dist"):
            if (home / name).exists():
                (home / name).rename(aside / name)

    # More often than the others: what one more component costs is a difference of two figures.
    steps = {"generation": Step([[*build, "--no-proof"]], clean, times=3)}
    if size <= LARGEST_BUILD:
        steps["build"] = Step([build], clean)
        steps["build, nothing to do"] = Step([build])
        run([build])
        other = others.pipeline(home, ENVIRONMENTS)
        steps |= {name: Step(each) for name, each in other.items()}
    return steps


def run(commands: Sequence[Sequence[str]]) -> Figures:
    """One run, by the operating system's own account of the processes and their children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    most = 0
    for command in commands:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT
        )
        assert process.stderr is not None
        errors = process.stderr.read()
        _, status, peak = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{errors.decode()}")
        most = max(most, peak.ru_maxrss)
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    return Figures(cpu, most / 1024)


if __name__ == "__main__":
    sys.exit(main())
