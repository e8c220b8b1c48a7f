from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.errors import GeneratorError, ToolError
from generator.tools import helm
from generator.tools.helm import Helm, LintMessage
from generator.tools.pool import together
from tests import needs

CHARTS = Path(__file__).parent.parent / "ship" / "charts"


@pytest.fixture(params=[4, 3], ids=["helm4", "helm3"])
def real(request) -> Helm:
    return helm.find(needs.helm(request.param), project=Path("/nowhere"))


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """No Helm of this machine in sight, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")
    monkeypatch.delenv("HELM_BIN", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fake(path: Path, says: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho called >> {path}.calls\necho '{says}'\n")
    path.chmod(0o755)
    return path


def chart(folder: Path, templates: dict[str, str]) -> Path:
    folder.joinpath("templates").mkdir(parents=True)
    lines = (
        f"apiVersion: v2\nname: {folder.name}\nversion: 1.0.0\nicon: https://example.com/i.svg\n"
    )
    folder.joinpath("Chart.yaml").write_text(lines)
    folder.joinpath("values.yaml").write_text("a: 1\n")
    for name, text in templates.items():
        folder.joinpath("templates", name).write_text(text)
    return folder


def test_option_then_variable_then_project_then_path(alone, monkeypatch):
    option = fake(alone / "given", "v4.0.1+gabc")
    variable = fake(alone / "variable", "v4.0.2+gabc")
    project = fake(alone / "project/.tools/bin/helm", "v4.0.3")
    on_path = fake(alone / "path/helm", "v3.17.0+gabc")
    monkeypatch.setenv("HELM_BIN", str(variable))
    assert helm.find(option, project=alone / "project") == Helm(path=option, version=(4, 0, 1))
    assert helm.find(project=alone / "project") == Helm(path=variable, version=(4, 0, 2))
    monkeypatch.delenv("HELM_BIN")
    assert helm.find(project=alone / "project") == Helm(path=project, version=(4, 0, 3))
    project.unlink()
    assert helm.find(project=alone / "project") == Helm(path=on_path, version=(3, 17, 0))


def test_a_checkout_that_one_stands_in_lends_its_helm(alone):
    lent = fake(alone / ".tools/bin/helm", "v4.0.4")
    assert helm.find(project=alone / "elsewhere") == Helm(path=lent, version=(4, 0, 4))


def test_a_name_is_looked_for_on_path(alone, monkeypatch):
    fake(alone / "path/helm-next", "v4.9.0")
    monkeypatch.setenv("HELM_BIN", "helm-next")
    assert helm.find(project=alone).version == (4, 9, 0)


def test_no_helm_says_how_to_get_one(alone):
    with pytest.raises(GeneratorError, match="no Helm found") as caught:
        helm.find(project=alone)
    assert "scripts/get-helm" in str(caught.value.hint)
    assert "HELM_BIN" in str(caught.value.hint)


def test_what_was_named_is_never_replaced_by_another(alone):
    fake(alone / "path/helm", "v4.0.0")
    with pytest.raises(GeneratorError, match="'/no/such/helm' is no program"):
        helm.find(Path("/no/such/helm"), project=alone)


@pytest.mark.parametrize("version", ["v3.16.4+g7877b45", "Client: v2.17.0+ga690bad"])
def test_an_old_helm_is_refused(alone, version):
    fake(alone / "path/helm", version)
    with pytest.raises(GeneratorError, match=r"is Helm \d\.1\d\.\d; 3\.17\.0 or later needed"):
        helm.find(project=alone)


def test_a_program_that_is_no_helm_is_refused(alone):
    fake(alone / "path/helm", "the steering wheel is on the left")
    with pytest.raises(GeneratorError, match="is no Helm: it says 'the steering wheel"):
        helm.find(project=alone)


def test_the_version_is_asked_once_for_each_file(alone):
    path = fake(alone / "path/helm", "v4.0.0")
    assert [helm.find(project=alone).version for _ in range(3)] == [(4, 0, 0)] * 3
    assert Path(f"{path}.calls").read_text() == "called\n"
    fake(path, "v4.1.0-with-another-size")
    assert helm.find(project=alone).version == (4, 1, 0)


def test_a_good_chart_has_no_lint_messages(real):
    assert real.lint([CHARTS / "shop"], kube_version="1.31") == ()


def test_lint_tells_the_messages_of_several_charts_apart(real, tmp_path):
    good = CHARTS / "shop"
    bad = chart(tmp_path / "bad", {"a.yaml": "a: {{ .Values.a.b.c }}\n"})
    plain = chart(tmp_path / "plain", {"a.yaml": "metadata: {name: a}\n"})
    plain.joinpath("Chart.yaml").write_text("apiVersion: v2\nname: plain\nversion: 1.0.0\n")
    messages = real.lint([good, bad, plain], kube_version="1.31")
    assert [(each.chart, each.severity, each.place) for each in messages] == [
        (bad, "ERROR", "templates/"),
        (plain, "INFO", "Chart.yaml"),
    ]
    assert "bad/templates/a.yaml:1:" in messages[0].text
    assert messages[1] == LintMessage(
        chart=plain, severity="INFO", place="Chart.yaml", text="icon is recommended"
    )


def test_lint_takes_values_and_their_schema_counts(real, tmp_path):
    values = tmp_path / "a, b.yaml"  # a name that Helm would read as two
    values.write_text("greeting: 7\n")
    messages = real.lint([CHARTS / "shop"], values=[values], kube_version="1.31")
    assert {each.severity for each in messages} == {"ERROR"}
    assert "greeting" in "".join(each.text for each in messages)


def test_lint_without_schemas_takes_the_values_as_they_are(real, tmp_path):
    values = tmp_path / "values.yaml"
    values.write_text("greeting: 7\n")
    messages = real.lint([CHARTS / "shop"], values=[values], kube_version="1.31", schemas=False)
    # Helm 3 leaves out the subcharts' only.
    assert [each.place for each in messages] == ([] if real.version >= (4,) else ["values.yaml"])


def test_template_without_a_subchart(real, tmp_path):
    folder = chart(tmp_path / "top", {"a.yaml": "metadata: {name: top}\n"})
    for name in ("one", "two"):
        chart(
            folder / "charts" / name, {"a.yaml": "metadata: {name: NAME}\n".replace("NAME", name)}
        )
        with (folder / "Chart.yaml").open("a") as file:
            file.write("dependencies:\n" if name == "one" else "")
            file.write(f"  - {{name: {name}, version: 1.0.0, condition: {name}.enabled}}\n")
    options = {"release": "top", "namespace": "top", "kube_version": "1.31"}
    assert real.template(folder, **options).count("# Source:") == 3
    text = real.template(folder, **options, without=["two"])
    assert ("name: one" in text, "name: two" in text, "name: top" in text) == (True, False, True)


def test_a_lint_that_fails_without_a_message_is_a_failure(real, tmp_path):
    with pytest.raises(ToolError, match=r"missing\.yaml"):
        real.lint([CHARTS / "shop"], values=[tmp_path / "missing.yaml"], kube_version="1.31")


def test_template_takes_release_namespace_values_and_versions(real, tmp_path):
    template = (
        "a: {{ .Release.Name }} {{ .Release.Namespace }} {{ .Values.a }}"
        " {{ .Capabilities.KubeVersion.Version }}"
        ' {{ .Capabilities.APIVersions.Has "example.com/v1" }}'
        ' {{ .Capabilities.APIVersions.Has "example.com/v2/Thing" }}\n'
    )
    values = [tmp_path / "first.yaml", tmp_path / "second, last.yaml"]
    for number, file in enumerate(values, start=1):
        file.write_text(f"a: from {number}\n")
    text = real.template(
        chart(tmp_path / "some", {"a.yaml": template}),
        release="rel",
        namespace="space",
        values=values,
        kube_version="1.28",
        api_versions=["example.com/v1", "example.com/v2/Thing"],
    )
    assert "a: rel space from 2 v1.28.0 true true\n" in text


def test_a_template_that_fails_shows_what_helm_said(real, tmp_path):
    bad = chart(tmp_path / "bad", {"a.yaml": '{{ fail "set a password" }}\n'})
    with pytest.raises(ToolError, match="set a password"):
        real.template(bad, release="bad", namespace="x", kube_version="1.31")


def test_settings_of_the_user_change_no_rendering(real, tmp_path, monkeypatch):
    monkeypatch.setenv("HELM_NAMESPACE", "elsewhere")
    monkeypatch.setenv("HELM_DEBUG", "true")
    monkeypatch.setenv("HELM_PLUGINS", str(tmp_path / "plugins"))
    monkeypatch.setenv("HELM_KUBECONTEXT", "no-such-context")
    some = chart(tmp_path / "some", {"a.yaml": "a: {{ .Release.Namespace }}\n"})
    text = real.template(some, release="r", namespace="here", kube_version="1.31")
    assert "a: here\n" in text
    environment = helm.environment()
    assert "HELM_NAMESPACE" not in environment
    assert environment["HELM_CONFIG_HOME"].startswith(str(helm.cache.folder()))
    assert environment["PATH"] == os.environ["PATH"]


def test_calls_may_run_at_once(real, tmp_path):
    def render(number: int) -> str:
        values = tmp_path / f"{number}.yaml"
        values.write_text(f"greeting: number {number}\n")
        return real.template(
            CHARTS / "shop",
            release=f"r{number}",
            namespace="x",
            values=[values],
            kube_version="1.31",
        )

    texts = together([lambda number=number: render(number) for number in range(8)], workers=4)
    for number, text in enumerate(texts):
        assert f'greeting: "number {number}"' in text


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"HELM_REGISTRY_CONFIG": "/r.json", "HELM_CONFIG_HOME": "/h"}, "/r.json"),
        ({"HELM_CONFIG_HOME": "/h", "XDG_CONFIG_HOME": "/x"}, "/h/registry/config.json"),
        ({"XDG_CONFIG_HOME": "/x"}, "/x/helm/registry/config.json"),
    ],
)
def test_the_registry_config_is_where_helm_keeps_it(environ, expected):
    assert helm.user_registry_config(environ) == Path(expected)


def test_helm_itself_agrees_on_the_registry_config(real, monkeypatch, tmp_path):
    for name in ("HELM_REGISTRY_CONFIG", "HELM_CONFIG_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    done = helm.process.run([real.path, "env", "HELM_REGISTRY_CONFIG"])
    assert done.stdout.strip() == str(helm.user_registry_config({}))
