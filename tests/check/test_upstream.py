from __future__ import annotations

from generator.check.chartfiles import read_chart
from generator.check.upstream import folded
from generator.findings import ERROR, NOTE, WARNING, Finding
from tests import needs

FOLDER = "charts/shop/charts/status"


def finding(rule: str, path: str = f"{FOLDER}/templates/a.yaml", subject: str = "Pod/a") -> Finding:
    return Finding(path=path, rule=rule, subject=subject, message="m")


def test_without_charts_of_others_nothing_changes():
    found = [finding("resources-set"), finding("restricted-pod-security")]
    assert list(folded(found, [])) == found


def test_what_stands_elsewhere_is_not_of_the_chart():
    found = [
        finding("resources-set", "charts/shop/charts/status-page/templates/a.yaml"),
        finding("resources-set", "charts/shop/templates/a.yaml"),
    ]
    assert list(folded(found, [FOLDER])) == found


def test_what_helm_and_kubernetes_refuse_stays_and_so_do_collisions():
    rules = ("kubernetes-schema", "crd-schema", "helm", "no-duplicate-objects")
    found = [finding(rule) for rule in (*rules, "defines-prefixed-and-once")]
    assert list(folded(found, [FOLDER])) == found


def test_remarks_become_one_note_with_the_first_of_each_rule():
    found = [
        finding("resources-set", subject="Pod/b"),
        finding("resources-set", subject="Pod/c"),
        finding("probes-present"),
        finding("template-deterministic"),
    ]
    assert list(folded(found, [FOLDER])) == [
        Finding(
            path=FOLDER,
            rule="upstream-chart",
            severity=NOTE,
            message="4 remarks of our rules on status, which is not generated: "
            "probes-present 1, resources-set 2, template-deterministic 1",
            hint="probes-present: Pod/a: m\nresources-set: Pod/b: m\n"
            "template-deterministic: Pod/a: m",
        )
    ]


def test_pods_that_are_refused_are_a_warning_beside_the_note():
    found = [finding("restricted-pod-security", subject=f"Pod/{name}") for name in "ba"]
    (warning,) = folded(found, [FOLDER])
    assert (warning.severity, warning.subject) == (WARNING, "Pod/a")
    assert warning.message == "m, and 1 more: the namespace refuses such pods"
    both = list(folded([*found, finding("resources-set")], [FOLDER]))
    assert [each.severity for each in both] == [WARNING, NOTE]
    assert ERROR not in {each.severity for each in both}


def test_the_dependency_of_a_subchart_is_that_of_its_folder(tmp_path):
    chart = tmp_path / "shop"
    entries = ("page, version: 1.0.0, alias: one", "page, version: 2.0.0, alias: two")
    lines = [f"  - {{name: {entry}, condition: {entry[-3:]}.enabled}}" for entry in entries]
    lines += ["annotations: {generator.dev/upstream: 'one, two'}"]
    for name in ("one", "two"):
        (chart / "charts" / name).mkdir(parents=True)
        (chart / "charts" / name / "Chart.yaml").write_text("name: page\nversion: 1.0.0\n")
        # Duplicate keys: Helm takes the last, and who could repair it is not here.
        (chart / "charts" / name / "values.yaml").write_text("a: 1\na: 2\n")
        (chart / "charts" / name / "values.schema.json").write_text("nothing that we read")
    head = "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n"
    (chart / "Chart.yaml").write_text(head + "\n".join(lines) + "\n")
    read = read_chart(chart, "charts/shop")
    assert read.upstream == {"one", "two"}
    assert [each.foreign for each in read.all] == [False, True, True]
    assert [read.subchart_key(each) for each in read.subcharts] == [
        ("one", "one.enabled"),
        ("two", "two.enabled"),
    ]


def test_charts_of_ours_have_none():
    assert read_chart(needs.ROOT / "charts" / "monitoring", "charts/monitoring").upstream == set()
