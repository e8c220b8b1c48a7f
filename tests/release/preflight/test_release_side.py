"""Checks of the release itself: Secrets, conflicts, owners, what cannot change, what is pending."""

from __future__ import annotations

from typing import Any

import pytest

from generator.release.changes import CHANGED, CREATED, REPLACED, ObjectChange
from generator.release.difference import Change
from generator.release.history import History, Revision
from generator.release.ownership import Owner
from generator.release.preflight import CHECKS
from tests.release.preflight.stage import (
    changes,
    made,
    messages,
    rendered,
    said,
    scene,
    secret,
    workload,
)

VALUE = "Zq8vT1yLx0mNw4Rk"


def test_each_way_in_which_a_secret_is_wrong():
    given = scene(
        keys={
            "app": dict.fromkeys(("good", "short", "empty", "template", "gone"), 16),
            "missing": {"password": 16, "slack-url": 16},
        },
        secrets=(
            secret("app", good=VALUE, short="abc", empty="", template="your-password-goes-here"),
        ),
    )
    assert messages("secrets", given) == [
        "error: Secret/app: short: is shorter than 16 characters",
        "error: Secret/app: empty: is empty",
        "error: Secret/app: template: is a placeholder",
        "error: Secret/app: gone: the Secret has no such key",
        "error: Secret/missing: there is no Secret 'missing' in shop, with password, slack-url",
    ]
    create = said("secrets", given)[-1].hint
    assert create == (
        "kubectl create secret generic missing --namespace shop"
        ' --from-literal=password="$(openssl rand -base64 24)"'
        " --from-literal=slack-url='<slack-url>'"
    )


@pytest.mark.parametrize(
    "value",
    [
        "changeme-changeme-1",
        "CHANGE_ME_IN_PRODUCTION",
        "<your key here 12>",
        "xxxxxxxxxxxxxxxxxxxx",
    ],
)
def test_placeholders_are_refused_and_never_told(value: str):
    given = scene(keys={"app": {"key": 16}}, secrets=(secret("app", key=value),))
    (found,) = said("secrets", given)
    assert found.message == "key: is a placeholder"
    assert value not in f"{found.message}{found.hint}"


def test_where_length_does_not_matter_presence_does():
    given = scene(
        keys={"app": {"a": 0, "b": 0}}, secrets=(secret("app", a="your-laptop-password"),)
    )
    assert messages("secrets", given) == ["error: Secret/app: b: the Secret has no such key"]


def test_the_namespace_is_made_once_before_its_secrets():
    given = scene(keys={"a": {"k": 0}, "b": {"k": 0}}, namespace=None)
    hints = [one.hint or "" for one in said("secrets", given)]
    assert [hint.count("create namespace shop") for hint in hints] == [1, 0]


def test_secrets_that_may_not_be_read_are_the_business_of_rights():
    assert messages("secrets", scene(keys={"a": {"k": 16}}, secrets=None)) == []


IMAGE = Change(
    steps=("spec", "template", "spec", "containers", (("name", "app"),), "image"),
    what="changed",
    before="app:2",
    after="app:1",
)


def changed(action: str = CHANGED, **parts: Any) -> ObjectChange:
    return ObjectChange(
        action=action,
        api_version="apps/v1",
        kind="Deployment",
        namespace="shop",
        name="app",
        path="charts/shop/templates/deployment.yaml",
        **parts,
    )


def test_helm_4_stops_at_an_image_that_someone_set():
    one = changed(fields=(IMAGE,), taken={Owner(manager="kubectl-set"): (f".{IMAGE.path}",)})
    (found,) = said("conflicts", scene(changes=changes(one)))
    assert found.severity == "error"
    assert found.message == (
        "`kubectl set` wrote spec.template.spec.containers[name=app].image"
        " (app:2 there, app:1 here); Helm would stop there with a conflict"
    )
    assert found.hint == (
        "python -m generator deploy -e staging --chart shop --take-image"
        "    # keep the image that runs\n"
        "python -m generator deploy -e staging --chart shop --force-conflicts"
        "    # take what is here"
    )


def test_helm_3_writes_over_it():
    one = changed(
        fields=(IMAGE,), taken={Owner(manager="kubectl", subresource="scale"): (".spec.replicas",)}
    )
    assert messages("conflicts", scene(changes=changes(one, server_side=False))) == [
        "warning: Deployment/app: `kubectl scale` wrote spec.replicas, and this upgrade writes over"
        " it"
    ]


def test_what_cannot_be_changed_comes_with_its_recipe():
    one = changed(
        REPLACED,
        fields=(
            IMAGE,
            Change(
                steps=("spec", "selector", "matchLabels", "a"),
                what="changed",
                before="b",
                after="c",
            ),
        ),
        refused="spec.selector: field is immutable",
        recipe=("kubectl delete deployment app --cascade=orphan",),
    )
    (found,) = said("immutable", scene(changes=changes(one)))
    assert found.message == (
        "cannot be changed in place (spec.selector.matchLabels.a): spec.selector: field is"
        " immutable"
    )
    assert found.hint == "kubectl delete deployment app --cascade=orphan"
    assert said("refused", scene(changes=changes(one))) == []


def test_what_the_api_server_refuses():
    one = changed(CREATED, refused='strict decoding error: unknown field "spec.x"')
    assert messages("refused", scene(changes=changes(one))) == [
        "error: Deployment/app: the API server refuses it: strict decoding error: unknown field"
        ' "spec.x"'
    ]
    assert messages("refused", scene(changes=changes(one, server_side=False))) == [
        "warning: Deployment/app: the API server refuses it: strict decoding error: unknown field"
        ' "spec.x"'
    ]


def test_a_namespace_that_is_not_there():
    given = scene(
        made("Role", "r", "rbac.authorization.k8s.io/v1", metadata={"namespace": "elsewhere"}),
        changes=changes(asked=False),
        homeless=frozenset({"elsewhere"}),
    )
    assert [(one.rule, one.severity) for one in said("refused", given)] == [
        ("refused", "error"),
        ("not-asked", "note"),
    ]


@pytest.mark.parametrize(
    ("annotations", "label", "message"),
    [
        (
            {"meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "shop"},
            "Helm",
            None,
        ),
        (
            {"meta.helm.sh/release-name": "blog", "meta.helm.sh/release-namespace": "b"},
            "Helm",
            "error: Deployment/app: belongs to the release 'blog' in b",
        ),
        (
            {},
            "x",
            "error: Deployment/app: is there already, and Helm did not make it but kubectl-create",
        ),
    ],
)
def test_whose_an_object_is(annotations: dict[str, str], label: str, message: str | None):
    live = workload("Deployment", "app")
    live["metadata"] |= {
        "annotations": annotations,
        "labels": {"app.kubernetes.io/managed-by": label},
        "managedFields": [{"manager": "kubectl-create"}],
    }
    strangers = rendered(workload("Deployment", "app"))
    given = scene(changes=changes(live=(live,), strangers=strangers))
    assert messages("ownership", given) == ([message] if message else [])


def revision(number: int, status: str) -> Revision:
    one = Revision(number=number, status=status, namespace="shop", packed="")
    one.__dict__["record"] = {"info": {"description": "it broke", "last_deployed": "2026-01-01"}}
    return one


def test_a_release_that_is_stuck():
    history = History(revisions=(revision(3, "deployed"), revision(4, "pending-upgrade")))
    (found,) = said("pending", scene(history=history))
    assert found.message == (
        "is pending-upgrade since 2026-01-01: another deployment runs, or one was cut off;"
        " revision 3 ran before it"
    )
    assert "--recover" in str(found.hint)


def test_a_release_that_failed_or_is_fine():
    failed = History(revisions=(revision(1, "deployed"), revision(2, "failed")))
    assert messages("pending", scene(history=failed)) == [
        "warning: shop, revision 2: the last attempt failed: it broke"
    ]
    assert messages("pending", scene(history=History(revisions=(revision(1, "deployed"),)))) == []
    assert messages("pending", scene()) == []


@pytest.mark.parametrize(("kib", "found"), [(100, []), (800, ["note"]), (1000, ["error"])])
def test_the_release_fits_into_its_secret(kib: int, found: list[str]):
    assert [one.severity for one in said("release-size", scene(size=kib * 1024))] == found


def test_every_check_passes_over_an_empty_release():
    assert {name: said(name, scene(nodes=(), pods=())) for name in CHECKS} == {
        name: [] for name in CHECKS
    }
