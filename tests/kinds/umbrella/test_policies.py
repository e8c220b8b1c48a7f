"""Admission policies: where they hold, what they say, and that the chart itself obeys."""

from __future__ import annotations

import json
import re

import pytest

from generator.errors import ToolError
from tests.kinds.data import DATABASE
from tests.kinds.rendering import build, problems
from tests.kinds.umbrella.shop import COMPONENTS, FULL, render

NAMES = ("images", "resources", "services", "tokens")


def test_hold_in_the_namespace_of_the_release_only(full):
    objects = render(full, release="blue")
    for name in NAMES:
        policy = objects.one("ValidatingAdmissionPolicy", f"shop-blue-shop-{name}")
        assert policy["spec"]["failurePolicy"] == "Fail"
        binding = objects.one("ValidatingAdmissionPolicyBinding", f"shop-blue-shop-{name}")["spec"]
        assert binding["policyName"] == policy["metadata"]["name"]
        assert binding["validationActions"] == ["Deny", "Audit"]
        assert binding["matchResources"] == {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}
        }


@pytest.mark.parametrize(("version", "there"), [("1.25", 0), ("1.29", 0), ("1.30", 8), ("1.37", 8)])
def test_need_kubernetes_1_30(full, version, there):
    kinds = [each["kind"] for each in render(full, kube_version=version).all]
    assert len([kind for kind in kinds if kind.startswith("ValidatingAdmission")]) == there


def test_know_the_registries_and_the_mirror(full):
    values = {"policies": {"registries": ["a.example.com"]}, "global": {"imageRegistry": "m.io"}}
    spec = render(full, values).one("ValidatingAdmissionPolicy", "shop-shop-images")["spec"]
    variables = {each["name"]: each["expression"] for each in spec["variables"]}
    assert variables["registries"] == '["a.example.com","m.io"]'


def test_any_registry_where_none_is_named(full):
    spec = render(full, {"policies": {"registries": []}}).one(
        "ValidatingAdmissionPolicy", "shop-shop-images"
    )["spec"]
    assert [each["message"] for each in spec["validations"]] == [
        "images need a version or a digest, and not latest"
    ]


def test_expressions_are_whole(full):
    """No template is left over, parentheses and quotes close, and every variable exists."""
    for each in render(full).all:
        if each["kind"] != "ValidatingAdmissionPolicy":
            continue
        known: set[str] = set()
        spec = each["spec"]
        for variable in spec.get("variables", ()):
            check(variable["expression"], known)
            known.add(variable["name"])
        for validation in spec["validations"]:
            check(validation["expression"], known)
            check(validation.get("messageExpression", ""), known)
            assert len(validation["message"]) < 100


def check(expression: str, known: set[str]) -> None:
    assert "{{" not in expression
    assert "\n" not in expression
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", expression)
    assert "'" not in bare
    for opening, closing in ("()", "[]"):
        assert bare.count(opening) == bare.count(closing), expression
    assert set(re.findall(r"variables\.(\w+)", expression)) <= known, expression


def test_refuse_registries_that_the_chart_itself_needs(tmp_path):
    policies = {"registries": ["registry.example.com"]}
    settings = {**FULL, "policies": policies}
    (message,) = problems(tmp_path, COMPONENTS, **settings)
    assert "would refuse images of the chart itself: docker.io/library/busybox" in message


def test_a_registry_is_a_whole_part_of_a_name(tmp_path):
    settings = {**FULL, "policies": {"registries": ["registry.example", "docker.io"]}}
    (message,) = problems(tmp_path, COMPONENTS, **settings)
    assert "registry.example.com/storefront" in message


def test_images_without_a_registry_are_dockers(tmp_path):
    components = {"app": {**COMPONENTS["storefront"], "image": "acme/app:1", "connects": []}}
    allowed = {"registries": ["docker.io/acme", "docker.io/library"]}
    assert build(tmp_path, components, policies=allowed)


def test_deny_and_warn_exclude_each_other(full):
    with pytest.raises(ToolError, match="Deny and Warn exclude each other"):
        render(full, {"policies": {"actions": ["Deny", "Warn"]}})


def test_accounts_with_a_token_are_known_by_the_name_that_was_chosen(tmp_path):
    built = build(tmp_path, {**COMPONENTS, "ledger": DATABASE}, policies={})

    def accounts(values=None, **options):
        policy = render(built, values, **options).one(
            "ValidatingAdmissionPolicy", "shop-shop-tokens"
        )
        variables = {each["name"]: each["expression"] for each in policy["spec"]["variables"]}
        return json.loads(variables["accounts"])

    assert accounts() == ["ledger"]
    assert accounts({"ledger": {"enabled": False}}) == ["ledger"]
    assert accounts({"ledger": {"serviceAccount": {"create": False, "name": "mine"}}}) == ["mine"]
    assert accounts({"ledger": {"fullnameOverride": "books"}}) == ["books"]


def test_names_of_the_cluster_stay_short_and_apart(full):
    def names(release):
        objects = render(full, release=release).all
        return [o["metadata"]["name"] for o in objects if o["kind"].startswith("Validating")]

    longest = names("a-release-with-a-name-as-long-as-helm-accepts-it-be")
    assert max(map(len, longest)) <= 63
    assert len(set(longest)) == len(NAMES)
    assert not set(longest) & set(names("a-release-with-a-name-as-long-as-helm-accepts-it-is"))
