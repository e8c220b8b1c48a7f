"""Volume claims and scheduled jobs, as the cluster tells of them."""

from __future__ import annotations

import pytest

from generator.release.status.around import claims, schedules
from tests.release.scene import event, facts, made

DB = made("StatefulSet", "db", spec={"volumeClaimTemplates": [{"metadata": {"name": "data"}}]})
BACKUP = made(
    "CronJob",
    "db-backup",
    api="batch/v1",
    labels={"app.kubernetes.io/component": "backup"},
    spec={"schedule": "0 */6 * * *"},
)


def claim(name, phase, **spec):
    return made("PersistentVolumeClaim", name, api="v1", spec=spec, status={"phase": phase})


def test_claims_of_a_stateful_set_are_its_own_and_no_others():
    live = [claim(name, "Bound") for name in ("data-db-0", "data-db-12", "data-db-x", "data-dbx-0")]
    found = facts([DB], live)
    names = [one.name for one in claims(found.history.revisions[0].objects, found)]
    assert names == ["data-db-0", "data-db-12"]


def test_a_claim_that_is_not_bound_says_what_the_cluster_says():
    wanted = {"requests": {"storage": "5Gi"}}
    found = facts(
        [DB],
        [
            claim("data-db-0", "Pending", resources=wanted, storageClassName="fast"),
            event("PersistentVolumeClaim", "data-db-0", "ProvisioningFailed", "no such class"),
            event("Pod", "data-db-0", "Other", "about something else", at="12:05"),
        ],
    )
    (one,) = claims(found.history.revisions[0].objects, found)
    assert (one.state, one.size, one.storage_class) == ("waiting", "5Gi", "fast")
    assert one.reason == "no such class"


@pytest.mark.parametrize(
    ("spec", "status", "state", "reason"),
    [
        ({}, {}, "ready", "has not run yet"),
        ({"suspend": True}, {}, "off", "suspended"),
        ({}, {"lastScheduleTime": "T06", "lastSuccessfulTime": "T07"}, "ready", None),
        (
            {},
            {"lastScheduleTime": "T12", "lastSuccessfulTime": "T07", "active": [1]},
            "ready",
            None,
        ),
        (
            {},
            {"lastScheduleTime": "T12", "lastSuccessfulTime": "T07"},
            "failed",
            "its last run did not succeed",
        ),
        ({}, {"lastScheduleTime": "T12"}, "failed", "its last run did not succeed"),
    ],
)
def test_a_schedule_is_as_its_last_run(spec, status, state, reason):
    live = {**BACKUP, "spec": {**BACKUP["spec"], **spec}, "status": status}
    found = facts([BACKUP], [live])
    (one,) = schedules(found.history.revisions[0].objects, found)
    assert (one.state, one.reason, one.backup) == (state, reason, True)


def test_a_schedule_that_is_gone_is_missing():
    found = facts([BACKUP])
    (one,) = schedules(found.history.revisions[0].objects, found)
    assert one.state == "missing"
