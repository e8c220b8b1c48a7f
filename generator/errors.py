"""Every exception the tool raises on purpose, each with its exit code.

The exit codes are a promise to scripts (README, "Exit codes"):
0 nothing to report, 1 the tool or its surroundings failed, 2 stale or changes
pending, 3 findings or invalid input, 64 usage, 130 interrupted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.findings import Finding


class GeneratorError(Exception):
    """The tool or its surroundings failed: what happened, and what to do about it."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(GeneratorError):
    """What the user wrote is wrong. Carries all the findings, not only the first."""

    exit_code = 3

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(sorted(findings))
        count = sum(finding.severity == "error" for finding in self.findings)
        super().__init__(f"{count} problem{'' if count == 1 else 's'} found")


class ConflictError(GeneratorError):
    """A published version exists with other content. Published versions never change."""

    exit_code = 3


class StaleError(GeneratorError):
    """What the machine wrote is not what people have written since."""

    exit_code = 2


class StoppedError(GeneratorError):
    """The user, or the system, ended what was under way. Says what state that left."""

    exit_code = 130


class RefusedError(GeneratorError):
    """What is asked for would do harm, and nothing was done."""

    exit_code = 3


class UsageError(GeneratorError):
    """The command line names something that is not there."""

    exit_code = 64


class ToolError(GeneratorError):
    """A foreign program failed. Shows the command, its exit code and what it printed."""

    def __init__(
        self, command: Sequence[str], code: int | None, output: str, *, hint: str | None = None
    ) -> None:
        ended = "did not finish in time" if code is None else f"ended with exit code {code}"
        text = "\n".join(f"    {line}" for line in output.strip().splitlines())
        super().__init__(f"`{' '.join(command)}` {ended}\n{text}".rstrip(), hint=hint)
        self.command = tuple(command)
        self.code = code
        self.output = output
