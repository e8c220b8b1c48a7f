"""changes.py with its parts: what becomes of each object, against a cluster in memory."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from generator.check.objects import Object
from generator.errors import ToolError
from generator.release.changes import Changes, find_changes
from generator.release.dryrun import live_key, spoken
from generator.release.facts import Api
from generator.release.history import History, Revision
from generator.release.ownership import Owner
from generator.release.target import Target, World
from generator.release.threeway import overlaid
from generator.tools.helm import Helm
from generator.tools.kubectl import ClusterError

Json = dict[str, Any]

APIS = {
    "v1": {
        "ConfigMap": Api(resource="configmaps", namespaced=True),
        "Namespace": Api(resource="namespaces", namespaced=False),
    },
    "apps/v1": {
        "Deployment": Api(resource="deployments", namespaced=True),
        "StatefulSet": Api(resource="statefulsets", namespaced=True),
    },
    "example.com/v1": None,
}
MARKS = {
    "annotations": {
        "meta.helm.sh/release-name": "shop",
        "meta.helm.sh/release-namespace": "shop",
    },
    "labels": {"app.kubernetes.io/managed-by": "Helm"},
}
TARGET = Target(
    release="shop", namespace="shop", environment="dev", chart=Path("charts/shop"), values=()
)


def config(name: str, *, fields: Mapping[str, str] | None = None, **data: str) -> Json:
    metadata = {"name": name, "namespace": "shop", **copy.deepcopy(MARKS)}
    if fields:
        metadata["managedFields"] = [
            {"manager": manager, "fieldsV1": {"f:data": {f"f:{key}": {}}}}
            for key, manager in fields.items()
        ]
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def bare(data: Json) -> Object:
    """As a chart renders it: without Helm's marks."""
    metadata = {k: v for k, v in data["metadata"].items() if k in ("name", "namespace")}
    return Object(
        api_version=data["apiVersion"],
        kind=data["kind"],
        name=metadata["name"],
        namespace=metadata.get("namespace", ""),
        path="charts/shop/templates/a.yaml",
        data={**data, "metadata": metadata},
    )


@dataclass
class Cluster:
    """What stands for kubectl: objects, and an API server that lays a manifest over them."""

    objects: Sequence[Json]
    refuses: Mapping[str, str] = field(default_factory=dict)  # by name
    asked: list[list[str]] = field(default_factory=list)

    def present(self, manifests: Sequence[Json]) -> tuple[Json, ...]:
        wanted = {live_key(one) for one in manifests}
        return tuple(copy.deepcopy(one) for one in self.objects if live_key(one) in wanted)

    def apply_all(self, manifests: Sequence[Json], **options: Any) -> tuple[Json, ...]:
        assert options == {"manager": "helm", "dry_run": True, "force": True}
        names = [one["metadata"]["name"] for one in manifests]
        self.asked.append(names)
        for name in names:
            if name in self.refuses:
                raise ClusterError(ToolError(["kubectl"], 1, self.refuses[name]), "invalid")
        live = {live_key(one): one for one in self.objects}
        return tuple(self._applied(live.get(live_key(one)), one) for one in manifests)

    def _applied(self, live: Json | None, wanted: Json) -> Json:
        after = cast(Json, overlaid(copy.deepcopy(live or {}), wanted))
        changed = {
            k for k, v in wanted.get("data", {}).items() if (live or {}).get("data", {}).get(k) != v
        }
        entries = [
            one
            for one in after["metadata"].get("managedFields", [])
            if not changed & {key[2:] for key in one["fieldsV1"].get("f:data", {})}
        ]
        ours = {"f:data": {f"f:{key}": {} for key in wanted.get("data", {})}}
        after["metadata"]["managedFields"] = [*entries, {"manager": "helm", "fieldsV1": ours}]
        return after


def history(*objects: Json, server_side: bool = True) -> History:
    one = Revision(number=1, status="deployed", namespace="shop", packed="")
    one.__dict__["record"] = {
        "apply_method": "ssa" if server_side else "csa",
        "manifest": "\n---\n".join(json.dumps({**bare(o).data}) for o in objects),
    }
    return History(revisions=(one,) if objects else ())


def found(
    cluster: Cluster,
    wanted: Sequence[Json],
    *old: Json,
    helm: tuple[int, int, int] = (4, 3, 1),
    server_side: bool = True,
    absent: frozenset[str] = frozenset(),
) -> Changes:
    world = World(helm=Helm(path=Path("helm"), version=helm), kubectl=cast(Any, cluster))
    revisions = history(*old, server_side=server_side)
    objects = [bare(one) for one in wanted]
    return find_changes(TARGET, world, revisions, objects, APIS, absent=absent)


def told(changes: Changes) -> list[tuple[str, str, list[str]]]:
    return [(one.action, one.title, [c.path for c in one.fields]) for one in changes.objects]


def test_a_first_installation_makes_all():
    changes = found(Cluster([]), [config("a"), config("b")])
    assert told(changes) == [("created", "ConfigMap/a", []), ("created", "ConfigMap/b", [])]
    assert changes.server_side


def test_nothing_is_done_twice():
    one = config("a", key="1")
    changes = found(Cluster([one]), [one], one)
    assert (told(changes), changes.unchanged, changes.pending) == ([], 1, False)


def test_created_changed_and_removed():
    live = [config("same", k="1"), config("other", k="1"), config("gone", k="1")]
    wanted = [config("same", k="1"), config("other", k="2"), config("new", k="1")]
    changes = found(Cluster(live), wanted, *live)
    assert told(changes) == [
        ("created", "ConfigMap/new", []),
        ("changed", "ConfigMap/other", ["data.k"]),
        ("removed", "ConfigMap/gone", []),
    ]
    assert changes.unchanged == 1


def test_what_is_kept_or_gone_already_is_not_removed():
    kept = config("kept")
    kept["metadata"]["annotations"]["helm.sh/resource-policy"] = "keep"
    changes = found(Cluster([kept]), [], config("kept"), config("long-gone"))
    assert told(changes) == [("kept", "ConfigMap/kept", [])]
    assert not changes.pending


def test_only_the_last_revision_is_looked_at():
    changes = found(Cluster([config("strangers")]), [])
    assert told(changes) == []


@pytest.mark.parametrize(
    ("helm", "server_side", "fields"),
    [
        ((3, 17, 3), False, ["data.old"]),
        ((4, 3, 1), False, ["data.old"]),
        ((3, 17, 3), True, ["data.old"]),
    ],
)
def test_on_the_client_side_fields_go_that_the_old_manifest_had(
    helm: tuple[int, int, int], server_side: bool, fields: list[str]
):
    """The one in the cluster alone, `theirs`, stays."""
    live = config("a", k="1", old="x", theirs="y")
    changes = found(
        Cluster([live]),
        [config("a", k="1")],
        config("a", k="1", old="x"),
        helm=helm,
        server_side=server_side,
    )
    assert told(changes) == [("changed", "ConfigMap/a", fields)]
    assert not changes.server_side


def test_fields_of_others_are_told_with_who_wrote_them():
    live = config("a", fields={"k": "kubectl-edit", "other": "kubectl-edit"}, k="9", other="9")
    changes = found(Cluster([live]), [config("a", k="1")], config("a", k="1"))
    (one,) = changes.objects
    assert one.taken == {Owner(manager="kubectl-edit"): (".data.k",)}


def test_the_one_that_is_refused_is_found_among_all():
    wanted = [config(f"c{number:02}") for number in range(30)]
    cluster = Cluster([], refuses={"c07": "Error from server (Forbidden): no c07", "c29": "no"})
    changes = found(cluster, wanted)
    assert {one.name: one.refused for one in changes.objects if one.refused} == {
        "c07": "Error from server (Forbidden): no c07",
        "c29": "no",
    }
    assert len(cluster.asked) < 20  # not one by one


def stateful(size: str, **spec: Any) -> Json:
    claim = {
        "metadata": {"name": "data"},
        "spec": {"resources": {"requests": {"storage": size}}, "volumeMode": "Filesystem"},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "db", "namespace": "shop", **copy.deepcopy(MARKS)},
        "spec": {"replicas": 2, "volumeClaimTemplates": [claim], **spec},
    }


REFUSAL = (
    "The StatefulSet is invalid: spec: Forbidden: updates to statefulset spec for fields other than"
)


def test_what_cannot_change_is_replaced_by_a_recipe():
    wanted = stateful("20Gi")
    del wanted["spec"]["volumeClaimTemplates"][0]["spec"]["volumeMode"]  # the server's default
    changes = found(
        Cluster([stateful("10Gi")], refuses={"db": REFUSAL}), [wanted], stateful("10Gi")
    )
    (one,) = changes.objects
    storage = "spec.volumeClaimTemplates[name=data].spec.resources.requests.storage"
    assert (one.action, [c.path for c in one.fields]) == ("replaced", [storage])
    patch = """--patch '{"spec":{"resources":{"requests":{"storage":"20Gi"}}}}'"""
    assert one.recipe == (
        f"kubectl patch pvc data-db-0 --namespace shop {patch}",
        f"kubectl patch pvc data-db-1 --namespace shop {patch}",
        "kubectl delete statefulset db --namespace shop --cascade=orphan"
        "    # its pods and volumes stay, and the next deploy takes them over",
    )


def test_a_volume_does_not_shrink_and_no_recipe_deletes_it():
    (one,) = found(
        Cluster([stateful("10Gi")], refuses={"db": REFUSAL}), [stateful("5Gi")], stateful("10Gi")
    ).objects
    assert one.recipe == (
        "# a volume never shrinks: set it back to 10Gi, or move the data to a component with"
        " another name",
    )


def test_equal_quantities_are_equal():
    live, wanted = stateful("1Gi", x=1), stateful("1024Mi", x=2)
    (one,) = found(Cluster([live], refuses={"db": REFUSAL}), [wanted], live).objects
    assert [c.path for c in one.fields] == ["spec.x"]


def test_nobody_is_asked_about_a_namespace_that_is_not_there():
    cluster = Cluster([])
    changes = found(cluster, [config("a")], absent=frozenset({"shop"}))
    assert told(changes) == [("created", "ConfigMap/a", [])]
    assert (cluster.asked, changes.asked) == ([], False)


def test_kinds_that_the_cluster_does_not_know_are_left_out():
    unknown = {"apiVersion": "example.com/v1", "kind": "X", "metadata": {"name": "x"}}
    assert told(found(Cluster([]), [unknown, config("a")])) == [("created", "ConfigMap/a", [])]


def test_a_stranger_is_told_of():
    changes = found(Cluster([config("a")]), [config("a")])
    assert [one.title for one in changes.strangers] == ["ConfigMap/a"]


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("error: no such thing\n", "no such thing"),
        ("W1 warning\nError from server (Forbidden): no", "Error from server (Forbidden): no"),
        (
            'The X "a" is invalid: spec.s: Invalid value: {"a":{"b":1}}: field is immutable',
            'The X "a" is invalid: spec.s: field is immutable',
        ),
    ],
)
def test_the_servers_words_without_those_of_kubectl(printed: str, said: str):
    assert spoken(ClusterError(ToolError(["kubectl"], 1, printed), "other")) == said
