from __future__ import annotations

from pathlib import Path

import pytest

from generator.check.helmwords import lint_findings, template_failure
from generator.errors import ToolError
from generator.tools.helm import LintMessage

# What Helm 4.3 and Helm 3.17 print.
FAILURES = [
    (
        "Error: execution error at (shop/charts/web/templates/validate.yaml:3:4): web.image is"
        " needed\n"
        "\nUse --debug flag to render out invalid YAML\n",
        "charts/shop/charts/web/templates/validate.yaml:3:5",
        "web.image is needed",
    ),
    (
        'Error: template: shop/templates/a.yaml:2:10: executing "shop/templates/a.yaml" at'
        ' <include "x" .>: error calling include: template: shop/templates/_helpers.tpl:12:3:'
        ' executing "x" at <.Values.no.such>: nil pointer evaluating interface {}.such\n',
        "charts/shop/templates/_helpers.tpl:12:4",
        "at <.Values.no.such>: nil pointer evaluating interface {}.such",
    ),
    (
        'Error: shop/templates/a.yaml:2:10\n  executing "shop/templates/a.yaml" at <include "x"'
        ' .>:\n    error calling include:\nshop/templates/_helpers.tpl:12:3\n  executing "x" at'
        " <.Values.no.such>:\n    nil pointer evaluating interface {}.such\n",
        "charts/shop/templates/_helpers.tpl:12:4",
        "at <.Values.no.such>: nil pointer evaluating interface {}.such",
    ),
    (
        'Error: parse error at (shop/templates/a.yaml:32): function "nosuch" not defined\n',
        "charts/shop/templates/a.yaml:32:1",
        'function "nosuch" not defined',
    ),
    (
        "Error: YAML parse error on shop/templates/a.yaml: error converting YAML to JSON: yaml:"
        " line 5: did not find expected key\n",
        "charts/shop/templates/a.yaml",
        "error converting YAML to JSON: yaml: line 5: did not find expected key",
    ),
    (
        "Error: chart requires kubeVersion: >=1.26.0-0 which is incompatible with v1.25.0",
        "charts/shop",
        "chart requires kubeVersion: >=1.26.0-0 which is incompatible with v1.25.0",
    ),
    (
        "Error: open /tmp/shop/templates/a.yaml: permission denied",
        "charts/shop",
        "open /tmp/shop/templates/a.yaml: permission denied",
    ),
]


@pytest.mark.parametrize(("output", "place", "message"), FAILURES, ids=[f[2] for f in FAILURES])
def test_where_and_why_helm_did_not_render(output, place, message):
    error = ToolError(["helm", "template"], 1, output)
    (finding,) = template_failure(error, "shop", "charts/shop")
    assert (finding.place, finding.message, finding.rule) == (place, message, "helm")


def test_each_thing_that_a_chart_refuses_is_a_finding():
    output = (
        "Error: execution error at (shop/charts/web/templates/validate.yaml:9:4): web: port is"
        " 0\nweb: image.tag is missing\n\nUse --debug flag to render out invalid YAML\n"
    )
    found = template_failure(ToolError(["helm", "template"], 1, output), "shop", "charts/shop")
    place = "charts/shop/charts/web/templates/validate.yaml:9:5"
    assert [(each.place, each.message) for each in found] == [
        (place, "web: port is 0"),
        (place, "web: image.tag is missing"),
    ]


def test_what_others_refuse_in_several_lines_is_one_finding():
    output = "Error: execution error at (shop/charts/web/templates/NOTES.txt:9:4): oh\n  no: x\n"
    found = template_failure(ToolError(["helm", "template"], 1, output), "shop", "charts/shop")
    assert [each.message for each in found] == ["oh no: x"]


def test_lint_says_warnings_and_errors_but_no_advice():
    def message(severity: str, place: str, text: str) -> LintMessage:
        return LintMessage(chart=Path("/x/shop"), severity=severity, place=place, text=text)

    messages = (
        message("INFO", "Chart.yaml", "icon is recommended"),
        message("WARNING", "templates/", "directory not found"),
        message("ERROR", "templates/", "shop/templates/a.yaml:2:0: bad"),
        message("ERROR", "", "nothing to lint"),
    )
    found = [(f.place, f.message, f.severity) for f in lint_findings(messages, "shop", "c/shop")]
    assert found == [
        ("c/shop/templates", "directory not found", "error"),
        ("c/shop/templates/a.yaml:2:1", "bad", "error"),
        ("c/shop", "nothing to lint", "error"),
    ]
