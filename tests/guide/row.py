"""One row of the table: what the guide says, and how that shows in the charts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.guide.cluster import APP, Cluster, number
from tests.guide.kubectl import addresses

Check = Callable[[Cluster], None]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the guide, and the check that it is kept.

    Where the guide is wrong or leaves something open, `instead` says what was decided, `because`
    says why, and the check is of the decision.
    """

    quote: str
    check: Check
    instead: str = ""
    because: str = ""


def says(quote: str, check: Check, instead: str = "", because: str = "") -> Row:
    assert bool(instead) == bool(because), quote
    return Row(quote=quote, check=check, instead=instead, because=because)


def kubectl(line: str, check: Check | None = None, instead: str = "", because: str = "") -> Row:
    """A command of the guide: what it addresses is there."""

    def run(cluster: Cluster) -> None:
        addresses(cluster, line)
        if check is not None:
            check(cluster)

    return says(line, run, instead, because)


def exists(kind: str, name: str, namespace: str = APP) -> Check:
    def check(cluster: Cluster) -> None:
        cluster.get(kind, name, namespace)

    return check


def all_of(*checks: Check) -> Check:
    def check(cluster: Cluster) -> None:
        for each in checks:
            each(cluster)

    return check


def replicas(kind: str, name: str, count: int, namespace: str = APP) -> Check:
    def check(cluster: Cluster) -> None:
        assert cluster.get(kind, name, namespace)["spec"]["replicas"] == count

    return check


def scaled(name: str, least: int, most: int, cpu: int, memory: int) -> Check:
    """An HPA owns the replicas of a Deployment, which then must not have any."""

    def check(cluster: Cluster) -> None:
        assert cluster.hpa(f"{name}-hpa") == (least, most, cpu, memory)
        assert "replicas" not in cluster.get("Deployment", name)["spec"]

    return check


def resources(
    kind: str, name: str, cpu: tuple[str, str], memory: tuple[str, str], namespace: str = APP
) -> Check:
    """Request and limit of the container that is named like its workload."""

    def check(cluster: Cluster) -> None:
        found = cluster.container(kind, name, None, namespace)["resources"]
        for what, (request, limit) in {"cpu": cpu, "memory": memory}.items():
            assert number(found["requests"][what]) == number(request)
            assert number(found["limits"][what]) == number(limit)

    return check


def storage(name: str, size: str, storage_class: str, namespace: str = APP) -> Check:
    def check(cluster: Cluster) -> None:
        claim = cluster.claims(name, namespace)
        assert claim["resources"]["requests"]["storage"] == size
        assert claim["storageClassName"] == storage_class

    return check


def variable(name: str, value: str) -> Check:
    """An environment variable of the backend."""

    def check(cluster: Cluster) -> None:
        found = {each["name"]: each for each in cluster.container("Deployment", "backend")["env"]}
        assert found[name]["value"] == value

    return check


def reads(secret: str, key: str) -> Check:
    """A pod reads a key of a Secret, and no chart makes that Secret."""

    def check(cluster: Cluster) -> None:
        assert key in cluster.secret_keys()[secret]
        assert not cluster.has("Secret")

    return check


def contains(name: str, key: str, *lines: str, namespace: str = APP) -> Check:
    """Lines in a file of a ConfigMap."""

    def check(cluster: Cluster) -> None:
        found = [line.strip() for line in cluster.text(name, key, namespace).splitlines()]
        for line in lines:
            assert line in found, f"{name}/{key} has no line {line!r}"

    return check


def alerts(*names: str) -> Check:
    def check(cluster: Cluster) -> None:
        assert set(names) <= set(cluster.alerts())

    return check


def route(host: str, service: str) -> Check:
    """A host leads to a Service, whatever the path, with a certificate."""

    def check(cluster: Cluster) -> None:
        assert {path["backend"]["service"]["name"] for path in cluster.paths(host)} == {service}
        assert "/" in [path["path"] for path in cluster.paths(host)]
        certified = [tls for each in cluster.all("Ingress") for tls in each["spec"].get("tls", ())]
        assert any(host in tls["hosts"] for tls in certified)

    return check
