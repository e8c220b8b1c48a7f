"""Helm's words on fields that others own, read."""

from __future__ import annotations

from generator.release.conflicts import Conflict, conflict_hint, read_conflicts

# As Helm 4.3.1 printed it on Kubernetes 1.37.
TWO = """\
Error: UPGRADE FAILED: conflict occurred while applying object shop/web apps/v1, Kind=Deployment: \
Apply failed with 2 conflicts: conflicts with "kubectl" with subresource "scale" using apps/v1:
- .spec.replicas
conflicts with "kubectl-set" using apps/v1:
- .spec.template.spec.containers[name="web"].image
"""
ONE = """\
Error: UPGRADE FAILED: conflict occurred while applying object shop/web apps/v1, Kind=Deployment: \
Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: \
.spec.replicas
"""


def test_every_field_with_its_owner() -> None:
    assert read_conflicts(TWO) == (
        Conflict(
            object="Deployment/web", field=".spec.replicas", manager="kubectl", subresource="scale"
        ),
        Conflict(
            object="Deployment/web",
            field='.spec.template.spec.containers[name="web"].image',
            manager="kubectl-set",
        ),
    )
    assert [one.field for one in read_conflicts(ONE)] == [".spec.replicas"]


def test_the_hint_names_who_and_both_ways_on() -> None:
    hint = conflict_hint(TWO)
    assert "Deployment/web: .spec.replicas was set by somebody's `kubectl scale`" in hint
    assert "--take-image" in hint
    assert "--force-conflicts" in hint
    assert "--take-image" not in conflict_hint(ONE)
