"""Which alerts are no news while another one fires: the same for both flavours."""

from __future__ import annotations

from dataclasses import dataclass

#: (label, `=` or `=~`, value)
Matcher = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Inhibition:
    """While one of `source` fires, those of `target` that are `equal` in these labels are not told.

    `why` is said above it in the configuration; "" belongs to the one before.
    """

    why: str
    source: Matcher
    target: Matcher
    equal: tuple[str, ...]


ALL = (
    Inhibition(
        why="What is told loudly is not told softly too.",
        source=("severity", "=", "critical"),
        target=("severity", "=", "warning"),
        equal=("alertname", "namespace", "job", "instance"),
    ),
    Inhibition(
        why="",
        source=("alertname", "=", "ErrorBudgetBurnsFast"),
        target=("alertname", "=", "ErrorBudgetBurnsSlowly"),
        equal=("namespace", "job", "slo"),
    ),
    Inhibition(
        why="When all of a service is away, its pods and objectives are no news.",
        source=("alertname", "=", "ServiceDown"),
        target=("alertname", "=~", "TargetDown|ErrorBudgetBurns.*|ObjectiveWithoutMetric"),
        equal=("namespace", "job"),
    ),
    Inhibition(
        why="Without a leader nothing can be written: that is why requests fail.",
        source=("alertname", "=~", "(Postgres|Cnpg)NoPrimary"),
        target=("alertname", "=~", "ErrorBudgetBurns.*"),
        equal=("namespace",),
    ),
)
