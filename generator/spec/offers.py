"""What a component is to others: its kind says it, of its settings."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from generator.kinds.api import Labels, Link, StandIn


class Offers:
    """The part of a `Component` that its kind computes. What a kind does not have is optional."""

    kind: str
    kind_module: Any

    @cached_property
    def link(self) -> Link | None:
        found: Link | None = self.kind_module.link(self)
        return found

    def pod_labels(self, workload: str) -> Labels:
        """The labels of a workload's pods where an operator makes them, else none."""
        of_kind = getattr(self.kind_module, "pod_labels", None)
        return () if of_kind is None else tuple(of_kind(self).get(workload, ()))

    @property
    def metrics_of(self) -> str:
        """Whose metrics it has: its kind's, or those of an engine of it."""
        of_kind = getattr(self.kind_module, "metrics_of", None)
        return self.kind if of_kind is None else str(of_kind(self))

    @cached_property
    def stand_in(self) -> StandIn | None:
        """Pods of others that work in its place, where it has none of its own."""
        of_kind = getattr(self.kind_module, "stand_in", None)
        found: StandIn | None = None if of_kind is None else of_kind(self)
        return found
