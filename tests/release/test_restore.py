"""What a restore reads, says and does, with a chart that Helm rendered and a cluster of records."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from generator.errors import GeneratorError, RefusedError
from generator.release import restore, restore_steps
from generator.release.target import Target
from tests.kinds.data import DATABASE
from tests.kinds.rendering import RESOURCES, build

TO = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
API = {"kind": "web", "image": "shop/api", "port": 80, "resources": RESOURCES}
CRON = {"kind": "cron", "image": "shop/api", "schedule": "0 3 * * *", "resources": RESOURCES}
PAUSED = {"paused": {"suspend": True}}
RESTORED = {
    "ledger": {
        "backup": {"generation": "2"},
        "restore": {"from": "shop/ledger/1", "time": "2026-11-20 12:00:00+00"},
    }
}


MARK = "/a/shop/ledger/1\n2026-11-20 12:00:00+00\n2026-11-20 11:59:48.25+00:00\n"


@dataclass
class Cluster:
    """A kubectl and a Helm of records: what they are asked for is what an installed chart is."""

    objects: list[dict[str, Any]]
    rendered: list[dict[str, Any]]
    jobs: list[dict[str, Any]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    #: What post_bootstrap.sh left in the volume.
    mark: str = MARK

    def get(self, kind: str, name: str, *, namespace: str) -> Any:
        fits = (o for o in self.objects if o["kind"].lower() == kind)
        return next((one for one in fits if one["metadata"]["name"] == name), None)

    def list(self, kind: str, *, namespace: str, selector: str = "") -> Any:
        if kind == "job":
            return self.jobs
        if kind == "pods":
            ready = [{"type": "Ready", "status": "True"}]
            return [{"metadata": {"name": "ledger-0"}, "status": {"conditions": ready}}]
        assert selector == "app.kubernetes.io/instance=shop,app.kubernetes.io/name=ledger"
        return [
            {"metadata": {"name": f"pgdata-ledger-{n}"}, "spec": {"volumeName": f"pv-{n}"}}
            for n in range(2)
        ]

    def run(self, *words: str, **options: Any) -> Any:
        self.done.append(" ".join(words))
        return SimpleNamespace(stdout=self.mark if "sh" in words else "750\n")

    def render(self, *args: Any, **options: Any) -> str:
        return yaml.safe_dump_all(self.rendered)

    def upgrade(self, what: Any) -> str:
        self.done.append(f"upgrade {what.release} {json.dumps(what.more, sort_keys=True)}")
        return ""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    components = {
        "ledger": {**DATABASE, "backup": {"to": "s3://acme"}},
        "api": {**API, "connects": ["ledger"]},
        "nightly": {**CRON, "connects": ["ledger"]},
        "paused": {**CRON, "connects": ["ledger"]},
        "elsewhere": CRON,
        "other": API,
    }
    return build(tmp_path_factory.mktemp("shop"), components)


def scene(shop, values=None, **wish):
    """Cluster, world, target and wish; the cluster runs what no values say, the files `values`."""
    now, then = shop.render(), shop.render({**PAUSED, **(values or {})})
    cluster = Cluster(objects=list(now.all), rendered=list(then.all))
    world = SimpleNamespace(kubectl=cluster, releases=cluster)
    target = Target(
        release="shop", namespace="shop", environment="live", chart=shop.path, values=()
    )
    return cluster, world, target, restore.Wish(component="ledger", to=TO, **wish)


def test_in_place_old_volumes_stay_and_the_old_backups_are_only_read(shop):
    cluster, world, target, wish = scene(shop, RESTORED)
    database = restore.look(target, world, wish)
    restore.hold_to(database, target, wish)
    steps = restore_steps.steps(database, target, world, wish)
    said: list[str] = []
    text = restore_steps.follow(database, steps, world, wish, said.append)
    assert [line.split(" --namespace=")[0] for line in cluster.done] == [
        "scale deployment api --replicas=0",
        'patch cronjob nightly --patch={"spec":{"suspend":true}}',
        'patch cronjob paused --patch={"spec":{"suspend":true}}',
        "scale statefulset ledger --replicas=0",
        "wait pods --selector=app.kubernetes.io/instance=shop,app.kubernetes.io/name=ledger "
        "--for=delete --timeout=3600s",
        *(
            f"patch persistentvolume pv-{n} "
            '--patch={"spec": {"persistentVolumeReclaimPolicy": "Retain"}}'
            for n in range(2)
        ),
        "delete persistentvolumeclaim pgdata-ledger-0",
        "delete persistentvolumeclaim pgdata-ledger-1",
        "delete configmap ledger-config ledger-leader ledger-sync ledger-failover ledger-failsafe "
        "--ignore-not-found",
        'upgrade shop {"nightly": {"suspend": true}}',
        "scale statefulset ledger --replicas=3",
        "exec ledger-0",
        "exec ledger-0",
        "scale deployment api --replicas=2",
        'patch cronjob nightly --patch={"spec":{"suspend":false}}',
        "upgrade shop {}",
    ]
    assert [line.split("; ")[0] for line in text.splitlines()] == [
        "ledger is as it was at 2026-11-20 12:00:00+00",
        f"RTO: it takes writes {float(text.split()[12]):.1f} s after this command began",
        "RPO: its last transaction is of 2026-11-20 11:59:48.25+00:00, 11.8 s before the time that"
        " was asked for",
    ]
    assert len(said) == len(steps)


def job(name: str, variable: str, **status: int) -> dict[str, Any]:
    pod = {"containers": [{"name": "main", "env": [{"name": variable, "value": "x"}]}]}
    template = {"spec": pod}
    return {"metadata": {"name": name}, "spec": {"template": template}, "status": status}


def test_jobs_that_write_wait_until_the_database_is_back(shop):
    cluster, world, target, wish = scene(shop, RESTORED)
    cluster.jobs = [
        job("one", "LEDGER_HOST", active=1),
        job("ended", "LEDGER_HOST", succeeded=1),
        job("other", "CACHE_HOST", active=1),
    ]
    database = restore.look(target, world, wish)
    assert database.callers.jobs == ("one",)
    steps = restore_steps.steps(database, target, world, wish)
    text = restore_steps.runbook(database, steps, wish)
    held = 'kubectl --namespace shop patch job one \'--patch={"spec":{"suspend":'
    assert (
        text.index(held + "true}}'") < text.index("scale statefulset") < text.index(held + "false")
    )
    # One that was begun since: nobody else would stop it.
    cluster.jobs.append(job("late", "LEDGER_HOST", active=1))
    restore_steps.follow(database, steps, world, wish, lambda text: None)
    done = [line.split(" --")[0] for line in cluster.done]
    assert [line for line in done if " job " in line] == 2 * ["patch job one", "patch job late"]
    assert done.index("patch job late") < done.index("scale statefulset ledger")


def test_a_database_that_was_not_restored_is_not_taken_for_one(shop):
    cluster, world, target, wish = scene(shop, beside="look")
    database = restore.look(target, world, wish)
    steps = restore_steps.steps(database, target, world, wish)
    for mark, found in (
        ("", "from nothing"),
        (MARK.replace("12:00", "10:00"), "from /a/shop/ledger/1, up to 2026-11-20 10:00:00.00"),
        (MARK.replace("ledger/1", "ledger/9"), "from /a/shop/ledger/9, up to 2026-11-20 12:00"),
    ):
        cluster.mark = mark
        with pytest.raises(GeneratorError, match=f"look-ledger takes writes, but it began {found}"):
            restore_steps.follow(database, steps, world, wish, lambda text: None)


def test_up_to_the_end_of_the_archive(shop):
    latest = {"ledger": {"backup": {"generation": "2"}, "restore": {"from": "shop/ledger/1"}}}
    cluster, world, target, _ = scene(shop, latest)
    wish = restore.Wish(component="ledger", to=None)
    database = restore.look(target, world, wish)
    restore.hold_to(database, target, wish)
    cluster.mark = "/a/shop/ledger/1\n\n2026-11-20 11:59:48.25+00:00\n"
    steps = restore_steps.steps(database, target, world, wish)
    text = restore_steps.follow(database, steps, world, wish, lambda text: None)
    assert text.startswith("ledger is as late as its archive goes\n")
    assert text.endswith(" s before this command began")


def test_what_was_stopped_before_comes_back_as_the_values_say(shop):
    """After a restore that failed half-way: the database was at 0 then."""
    cluster, world, target, wish = scene(shop, RESTORED)
    cluster.get("statefulset", "ledger", namespace="shop")["spec"]["replicas"] = 0
    assert restore.look(target, world, wish).replicas == 3


def test_what_was_begun_and_never_became_a_cluster_is_not_restored_from(shop):
    """The next try takes the same backups, and again a place that nobody has written to."""
    cluster, world, target, wish = scene(shop, RESTORED)
    begun = shop.render(RESTORED)
    cluster.objects[:] = begun.all
    database = restore.look(target, world, wish)
    assert (database.place, database.generation) == ("shop/ledger/1", "3")
    with pytest.raises(RefusedError, match="do not say what ledger is to begin with"):
        restore.hold_to(database, target, wish)
    # Once it is one, a later time lies in its own archive.
    notes = {"initialize": "7412345"}
    state = {"kind": "ConfigMap", "metadata": {"name": "ledger-config", "annotations": notes}}
    cluster.objects.append(state)
    assert restore.look(target, world, wish).place == "shop/ledger/1"
    later = restore.Wish(component="ledger", to=TO + timedelta(hours=1))
    assert restore.look(target, world, later).place == "shop/ledger/2"


def test_in_place_wants_the_overlay_to_say_it(shop):
    _, world, target, wish = scene(shop)
    database = restore.look(target, world, wish)
    with pytest.raises(RefusedError) as caught:
        restore.hold_to(database, target, wish)
    written = yaml.safe_load(str(caught.value.hint).partition("\n")[2])
    assert written == RESTORED
    assert restore_steps.runbook(database, [], wish).count("#     ") == 3


def test_an_overlay_that_writes_to_the_same_place_is_not_enough(shop):
    same = {"ledger": {**RESTORED["ledger"], "backup": {"generation": "3"}}}
    cluster, world, target, wish = scene(shop, same)
    running = cluster.get("configmap", "ledger-patroni", namespace="shop")
    new = shop.render(same).one("ConfigMap", "ledger-patroni")["data"]
    running["data"] = new
    with pytest.raises(RefusedError):
        restore.hold_to(restore.look(target, world, wish), target, wish)


def test_beside_touches_nothing_that_runs(shop):
    cluster, world, target, wish = scene(shop, beside="look")
    database = restore.look(target, world, wish)
    restore.hold_to(database, target, wish)
    steps = restore_steps.steps(database, target, world, wish)
    restore_steps.follow(database, steps, world, wish, lambda text: None)
    name, _, more = cluster.done[0].partition(" {")
    assert name == "upgrade look"
    values = json.loads("{" + more)
    assert values["restore"] == {"from": "shop/ledger/1", "time": "2026-11-20 12:00:00+00"}
    assert values["replicas"] == 1
    # Not where a copy of the same name may have written before.
    assert re.fullmatch(r"20\d{12}", values["backup"]["generation"])
    objects = shop.render(values, component="ledger", release="look")
    assert "StatefulSet/look-ledger" in objects.names
    pod = objects.one("StatefulSet", "look-ledger")["spec"]["template"]["spec"]
    (tls,) = (one for one in pod["volumes"] if one["name"] == "tls")
    assert tls["secret"]["secretName"] == "ledger-tls"
    assert [line.split()[0] for line in cluster.done] == ["upgrade", "exec", "exec"]


@pytest.mark.parametrize(
    ("path", "generation"), [("/a/shop/db/1", "2"), ("/a/shop/db/v9", "v10"), ("/a/s/d/x", "x-2")]
)
def test_a_generation_is_never_used_twice(shop, path, generation):
    cluster, world, target, wish = scene(shop)
    settings = cluster.get("configmap", "ledger-patroni", namespace="shop")["data"]
    settings["pgbackrest.conf"] = f"[global]\nrepo1-path={path}\n"
    assert restore.look(target, world, wish).generation == generation


def test_what_cannot_be_restored_is_refused(shop):
    cluster, world, target, wish = scene(shop)
    later = restore.Wish(component="ledger", to=datetime(2999, 1, 1, tzinfo=UTC))
    with pytest.raises(RefusedError, match="2999-01-01 00:00:00"):
        restore.look(target, world, later)
    with pytest.raises(GeneratorError, match="shop has no database 'api'"):
        restore.look(target, world, restore.Wish(component="api", to=TO))
    del cluster.get("configmap", "ledger-patroni", namespace="shop")["data"]["pgbackrest.conf"]
    with pytest.raises(GeneratorError, match="ledger has no backups"):
        restore.look(target, world, wish)
    cluster.objects.clear()
    with pytest.raises(GeneratorError, match="ledger is not installed in shop"):
        restore.look(target, world, wish)
