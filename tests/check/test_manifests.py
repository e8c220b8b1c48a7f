from __future__ import annotations

from generator.check.manifests import ManifestReader
from generator.findings import Finding

TWO = """---
# Source: shop/charts/web/templates/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: web
---
# Source: shop/templates/rbac.yaml
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reader
  labels:
    a: b
"""


def reader() -> ManifestReader:
    return ManifestReader(folder="charts/shop", namespace="here")


def test_objects_know_their_template_and_namespace():
    service, role = reader().read(TWO).objects
    assert (service.title, service.namespace) == ("Service/web", "here")
    assert service.path == "charts/shop/charts/web/templates/service.yaml"
    assert (role.namespace, role.group, role.labels) == (
        "",
        "rbac.authorization.k8s.io",
        {"a": "b"},
    )


def test_a_document_is_read_once():
    one = reader()
    assert one.read(TWO).objects == one.read(TWO).objects  # the very same: objects have no equality
    assert one.read(TWO.replace("web\n", "web2\n")).objects[1] is one.read(TWO).objects[1]


def test_what_is_switched_off_leaves_nothing():
    manifest = reader().read("---\n# Source: shop/templates/a.yaml\n\n---\n---\nnull\n")
    assert (manifest.objects, manifest.findings) == ((), ())


def test_three_dashes_inside_a_text_are_no_end():
    start = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    text = f"{start}data:\n  a: |\n    x\n    ---\n    y\n"
    (config,) = reader().read(text).objects
    assert config.data["data"]["a"] == "x\n---\ny\n"


def test_lists_are_their_items():
    text = """
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Secret, metadata: {name: a}}
  - {apiVersion: v1, kind: Secret, metadata: {name: b, namespace: there}}
"""
    first, second = reader().read(text).objects
    assert (first.name, second.name, second.namespace) == ("a", "b", "there")


def test_duplicate_keys_are_findings():
    text = "# Source: shop/templates/a.yaml\napiVersion: v1\nkind: Secret\nkind: Secret\n"
    assert reader().read(text).findings == (
        Finding(
            path="charts/shop/templates/a.yaml",
            rule="duplicate-key",
            message="'kind' is written twice in one map, in line 4 of the rendered document:"
            " 'kind: Secret'",
            hint="remove one of the two: Kubernetes would take the last",
        ),
    )


def test_documents_that_are_no_objects_are_findings():
    text = "a: 1\n---\n[1]\n---\napiVersion: v1\nkind: 1\n---\napiVersion: v1\nkind: A\n---\na: [\n"
    messages = [finding.message for finding in reader().read(text).findings]
    assert messages == [
        "apiVersion: missing",
        "apiVersion: missing",
        "kind: 1 is no text",
        "metadata.name: missing",
        "no valid YAML: did not find expected node content, in line 2 of the rendered document: ''",
    ]


def test_generated_names_have_their_beginning():
    (pod,) = reader().read("apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n").objects
    assert pod.name == "a-"
