"""Patroni says of itself what rules and dashboards ask for, on the leader and on a replica."""

from __future__ import annotations

from generator.kinds.postgres import metrics
from tests.data.members import Members
from tests.exporters.exposition import differences, said


def test_members_say_what_is_asked_for(members: Members) -> None:
    leader = members.leader
    replica = next(name for name in members.kubelet.objects if name != leader)
    texts = [members.pod(name).get("patroni", "/metrics") for name in (leader, replica)]
    assert differences(metrics.PATRONI, said(*texts)) == []
