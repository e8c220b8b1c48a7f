"""A database that is to come back as it was at a time: what is there, and what must be said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from generator.check.manifests import ManifestReader
from generator.check.objects import mapping
from generator.errors import GeneratorError, RefusedError
from generator.release import callers
from generator.release.callers import Callers
from generator.release.target import Target, World

Json = Mapping[str, Any]

_NAME = "app.kubernetes.io/name"


#: What a StatefulSet's value says, beside what it was scaled to.
REPLICAS = "generator.dev/replicas"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """`to` None is as late as the archive goes. `beside` names another release; "" is in place."""

    component: str
    to: datetime | None
    beside: str = ""
    seconds: int = 3600

    @property
    def time(self) -> str:
        """As the chart's value has it: empty for all there is."""
        return "" if self.to is None else self.to.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S+00")

    @property
    def said(self) -> str:
        return f"as it was at {self.time}" if self.time else "as late as its archive goes"


@dataclass(frozen=True, kw_only=True)
class Database:
    """What is known of the component's StatefulSet, as rendered and as it runs."""

    name: str
    namespace: str
    selector: str
    #: Where in the store the running cluster writes.
    path: str
    #: Where the data lies: there too, unless a restore was begun that never became a cluster.
    source: str
    #: What the values of today say: where a new cluster writes, what it begins with, up to when.
    wanted: tuple[str, str, str]
    replicas: int
    #: The Secret with its certificate.
    tls: str
    volumes: tuple[tuple[str, str], ...]
    callers: Callers

    @property
    def place(self) -> str:
        """NAMESPACE/COMPONENT/GENERATION, as restore.from has it."""
        return "/".join(self.source.split("/")[-3:])

    @property
    def generation(self) -> str:
        """One that nobody has written to: the next number, or a longer word."""
        last = self.path.rpartition("/")[2]
        found = re.fullmatch(r"(.*?)(\d+)", last)
        return f"{found[1]}{int(found[2]) + 1}" if found else f"{last}-2"


def look(target: Target, world: World, wish: Wish) -> Database:
    """Read what there is. Raises where nothing can be restored."""
    if wish.to is not None and wish.to > datetime.now(UTC):
        raise RefusedError(f"{wish.time} is yet to come")
    text = world.releases.render(
        target.release,
        target.chart,
        namespace=target.namespace,
        values=target.values,
        more={},
        upgrade=True,
    )
    reader = ManifestReader(folder=f"charts/{target.chart.name}", namespace=target.namespace)
    objects: list[Json] = [one.data for one in reader.read(text).objects]
    stateful = _stateful(objects, wish.component, target)
    name = str(stateful["metadata"]["name"])
    running = world.kubectl.get("statefulset", name, namespace=target.namespace)
    settings = world.kubectl.get("configmap", f"{name}-patroni", namespace=target.namespace)
    if running is None or settings is None:
        raise GeneratorError(f"{name} is not installed in {target.namespace}")
    path = _path(settings["data"])
    if not path:
        raise GeneratorError(f"{name} has no backups: its values say backup.enabled=false")
    labels = running["spec"]["selector"]["matchLabels"]
    selector = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
    claims = world.kubectl.list(
        "persistentvolumeclaim", namespace=target.namespace, selector=selector
    )
    return Database(
        name=name,
        namespace=target.namespace,
        selector=selector,
        path=path,
        source=_source(running, _exists(name, target, world), wish) or path,
        wanted=_wanted(objects, stateful),
        replicas=_replicas(running),
        tls=_tls(running),
        volumes=tuple(
            (one["metadata"]["name"], str(one["spec"].get("volumeName", ""))) for one in claims
        ),
        callers=callers.find(objects, wish.component, world, target.namespace),
    )


def _exists(name: str, target: Target, world: World) -> bool:
    """Whether Patroni ever made the cluster: it notes the number of the system then."""
    state = world.kubectl.get("configmap", f"{name}-config", namespace=target.namespace)
    notes = mapping((state or {"metadata": {}})["metadata"].get("annotations"))
    return bool(notes.get("initialize"))


def _source(running: Json, exists: bool, wish: Wish) -> str:
    """What the running values restore from, where that was not done or is wanted again."""
    told = _variables(running)
    again = wish.time and told.get("RESTORE_TIME") == wish.time
    return told.get("RESTORE_PATH", "") if again or not exists else ""


def _replicas(running: Json) -> int:
    """Those that run, or what the values said when it was stopped before."""
    notes = mapping(running["metadata"].get("annotations"))
    return int(running["spec"].get("replicas", 1)) or int(notes.get(REPLICAS, 1)) or 1


def _tls(running: Json) -> str:
    volumes = running["spec"]["template"]["spec"].get("volumes", ())
    found = (one["secret"]["secretName"] for one in volumes if one["name"] == "tls")
    return str(next(found, ""))


def _stateful(objects: list[Json], component: str, target: Target) -> Json:
    for one in objects:
        labels = mapping(mapping(one.get("metadata")).get("labels"))
        fits = labels.get(_NAME) == component
        if one.get("kind") == "StatefulSet" and fits:
            if labels.get("app.kubernetes.io/component") != "postgres":
                break
            return one
    _by_operator(objects, component)
    raise GeneratorError(f"{target.release} has no database {component!r}")


def _by_operator(objects: list[Json], component: str) -> None:
    """An operator restores its own databases, when it makes one."""
    for one in objects:
        labels = mapping(mapping(one.get("metadata")).get("labels"))
        own = str(one.get("apiVersion")).startswith("postgresql.cnpg.io/")
        if own and one.get("kind") == "Cluster" and labels.get(_NAME) == component:
            raise RefusedError(
                f"{component} is kept by CloudNativePG, which restores when it makes a cluster",
                hint="its RUNBOOK.md, Restore, has the steps for a new cluster with `restore.from`",
            )


def _path(data: Json) -> str:
    """Where pgBackRest writes; "" without backups."""
    lines = str(data.get("pgbackrest.conf", "")).splitlines()
    return next((line[len("repo1-path=") :] for line in lines if "repo1-path=" in line), "")


def _wanted(objects: list[Json], stateful: Json) -> tuple[str, str, str]:
    maps = (one for one in objects if one.get("kind") == "ConfigMap")
    name = f"{stateful['metadata']['name']}-patroni"
    data: Json = next((one["data"] for one in maps if one["metadata"]["name"] == name), {})
    told = _variables(stateful)
    return _path(data), told.get("RESTORE_PATH", ""), told.get("RESTORE_TIME", "")


def _variables(stateful: Json) -> dict[str, str]:
    """The environment of its containers."""
    return {
        entry["name"]: str(entry.get("value", ""))
        for each in stateful["spec"]["template"]["spec"]["containers"]
        for entry in each.get("env", ())
    }


def values_of(database: Database, wish: Wish) -> dict[str, Any]:
    """What the component's values must say for the new cluster.

    Another release of the same name may have been there before: nobody has written where this
    one writes.
    """
    now = f"{datetime.now(UTC):%Y%m%d%H%M%S}"
    return {
        "backup": {"generation": now if wish.beside else database.generation},
        "restore": {"from": database.place, "time": wish.time},
    }


def hold_to(database: Database, target: Target, wish: Wish) -> None:
    """In place, the overlay itself must say it: else the next deployment would undo it."""
    place, begin, until = database.wanted
    if wish.beside or (place != database.path and (begin, until) == (database.source, wish.time)):
        return
    raise RefusedError(
        f"the values of {target.environment} do not say what {database.name} is to begin with, and "
        "to write elsewhere; the next deployment would undo the restore",
        hint="write into the overlay, do not deploy it, and run this again:\n"
        + overlay(database, wish),
    )


def overlay(database: Database, wish: Wish) -> str:
    """The part of an overlay, as YAML."""
    values = values_of(database, wish)
    return (
        f"{wish.component}:\n"
        f'  backup: {{generation: "{values["backup"]["generation"]}"}}\n'
        f'  restore: {{from: {values["restore"]["from"]}, time: "{values["restore"]["time"]}"}}'
    )
