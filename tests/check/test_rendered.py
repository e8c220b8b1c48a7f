from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from generator.check import kubernetes, rendered
from generator.check.occasions import Occasion
from generator.check.rendered import Prover
from generator.errors import ToolError

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {a: b}\n"


class FakeHelm:
    """Answers with the text for a Kubernetes version, and keeps what it was asked."""

    def __init__(self, **texts: str) -> None:
        self.texts = texts
        self.asked: list[dict[str, Any]] = []

    def template(self, chart: Path, **options: Any) -> str:
        self.asked.append({"chart": chart, **options})
        text = self.texts["v" + options["kube_version"].replace(".", "_")]
        if text.startswith("Error"):
            raise ToolError(["helm"], 1, text)
        return text


def prover(helm: FakeHelm) -> Prover:
    return Prover(
        helm=helm,  # type: ignore[arg-type]
        chart=Path("/p/charts/shop"),
        name="shop",
        shown="charts/shop",
        release="shop",
        namespace="here",
        api_versions=("cert-manager.io/v1",),
        existing=None,
    )


def on(version: str, environment: str = "dev") -> Occasion:
    return Occasion(environment=environment, kube_version=version)


def test_helm_is_asked_for_the_chart_with_all_that_its_templates_want():
    helm = FakeHelm(v1_31=CONFIG % "a")
    outcome = prover(helm).prove(on("1.31"), [Path("/v.yaml")])
    assert helm.asked == [
        {
            "chart": Path("/p/charts/shop"),
            "release": "shop",
            "namespace": "here",
            "values": [Path("/v.yaml")],
            "kube_version": "1.31",
            "api_versions": ("cert-manager.io/v1",),
            "schemas": True,
            "without": (),
        }
    ]
    assert (outcome.objects, outcome.text) == (1, CONFIG % "a")
    assert [finding.rule for finding in outcome.findings] == ["labels-complete"]


def test_what_is_known_of_an_object_is_not_asked_again(monkeypatch):
    asked = SimpleNamespace(schemas=[], rules=[], together=0)

    def schemas(obj, version):
        asked.schemas.append((obj.name, version))
        return ()

    def together(_):
        asked.together += 1
        return iter(())

    monkeypatch.setattr(kubernetes, "check", schemas)
    monkeypatch.setattr(rendered, "check_object", lambda obj: asked.rules.append(obj.name) or ())
    monkeypatch.setattr(rendered, "check_rendering", together)
    both = f"{CONFIG % 'a'}---\n{CONFIG % 'b'}"
    one = prover(FakeHelm(v1_25=CONFIG % "a", v1_31=both, v1_37=both))
    for version in ("1.25", "1.31", "1.37"):
        one.prove(on(version), ())
    one.prove(on("1.37", "production"), ())
    assert asked.rules == ["a", "b"]
    assert asked.schemas == [
        ("a", "1.25"),
        ("a", "1.31"),
        ("b", "1.31"),
        ("a", "1.37"),
        ("b", "1.37"),
    ]
    assert asked.together == 2


def test_a_chart_that_does_not_render_is_a_finding():
    helm = FakeHelm(v1_31="Error: execution error at (shop/templates/a.yaml:1:3): no\n")
    outcome = prover(helm).prove(on("1.31"), ())
    assert (outcome.objects, outcome.text) == (0, "")
    (finding,) = outcome.findings
    assert (finding.place, finding.message) == ("charts/shop/templates/a.yaml:1:4", "no")


def test_of_what_cannot_be_read_no_references_are_missed():
    unread = "apiVersion: v1\nkind: Service\nkind: Service\nmetadata: {name: web}\n"
    hpa = (
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n"
        "spec: {maxReplicas: 1, scaleTargetRef: {kind: Deployment, name: a}}\n"
    )
    outcome = prover(FakeHelm(v1_31=f"{unread}---\n{hpa}")).prove(on("1.31"), ())
    assert {finding.rule for finding in outcome.findings} == {"duplicate-key", "labels-complete"}


class Refusing:
    """A chart of which each of some subcharts refuses its values, deepest first, like Helm."""

    def __init__(self, *subcharts: str, umbrella: bool = False) -> None:
        self.subcharts, self.umbrella = subcharts, umbrella
        self.asked = 0

    def template(self, chart: Path, **options: Any) -> str:
        self.asked += 1
        for name in self.subcharts:
            if name not in options["without"]:
                place = f"shop/charts/{name}/templates/validate.yaml:9:4"
                words = f"execution error at ({place}): {name}: no\n{name}: nor this"
                raise ToolError(["helm"], 1, f"Error: {words}\n\nUse --debug flag\n")
        if self.umbrella:
            place = "shop/templates/validate.yaml:3:4"
            raise ToolError(["helm"], 1, f"Error: execution error at ({place}): not so\n")
        return CONFIG % "a"


def test_what_each_subchart_refuses_is_said_at_once():
    outcome = prover(Refusing("api", "web")).prove(on("1.31"), [])  # type: ignore[arg-type]
    assert [each.message for each in outcome.findings] == [
        "api: no",
        "api: nor this",
        "web: no",
        "web: nor this",
    ]
    assert outcome.text == ""


def test_what_the_umbrella_refuses_without_a_subchart_is_not_believed():
    outcome = prover(Refusing("api", umbrella=True)).prove(on("1.31"), [])  # type: ignore[arg-type]
    assert [each.message for each in outcome.findings] == ["api: no", "api: nor this"]


def test_a_refusal_that_stays_is_said_once():
    helm = Refusing(umbrella=True)
    outcome = prover(helm).prove(on("1.31"), [])  # type: ignore[arg-type]
    assert [each.message for each in outcome.findings] == ["not so"]
    assert helm.asked == 1
