"""New members of the rendered PostgreSQL cluster on a real API server, and what they may do."""

from __future__ import annotations

import os

import psycopg
import pytest
import yaml

from tests.data.containers import Pod
from tests.data.ledger import CONFIG, NAME
from tests.data.members import Members
from tests.data.patroni.applications import Figure


def test_bootstrap_makes_what_the_chart_names(members: Members, figure: Figure):
    figure("postgres: three new members", f"{members.took:.1f} s")
    roles = {
        name: (superuser, replicates, password.partition("$")[0])
        for name, superuser, replicates, password in members.sql(
            "SELECT rolname, rolsuper, rolreplication, rolpassword FROM pg_authid WHERE rolcanlogin"
        )
    }
    scram = "SCRAM-SHA-256"
    assert roles == {
        "postgres": (True, True, scram),
        "replicator": (False, True, scram),
        "rewind_user": (False, False, scram),
        "app": (False, False, scram),
        "exporter": (False, False, scram),
    }
    owners = dict(members.sql("SELECT datname, pg_get_userbyid(datdba) FROM pg_database"))
    assert owners["orders"] == "app"
    extensions = members.sql("SELECT extname FROM pg_extension WHERE extname ~ 'stat'")
    assert extensions == [("pg_stat_statements",)]
    assert members.sql("SELECT count(*) > 0 FROM pg_stat_statements") == [(True,)]
    assert members.sql("SHOW data_checksums") == [("on",)]
    # Members speak to each other with encryption, and so does everybody else.
    ssl = "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_replication USING (pid)"
    assert members.sql(ssl) == [(True,)]
    with pytest.raises(psycopg.OperationalError, match="rejects connection"):
        psycopg.connect(**{**members.options(), "sslmode": "disable"})
    labels = [pod["metadata"]["labels"]["role"] for pod in members.kubelet.objects.values()]
    assert sorted(labels) == ["primary", "replica", "replica"]
    assert members.sql("SELECT pg_is_in_recovery()", f"{NAME}-replicas") == [(True,)]


def test_programs_accept_their_configuration(members: Members):
    pod = members.pod(members.leader)
    checked = ["patroni", "--validate-config", "--ignore-listen-port", CONFIG]
    assert pod.call(NAME, checked) == ""
    assert members.sql("SELECT name, error FROM pg_file_settings WHERE error IS NOT NULL") == []
    assert members.sql("SELECT line_number FROM pg_hba_file_rules WHERE error IS NOT NULL") == []
    rendered = yaml.safe_load(members.around.config_maps[f"{NAME}-patroni"]["patroni.yml"])
    own = rendered["postgresql"]["parameters"]
    shared = rendered["bootstrap"]["dcs"]["postgresql"]["parameters"]
    given = {name: value for each in (own, shared) for name, value in each.items()}
    assert len(given) > 30
    for name, value in given.items():
        found, in_force = members.sql(
            "SELECT (SELECT setting FROM pg_file_settings WHERE name = lower(pg_settings.name)"
            " ORDER BY seqno DESC LIMIT 1), current_setting(name)"
            f" FROM pg_settings WHERE name = '{name}'"
        )[0]
        assert in_force, name
        # What Patroni gives on the command line is in no file.
        assert found in (None, str(value)), name
    # Without a server that runs, and without the extensions that it loads.
    each = 'for name; do postgres -D "$PGDATA" -C "$name" || exit 1; done'
    names = [name for name in given if "." not in name]
    assert len(pod.call(NAME, ["sh", "-c", each, "-", *names]).splitlines()) == len(names)


def test_what_the_account_may_not_do(members: Members):
    """What it may, the other tests show: nothing that Patroni asked for was refused."""
    account = f"system:serviceaccount:{members.namespace}:{NAME}"

    def may(*words: str) -> bool:
        asked = ("auth", "can-i", *words, f"--as={account}", "-n", members.namespace)
        return members.cluster.kubectl_tried(*asked).stdout.strip() == "yes"

    assert may("patch", f"configmaps/{NAME}-leader") and may("patch", f"pods/{NAME}-4")
    for words in (
        ("get", "secrets"),
        ("create", "pods"),
        ("create", "pods/exec"),
        ("patch", f"pods/{NAME}-5"),
        ("get", f"configmaps/{NAME}-patroni"),
        ("patch", "configmaps/another"),
        ("get", "services"),
        ("list", "pods", "--all-namespaces"),
    ):
        assert not may(*words), words


def test_a_volume_of_another_major_version_is_refused(members: Members):
    pod = members.pod(members.leader)
    other = Pod(members.around, f"{NAME}-8", pod.spec, members.address(f"{NAME}-8"), (NAME,))
    other.spec = {**pod.spec, "volumes": [dict(each) for each in pod.spec["volumes"]]}
    for volume in other.spec["volumes"]:
        if "persistentVolumeClaim" in volume:
            volume["persistentVolumeClaim"] = {"claimName": "of-another-version"}
    other.create()
    data = (other.folder / "pgdata").resolve() / "pgroot" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("14\n")
    data.parent.chmod(0o777)
    os.chown(data.parent, *other.user)
    os.chown(data, *other.user)
    assert not other.prepare()
    assert other.says("the volume holds PostgreSQL 14, the chart wants 15.")
    assert list(data.iterdir()) == [data / "PG_VERSION"]
