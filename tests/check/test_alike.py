"""Rendering a part and completing it gives what rendering all gives; where it may not, all is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.check.alike import Keys, alike, apart, completed, same
from generator.check.chartfiles import YamlFile, read_chart
from generator.check.charts import ChartTarget, Report, check_charts
from generator.check.sources import read_sources
from generator.tools import helm
from generator.tools.helm import Helm
from tests import needs

PLATFORMS = (
    (needs.ROOT, "bookedbarber"),
    (needs.ROOT, "monitoring"),
    *(
        (path.parent.parent.parent, path.parent.name)
        for path in sorted(needs.ROOT.glob("examples/*/charts/*/Chart.yaml"))
    ),
)
ENVIRONMENTS = ("dev", "staging", "production")

Files = Mapping[str, str]
Make = Callable[..., Path]


@pytest.fixture(params=[4, 3], ids=["helm4", "helm3"])
def program(request: pytest.FixtureRequest) -> Helm:
    return helm.find(needs.helm(request.param), project=Path("/nowhere"))


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A chart `shop` with the subcharts `api` and `web`; `files` are added or replaced."""

    def write(files: Files | None = None, **chart: Any) -> Path:
        dependencies = [
            {"name": name, "version": "1.0.0", "condition": f"{name}.enabled"}
            for name in ("api", "web")
        ]
        about = {"apiVersion": "v2", "version": "1.0.0"}
        known = {
            "Chart.yaml": yaml.safe_dump(
                {**about, "name": "shop", "dependencies": dependencies} | chart
            ),
            "values.yaml": "api: {enabled: true}\nweb: {enabled: true}\nbanner: hello\n",
            "templates/own.yaml": config("shop", "banner: {{ .Values.banner }}"),
        }
        for name in ("api", "web"):
            known[f"charts/{name}/Chart.yaml"] = yaml.safe_dump({**about, "name": name})
            known[f"charts/{name}/values.yaml"] = "size: 1\n"
            known[f"charts/{name}/templates/config.yaml"] = config(name, "size: {{ .Values.size }}")
        for path, text in (known | dict(files or {})).items():
            file = tmp_path / "shop" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return tmp_path / "shop"

    return write


def config(name: str, data: str) -> str:
    return (
        f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  {data} # of {name}\n"
    )


def keys_of(folder: Path) -> frozenset[str]:
    return frozenset(apart(read_chart(folder, "shop"), read_sources(folder, "shop")))


def overlay(**data: Any) -> tuple[YamlFile, ...]:
    return (YamlFile(shown="values.yaml", text="", data=data),)


def documents(text: str) -> list[str]:
    return sorted(part.strip() for part in text.split("---\n") if part.strip())


@pytest.mark.parametrize(("root", "name"), PLATFORMS, ids=lambda value: str(value).split("/")[-1])
def test_the_charts_of_this_repository_are_completed_to_what_helm_renders_in_full(
    root: Path, name: str, program: Helm
) -> None:
    folder = root / "charts" / name
    files, sources = read_chart(folder, name), read_sources(folder, name)
    keys = apart(files, sources)

    def render(environment: str, *without: str) -> str:
        values = root / "values" / environment / f"{name}.yaml"
        return program.template(
            folder,
            release=name,
            namespace=name,
            values=(values,) if values.exists() else (),
            kube_version="1.34",
            api_versions=sources.api_versions,
            without=without,
        )

    def said(environment: str) -> tuple[YamlFile, ...]:
        values = root / "values" / environment / f"{name}.yaml"
        return overlay(**yaml.safe_load(values.read_text())) if values.exists() else ()

    first = render(ENVIRONMENTS[0])
    for environment in ENVIRONMENTS[1:]:
        # Also those that differ here: switched off and on again, none may touch another.
        here = alike(keys, said(ENVIRONMENTS[0]), said(environment))
        part = render(environment, *here)
        assert documents(completed(part, first, here)) == documents(render(environment))
    assert documents(completed(render(ENVIRONMENTS[0], *keys), first, keys)) == documents(first)


def test_not_all_subcharts_are_read_by_the_umbrella() -> None:
    found = {name: keys_of(root / "charts" / name) for root, name in PLATFORMS}
    assert found["monitoring"] == {"blackbox", "kube-state-metrics", "prometheus"}
    assert found["tracking"] >= {"carrier-sync", "geocoder", "nightly-report"}
    assert found["bookedbarber"] == frozenset()  # its routes and its preflight name each of them


def test_some_subcharts_of_the_monitoring_are_rendered_once() -> None:
    folder = needs.ROOT / "charts" / "monitoring"
    subcharts = apart(read_chart(folder, "monitoring"), read_sources(folder, "monitoring"))
    dev, staging, production = (
        overlay(**yaml.safe_load((needs.ROOT / f"values/{name}/monitoring.yaml").read_text()))
        for name in ENVIRONMENTS
    )
    assert alike(subcharts, production, dev) == {"blackbox", "kube-state-metrics"}
    assert alike(subcharts, production, staging) == {"blackbox", "kube-state-metrics"}


GUARD = """\
{{ if and .Values.api.enabled (gt (int .Values.web.size) 1) }}
{{ fail (printf "api can't bear a web of size %v" .Values.web.size) }}
{{ end }}
"""


def test_a_guard_refuses_in_each_environment_what_it_must(
    make: Make, tmp_path: Path, program: Helm
) -> None:
    """Though `api` is the same everywhere, it is what the guard asks for."""
    folder = make({"templates/validate.yaml": GUARD})
    assert keys_of(folder) == {"api", "web"}
    report = prove(
        folder,
        program,
        tmp_path,
        first={"web": {"size": 2}},
        second={"web": {"colour": "red"}},
        third={},
    )
    assert [each.message for each in report.findings if each.rule == "helm"] == [
        "api can't bear a web of size 2 (in first)"
    ]
    assert [each.objects for each in report.renderings] == [3, 3]  # where it does not refuse


def test_only_what_differs_is_rendered_again(make: Make, tmp_path: Path, program: Helm) -> None:
    folder, asked = make(), []

    class Listening(Helm):
        def template(self, *args: Any, **options: Any) -> str:
            asked.append((len(options["values"]), frozenset(options["without"])))
            return super().template(*args, **options)

    report = prove(
        folder,
        Listening(path=program.path, version=program.version),
        tmp_path,
        first={"global": {"x": 1}},
        second={"web": {"size": 3}},
        third={"web": {"size": 2}},
        fourth={"web": {"size": 2}},
    )
    assert sorted(asked, key=str) == [(1, frozenset()), (1, frozenset()), (1, frozenset({"api"}))]
    assert [each.objects for each in report.renderings] == [3, 3, 3, 3]
    assert len({each.bytes for each in report.renderings}) == 1


def test_findings_are_those_of_full_renderings(
    make: Make, tmp_path: Path, program: Helm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among them one in a subchart that is not rendered again, in an environment of its own."""
    latest = "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Release.Name }}-%s}\nspec:\n"
    latest += "  containers: [{name: a, image: 'x:{{ .Values.tag }}', ports: [{name: BAD}]}]\n"
    names = ("api", "web")
    folder = make({f"charts/{name}/templates/pod.yaml": latest % name for name in names})
    environments = {
        "first": {"api": {"tag": "latest", "enabled": False}, "web": {"tag": "1"}},
        "second": {"api": {"tag": "latest"}, "web": {"tag": "latest"}},
        "third": {"api": {"tag": "latest"}, "web": {"tag": "1"}},
    }
    found = prove(folder, program, tmp_path, **environments)
    assert keys_of(folder) == {"api", "web"}
    monkeypatch.setattr("generator.check.charts.apart", lambda *_: {})
    all_rendered = prove(folder, program, tmp_path, **environments)
    assert found.findings == all_rendered.findings
    assert found.objects == all_rendered.objects
    assert found.release_bytes == all_rendered.release_bytes
    assert any("in second" in each.message for each in found.findings)


def test_what_helm_refuses_without_a_subchart_is_rendered_in_full(
    make: Make, tmp_path: Path, program: Helm
) -> None:
    schema = '{"properties": {"api": {"properties": {"enabled": {"const": true}}}}}'
    folder = make({"values.schema.json": schema})
    assert "api" in keys_of(folder)
    report = prove(folder, program, tmp_path, first={}, second={"web": {"size": 2}})
    assert [each.objects for each in report.renderings] == [3, 3]
    assert not [each for each in report.findings if each.rule == "helm"]


def test_what_helm_refuses_in_full_is_said(make: Make, tmp_path: Path, program: Helm) -> None:
    fails = '{{ if gt (int .Values.size) 1 }}{{ fail "too large" }}{{ end }}'
    folder = make({"charts/web/templates/validate.yaml": fails})
    wrong = {"web": {"size": 2}}
    some = prove(folder, program, tmp_path, first={}, second=wrong)
    assert [e.message for e in some.findings if e.rule == "helm"] == ["too large (in second)"]
    both = prove(folder, program, tmp_path, first=wrong, second={**wrong, "api": {"size": 7}})
    assert [e.message for e in both.findings if e.rule == "helm"] == ["too large"]


def prove(folder: Path, program: Helm, root: Path, **environments: Any) -> Report:
    values = {}
    for name, data in environments.items():
        values[name] = (root / f"{name}.yaml",)
        values[name][0].write_text(yaml.safe_dump(data))
    target = ChartTarget(path=folder, release="shop", namespace="shop", environments=values)
    return check_charts([target], program, kube_versions=("1.34",), root=root, linted=False)


def test_nothing_looks_into_the_subcharts_of_the_plain_chart(make: Make) -> None:
    assert keys_of(make()) == {"api", "web"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("{{ .Values.api.size }}", {"web"}),
        ("{{ $.Values.api.size }}", {"web"}),
        ('{{ index .Values "api" "size" }}', {"web"}),
        ('{{ (get .Values "api").size }}', {"web"}),
        ('{{ if hasKey .Values "api" }}1{{ end }}', {"web"}),
        ("{{ with .Values.api }}{{ .size }}{{ end }}", {"web"}),
        ("{{ range .Values.list }}{{ . }}{{ end }}", {"api", "web"}),
        ("{{ .Values.banner | quote }} $ {{ 1.5 }}", {"api", "web"}),
        ('{{ regexMatch "^a.$" .Values.banner }}', {"api", "web"}),
        (
            '{{ define "shop.x" }}{{ .Values.banner }}{{ end }}{{ include "shop.x" . }}',
            {"api", "web"},
        ),
        ('{{ define "shop.x" }}{{ .Values.web.size }}{{ end }}{{ include "shop.x" $ }}', {"api"}),
        ("{{/* .Values.api */}}", {"api", "web"}),
        ("{{ .Values | toYaml }}", set()),
        ("{{ $all := .Values }}{{ $all.api.size }}", set()),
        ('{{ index .Values .Values.banner "size" }}', set()),
        ("{{ toYaml . }}", set()),
        ("{{ with .Values.list }}{{ else }}{{ toYaml . }}{{ end }}", set()),
        ("{{ with .Values.list }}{{ toYaml $ }}{{ end }}", set()),
        ("{{ $top := . }}{{ $top.Release.Name }}", set()),
        ('{{ include "shop.x" (dict "top" $) }}', set()),
        ('{{ index . "Values" "api" }}', set()),
        ("{{ .Subcharts.api.Values.size }}", set()),
        ('{{ tpl "{{ .Values.api.size }}" . }}', set()),
        ("{{ include .Values.banner . }}", set()),
        ('{{ include "shop/charts/api/templates/config.yaml" . }}', set()),
        ('{{ include (print $.Template.BasePath "/own.yaml") . | sha256sum }}', {"api", "web"}),
        ('{{ include (printf "%s.x" .Values.banner) . }}', set()),
        ('{{ if .Values.api.no }}{{ fail "no" }}{{ end }}', {"api", "web"}),
        ("{{ if .Values.api.no }}so: {{ fail .Values.web.no }}{{- end -}}", {"api", "web"}),
        (
            '{{ $no := list }}{{ if .Values.api.no }}{{ $no = append $no "no" }}{{ end }}'
            '{{ if $no }}{{ fail (join "" $no) }}{{ end }}',
            {"api", "web"},
        ),
        (  # and one more in another block
            '{{ $no := list }}{{ if .Values.api.no }}{{ $no = append $no "no" }}{{ end }}'
            '{{ range .Values.web.list }}{{ $no = append $no "no" }}{{ end }}'
            '{{ if $no }}{{ fail (join "" $no) }}{{ end }}',
            {"api"},
        ),
        (  # how many refusals there are is printed
            '{{ $no := list }}{{ if .Values.api.no }}{{ $no = append $no "no" }}{{ end }}'
            "{{ len $no }}",
            {"web"},
        ),
        ("{{ $no := list }}{{ if .Values.api.no }}{{ $no = append $yes 1 }}{{ end }}", {"web"}),
        ('{{ if .Values.api.no }}{{ fail "no" }}{{ else }}1{{ end }}', {"web"}),
        ('{{ if .Values.api.no }}{{ required "no" .Values.no }}{{ end }}', {"web"}),
        ("{{ if .Values.api.no }}{{ failed }}{{ end }}", {"web"}),
        ('{{ if .Values.api.no }}{{ fail "no" }}{{ end }}{{ .Values.web.size }}', {"api"}),
        ('{{ if .Values.list }}{{ if .Values.api.no }}{{ fail "no" }}{{ end }}{{ end }}', {"web"}),
        (
            '{{ with .Values.list }}{{ if .api.no }}{{ fail "no" }}{{ end }}{{ end }}',
            {"api", "web"},
        ),
        ('{{ range .Values.api }}{{ if .no }}{{ fail "no" }}{{ end }}{{ end }}', {"web"}),
        (
            "{{ if .Values.list }}1{{ else }}"
            '{{ if .Values.api.no }}{{ fail "no" }}{{ end }}{{ end }}',
            {"web"},
        ),
        ("{{ if eq .Values.all 1 }}{{ fail (toYaml .Values) }}{{ end }}", set()),
        ('{{ define "x" }}{{ if .Values.api.no }}{{ fail "no" }}{{ end }}{{ end }}', {"web"}),
    ],
)
def test_templates_of_the_umbrella_that_look_into_subcharts(
    make: Make, text: str, left: set[str]
) -> None:
    assert keys_of(make({"templates/raw.yaml": f"# {text}\n"})) == left


@pytest.mark.parametrize(
    ("helpers", "left"),
    [
        ({"api": '{{ define "api.x" }}1{{ end }}', "web": ""}, {"api", "web"}),
        ({"api": '{{ define "api.x" }}1{{ end }}', "web": '{{ include "api.x" . }}'}, set()),
        ({"api": '{{ define "x" }}1{{ end }}', "web": '{{ define "x" }}2{{ end }}'}, set()),
        ({"api": "{{ tpl .Values.size . }}", "web": ""}, set()),
        ({"api": "{{ toYaml . }}{{ .Values | toYaml }}", "web": ""}, {"api", "web"}),
    ],
)
def test_subcharts_that_share_helpers(make: Make, helpers: Files, left: set[str]) -> None:
    texts = {f"charts/{name}/templates/_helpers.tpl": text for name, text in helpers.items()}
    assert keys_of(make(texts)) == left


def test_a_helper_of_a_subchart_that_the_umbrella_uses(make: Make) -> None:
    texts = {
        "charts/api/templates/_helpers.tpl": '{{ define "api.x" }}1{{ end }}',
        "templates/raw.yaml": '# {{ include "api.x" . }}\n',
    }
    assert keys_of(make(texts)) == {"web"}


@pytest.mark.parametrize(
    ("dependency", "left"),
    [
        ({}, set()),
        ({"condition": "switches.web"}, set()),
        ({"condition": "web.enabled,global.all"}, set()),
        ({"condition": "web.enabled"}, {"web"}),
        ({"condition": "web.enabled", "alias": "front"}, set()),
        ({"condition": "web.enabled", "import-values": ["data"]}, set()),
    ],
)
def test_dependencies_that_something_else_decides_on(
    make: Make, dependency: Mapping[str, Any], left: set[str]
) -> None:
    dependencies = [{"name": "web", "version": "1.0.0", **dependency}]
    assert keys_of(make(dependencies=dependencies)) == left


def test_an_archive_that_is_not_looked_into(make: Make) -> None:
    folder = make()
    (folder / "charts" / "more.tgz").write_bytes(b"")
    assert keys_of(folder) == frozenset()


def test_overlays_that_say_the_same() -> None:
    keys = {"api": frozenset[Keys](), "web": frozenset[Keys]()}
    one = overlay(api={"a": 1, "b": None}, web={"a": 1})
    assert alike(keys, one, overlay(web={"a": 1}, api={"b": None, "a": 1})) == {"api", "web"}
    assert alike(keys, one, overlay(api={"a": True, "b": None}, web={"a": 1})) == {"web"}
    assert alike(keys, one, overlay(api={"a": 1}, web={"a": 1})) == {"web"}
    assert alike(keys, one, (*one, *overlay(web={"c": 2}))) == {"api"}
    for key in ("global", "tags"):
        assert alike(keys, one, (*one, *overlay(**{key: {}}))) == frozenset()
    assert alike(keys, one, (*one, *overlay(other=1))) == {"api", "web"}


@pytest.mark.parametrize(
    ("other", "same_for_api"),
    [
        ({"a": 1, "z": 2}, True),
        ({"a": 1, "names": {"short": "w", "long": "web"}}, True),
        ({"a": 1, "names": {"short": "v"}}, False),
        ({"a": 1, "names": {}}, False),
        ({"a": 1, "names": None}, False),
        ({"a": 1}, False),
        (None, False),
    ],
)
def test_what_a_guard_asks_of_a_neighbour_is_the_same(other: Any, same_for_api: bool) -> None:
    keys = {"api": frozenset({("web", "names", "short"), ("mode",)})}
    one = overlay(api={"a": 1}, web={"a": 2, "names": {"short": "w"}})
    if other is not None and same_for_api:
        other.setdefault("names", {})["short"] = "w"
    assert alike(keys, one, overlay(api={"a": 1}, web=other)) == (
        {"api"} if same_for_api else set()
    )
    assert alike(keys, one, (*one, *overlay(mode="x"))) == frozenset()


def test_the_values_that_guards_name(make: Make) -> None:
    texts = (
        "{{ if and .Values.api.enabled (not (.Values.web.account).name) }}"
        "{{ fail $.Values.mode }}{{ end }}"
        '{{ if (index .Values "web").size }}{{ fail "no" }}{{ end }}'
        '{{ if index .Values "web" "deep" }}{{ fail "no" }}{{ end }}'
    )
    folder = make({"templates/validate.yaml": texts})
    first = {("api", "enabled"), ("web", "account"), ("mode",)}
    assert apart(read_chart(folder, "shop"), read_sources(folder, "shop")) == {
        "api": first,
        "web": {*first, ("web", "size"), ("web",)},
    }


def test_environments_that_are_the_same() -> None:
    assert same((), ())
    assert same(overlay(a=1), overlay(a=1))
    assert same((), overlay())
    assert not same(overlay(a=1), overlay(a=True))
    assert not same((), overlay(a=None))
