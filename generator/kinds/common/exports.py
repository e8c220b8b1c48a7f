"""What a component says of the metrics that it exports, and what they may cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from generator.kinds.api import Problem

#: Series that one metric may have: memory of Prometheus goes by their number.
BUDGET = 10_000

#: Values of a label, and buckets of a histogram, about which the spec says nothing.
VALUES, BUCKETS = 10, 12

#: What a histogram and a summary have beside buckets and quantiles: `_sum` and `_count`.
_TOTALS = 2

#: Names of units by the end of a metric's name, as Prometheus wants names to end.
_UNITS = ("seconds", "bytes", "ratio", "celsius", "meters", "grams", "joules", "volts", "amperes")

# fmt: off
#: Labels that have a value for each person or request. They end up as one series each.
_PERSONAL = frozenset(
    {
        "address", "client_ip", "cookie", "correlation_id", "customer", "customer_id", "device_id",
        "email", "guid", "host_ip", "id", "ip", "ip_address", "jwt", "message_id", "name",
        "order_id", "password", "phone", "phone_number", "remote_addr", "request_id", "secret",
        "session", "session_id", "span_id", "ssn", "timestamp", "token", "trace_id",
        "transaction_id", "user", "user_agent", "user_id", "username", "uuid"
    }
)

#: Labels that have as many values as there are addresses, which who asks may make up.
_OPEN = frozenset(
    {
        "error", "error_message", "exception", "path", "query", "referer", "referrer", "sql", "uri",
        "url"
    }
)
# fmt: on


@dataclass(frozen=True, kw_only=True)
class Label:
    """A label: its `values` when they are known, else the `most` that there may be.

    It has one value for each of the label that it `follows`, as a city has one country.
    """

    name: str
    values: tuple[str, ...] = ()
    most: int = VALUES
    follows: str | None = None


@dataclass(frozen=True, kw_only=True)
class Export:
    """A metric that a component exports. `type` is counter, gauge, histogram or summary.

    `bounds` are those of its buckets, when the spec says them.
    """

    name: str
    type: str
    help: str
    unit: str
    labels: tuple[Label, ...]
    buckets: int
    bounds: tuple[float, ...] = ()

    @property
    def series(self) -> int:
        """How many series it may come to in Prometheus, of one pod."""
        each = {"histogram": self.buckets + 1 + _TOTALS, "summary": self.buckets + _TOTALS}
        return prod(one.most for one in self.labels if not one.follows) * each.get(self.type, 1)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its series."""
        if self.type == "histogram":
            return tuple(f"{self.name}_{end}" for end in ("bucket", "sum", "count"))
        if self.type == "summary":
            return (self.name, f"{self.name}_sum", f"{self.name}_count")
        return (self.name,)

    def labels_of(self, name: str) -> tuple[str, ...]:
        """The labels that its series of that name have."""
        own = {f"{self.name}_bucket": ("le",), self.name: ("quantile",)}
        extra = own.get(name, ()) if self.type in ("histogram", "summary") else ()
        return (*(label.name for label in self.labels), *extra)


def read_exports(data: Mapping[str, Any]) -> tuple[Export, ...]:
    """`exports` of a component's `metrics`, from data that the schema has accepted."""
    return tuple(
        Export(
            name=name,
            type=raw["type"],
            help=raw["help"],
            unit=raw.get("unit", _unit(name)),
            labels=tuple(_label(*item) for item in raw.get("labels", {}).items()),
            buckets=len(raw["buckets"]) if "buckets" in raw else BUCKETS,
            bounds=tuple(float(one) for one in raw.get("buckets", ())),
        )
        for name, raw in data.get("exports", {}).items()
    )


def _unit(name: str) -> str:
    bare = name.removesuffix("_total")
    return next((unit for unit in _UNITS if bare.endswith(f"_{unit}")), "")


def _label(name: str, raw: Any) -> Label:
    if isinstance(raw, str):
        return Label(name=name, most=1, follows=raw)
    if isinstance(raw, list):
        return Label(name=name, values=tuple(raw), most=len(raw))
    return Label(name=name, most=VALUES if raw is None else raw)


def export_problems(exports: tuple[Export, ...]) -> Iterator[Problem]:
    """Labels that cost too much, or that nobody can tell from others."""
    for one in exports:
        where = ("metrics", "exports", one.name)
        yield from _label_problems(one, where)
        if one.type == "counter" and not one.name.endswith("_total"):
            yield Problem(
                path=where,
                rule="metric-name",
                message="the name of a counter ends in `_total`, so that nobody takes it for a "
                "number that falls",
                hint=f"{one.name}_total, or type: gauge",
            )
        if one.series > BUDGET:
            yield Problem(
                path=where,
                rule="cardinality",
                message=f"may come to {one.series:,} series ({_product(one)}), and {BUDGET:,} "
                "is what one metric may have",
                hint=_cheaper(one),
            )


def _label_problems(export: Export, where: tuple[str, ...]) -> Iterator[Problem]:
    names = {label.name for label in export.labels}
    for label in export.labels:
        at = (*where, "labels", label.name)
        if label.name in _PERSONAL:
            yield Problem(
                path=at,
                rule="cardinality",
                message=f"{label.name!r} has a value for each person or request, and each value "
                "becomes a series that is kept for the whole retention",
                hint="leave it out: single cases belong into logs and traces",
            )
        elif label.name in _OPEN and not label.values:
            yield Problem(
                path=at,
                rule="cardinality",
                message=f"{label.name!r} has as many values as callers can think of",
                hint="a label like `handler` with the route's template, or list the values",
            )
        elif label.follows is not None and (
            label.follows not in names or label.follows == label.name
        ):
            yield Problem(
                path=at,
                rule="metric-label",
                message=f"follows {label.follows!r}, which is no other label of the metric",
                hint=f"its labels: {', '.join(sorted(names - {label.name})) or 'none'}",
            )


def _product(export: Export) -> str:
    parts = [f"{one.most} {one.name}" for one in export.labels if not one.follows]
    if export.type == "histogram":
        parts.append(f"{export.buckets + 1 + _TOTALS} series of a histogram")
    return " × ".join(parts)


def _cheaper(export: Export) -> str:
    widest = max((one for one in export.labels if not one.follows), key=lambda one: one.most)
    if len(export.labels) > 1:
        return (
            f"leave out {widest.name!r}, say how many values labels have at most, or which label "
            f"decides it: {{country: city}}"
        )
    return f"leave out {widest.name!r}"
