"""What people change while applications write: settings, passwords, the number of members."""

from __future__ import annotations

import time

import psycopg
import pytest

from tests.data.containers import Pod
from tests.data.ledger import LONG, NAME
from tests.data.members import Members
from tests.data.patroni.applications import Figure, applications, told


def test_settings_that_all_share_are_brought_by_the_job(members: Members, figure: Figure):
    """`bootstrap.dcs` is read once: without the Job a value of the chart would be a lie."""
    uids = {name: members.kubelet.uid(name) for name in members.kubelet.objects}
    members.install(maxConnections=120)
    with applications(members) as clerks:
        said = members.job(f"{NAME}-configure-", "configure")
        assert "restarting" in said and said.strip().endswith("configured")
        members.form()
        for name in uids:
            assert members.sql("SHOW max_connections", name) == [("120",)]
    told(figure, "max_connections changed", clerks)
    assert {name: members.kubelet.uid(name) for name in members.kubelet.objects} == uids
    assert "nothing to change" in members.job(f"{NAME}-configure-", "configure")


def test_rolling_restart_with_new_passwords(members: Members, pooler: Pod, figure: Figure):
    """As the runbook says: the role, the Secret, then the pods by `secretRevision`."""
    secret = members.around.secrets[f"{NAME}-credentials"]
    roles = {
        "app": "database",
        "exporter": "exporter",
        "postgres": "superuser",
        "replicator": "replication",
        "rewind_user": "rewind",
    }
    old = dict(secret)
    uids = {name: members.kubelet.uid(name) for name in members.kubelet.objects}
    with applications(members) as clerks:
        leader = members.pod(members.leader)
        for role, key in roles.items():
            secret[f"{key}-password"] = word = f"new 'word' of {role}"
            # `kubectl exec -it … psql`: nobody is asked for a password at the socket.
            quoted = word.replace("'", "''")
            leader.call(NAME, ["psql"], stdin=f"ALTER ROLE {role} PASSWORD '{quoted}';")
        secret["patroni-password"] = "new word of Patroni"
        members.install(secretRevision="2")
        members.restart(pooler)
        members.wait(
            lambda: all(members.kubelet.uid(name) not in (None, uid) for name, uid in uids.items()),
            "three other pods",
            3 * LONG,
        )
        members.form()
    told(figure, "rolling restart with new passwords", clerks)
    for role in ("app", "postgres"):
        assert members.sql("SELECT 1", user=role) == [(1,)]
        before = {**members.options(user=role), "password": old[f"{roles[role]}-password"]}
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**before)


def test_scale_to_five_and_back(members: Members, figure: Figure):
    with applications(members) as clerks:
        begin = time.monotonic()
        members.scale(5)
        members.form(5)
        figure("postgres: from three members to five", f"{time.monotonic() - begin:.1f} s")
        begin = time.monotonic()
        members.scale(3)
        members.form(3)
        figure("postgres: from five members to three", f"{time.monotonic() - begin:.1f} s")
    told(figure, "scaled to five and back", clerks)
