"""One release as a whole: is it ready, and what does the terminal show?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.release.history import History
from generator.release.status.report import report
from generator.release.status.text import age, text
from tests.release.scene import NOW, event, facts, made, pod, replica_set, revision, workload

GOOD = {"readyReplicas": 2, "updatedReplicas": 2, "availableReplicas": 2, "replicas": 2}
API = workload("Deployment", "api", 2, **GOOD)
WEB = workload("Deployment", "web-frontend", 1, replicas=1, updatedReplicas=1)


@pytest.mark.parametrize(
    ("status", "live", "ready"),
    [
        ("deployed", [API], True),
        ("deployed", [], False),
        ("pending-upgrade", [API], False),
        ("failed", [API], False),
    ],
)
def test_a_release_is_ready_when_it_is_deployed_and_all_of_it_is(status, live, ready):
    assert report(facts([API], live, status=status), NOW).ready is ready


def test_one_that_was_never_installed_says_how_to():
    found = replace(facts([API]), history=History(revisions=()))
    status = report(found, NOW)
    assert not status.ready
    assert text(status, NOW) == (
        "✗ shop in shop: not installed\n    hint: python -m generator deploy -e dev"
    )


def test_the_terminal_shows_a_table_with_reasons_below_their_lines():
    live = [
        API,
        WEB,
        pod("web-frontend", "web-frontend-1", phase="Pending"),
        replica_set("web-frontend"),
        event("Pod", "web-frontend-1", "FailedMount", 'secret "web" not found'),
        made("PersistentVolumeClaim", "data-db-0", api="v1", status={"phase": "Bound"}),
    ]
    found = facts([API, WEB], live)
    old = revision(1, [API], "superseded", description="Install complete")
    new = replace(found.history.revisions[0], number=2)
    shown = text(report(replace(found, history=History(revisions=(old, new))), NOW), NOW)
    assert shown.splitlines() == [
        "✗ shop in shop: deployed, not ready; revision 2, chart 2.0.0, app v2.1.0, 60m ago",
        "    COMPONENT                READY  IMAGE                RESTARTS",
        "  ✓ Deployment/api           2/2    api:v2.1.0           0",
        "  ✗ Deployment/web-frontend  0/1    web-frontend:v2.1.0  0",
        '      web-frontend-1: a volume can\'t be mounted: secret "web" not found',
        "    before: revision 1, chart 2.0.0, superseded, 60m ago: Install complete",
    ]


def test_an_operation_that_has_not_finished_is_told_first():
    lines = text(report(facts([API], [API], status="pending-upgrade"), NOW), NOW).splitlines()
    assert lines[1:3] == [
        "  ✗ pending-upgrade: it runs now, or was killed before it had finished",
        "      hint: python -m generator plan -e dev",
    ]


def test_values_that_the_cluster_quotes_are_not_told():
    why = 'failed: "db" is invalid: spec.x: Invalid value: [{"a":"' + "b" * 900 + '"}]: immutable'
    shown = text(report(facts([API], [API], status="failed", description=why), NOW), NOW)
    assert '  ✗ failed: "db" is invalid: spec.x: Invalid value: …: immutable' in shown


def test_claims_that_are_alike_share_a_line():
    database = workload("StatefulSet", "db", 3, readyReplicas=3, updatedReplicas=3)
    database["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "data"}}]
    bound = [
        made(
            "PersistentVolumeClaim",
            f"data-db-{n}",
            api="v1",
            spec={"storageClassName": "fast"},
            status={"phase": phase, "capacity": {"storage": "5Gi"}},
        )
        for n, phase in enumerate(["Bound", "Bound", "Pending"])
    ]
    lines = text(report(facts([database], [database, *bound]), NOW), NOW).splitlines()
    assert lines[-2:] == [
        "  ✓ volume claim data-db-*  5Gi  fast  Bound, all 2",
        "  ✗ volume claim data-db-2  5Gi  fast  Pending",
    ]


def test_what_may_not_be_read_is_said():
    shown = text(report(facts([API], [API], unknown=("events",)), NOW), NOW)
    assert shown.endswith("  ! not seen, for you may not read them: events")


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ("2026-11-23T11:59:30Z", "30s ago"),
        ("2026-11-23T11:59:00Z", "60s ago"),
        ("2026-11-23T10:01:00Z", "119m ago"),
        ("2026-11-22T10:00:00Z", "26h ago"),
        ("2026-11-20T10:00:00Z", "3d ago"),
        ("2026-12-23T12:00:00Z", "in 30d"),
        ("2026-11-23T13:00:00.123456789+02:00", "59m ago"),
        ("", "at an unknown time"),
    ],
)
def test_times_are_told_as_people_do(time, said):
    assert age(time, NOW) == said
