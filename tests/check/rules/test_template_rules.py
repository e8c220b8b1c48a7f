"""The rules on templates: the snippets of their docstrings, and more that they must find or not."""

from __future__ import annotations

from types import ModuleType

import pytest

from generator.check.rules import TEMPLATE_RULES, check_templates
from generator.check.sources import ChartSources, Source
from tests.check.rules.test_rules import snippet


def sources(*texts: str, charts: tuple[str, ...] = ("chart",)) -> ChartSources:
    files = [
        Source(path=f"templates/{number}.yaml", charts=charts, text=text)
        for number, text in enumerate(texts)
    ]
    return ChartSources(chart="chart", files=tuple(files))


def said(rule_id: str, *texts: str, charts: tuple[str, ...] = ("chart",)) -> list[str]:
    return [
        mistake.message for mistake in TEMPLATE_RULES[rule_id].check(sources(*texts, charts=charts))
    ]


@pytest.mark.parametrize("rule_id", TEMPLATE_RULES)
def test_snippets_of_the_docstring(rule_id):
    rule = TEMPLATE_RULES[rule_id]
    assert isinstance(rule, ModuleType)
    assert said(rule_id, snippet(rule, "Good")) == []
    assert len(said(rule_id, snippet(rule, "Bad"))) == 1


@pytest.mark.parametrize(
    "name",
    [
        *("randAlpha", "randAlphaNum", "randAscii", "randBytes", "randInt", "randNumeric"),
        *("now", "ago", "shuffle", "uuidv4", "htpasswd", "bcrypt", "encryptAES", "getHostByName"),
        *("genCA", "genCAWithKey", "genPrivateKey", "genSelfSignedCert", "genSignedCertWithKey"),
    ],
)
def test_what_is_never_the_same_twice(name):
    assert said("template-deterministic", f"{{{{ {name} 1 | quote }}}}") != []
    assert said("template-deterministic", f"{{{{ print ({name}) }}}}") != []


@pytest.mark.parametrize(
    "text",
    ["{{ .Values.now }}", '{{ "now" }}', "{{/* now */}}", "now", "{{ $now }}", "{{ nowhere }}"],
)
def test_what_only_looks_like_it(text):
    assert said("template-deterministic", text) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('{{ lookup "apps/v1" "Deployment" "a" "b" }}', 0),
        ('{{ (lookup "v1" "ConfigMap" "a" "b").data }}', 1),
        ('{{ lookup "v1" $kind "a" "b" }}', 1),
        ('{{ or (lookup "apps/v1" "StatefulSet" "a" "b") (lookup "v1" "Secret" "a" "b") }}', 1),
        ("{{ .Values.lookup }}", 0),
    ],
)
def test_lookups(text, count):
    assert len(said("lookup-only-for-replicas", text)) == count


def test_defines_of_subcharts_may_name_the_umbrella():
    text = '{{ define "umbrella.web.labels" }}{{ end }}{{ define "web.name" }}{{ end }}'
    assert said("defines-prefixed-and-once", text, charts=("umbrella", "web")) == []
    assert said("defines-prefixed-and-once", text, charts=("umbrella", "app")) != []


def test_a_define_twice_says_where_the_other_is():
    text = '\n{{ define "chart.a" }}{{ end }}'
    assert said("defines-prefixed-and-once", text, text) == [
        "'chart.a' is defined in templates/0.yaml:2 too"
    ]


def test_exemptions_need_a_reason():
    text = "{{/* generator.dev/allow-template-deterministic:%s*/}}{{ now }}"
    (with_reason,) = check_templates(sources(text % " a demo "))
    assert (with_reason.severity, with_reason.message) == (
        "note",
        "now gives another text each time (allowed: a demo)",
    )
    (without,) = check_templates(sources(text % " "))
    assert without.severity == "error"
    (finding,) = check_templates(sources("\n  {{ now }}"))
    assert (finding.line, finding.col) == (2, 3)
