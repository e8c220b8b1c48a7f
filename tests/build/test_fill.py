from __future__ import annotations

import json
import re

import jsonschema_rs
import pytest
import yaml

from generator.build.fill import SOURCE_MAP, _literal, _shift, fill_chart
from generator.build.write import write_tree
from generator.errors import GeneratorError
from generator.spec.read import read_platform
from generator.tools import helm
from tests import needs
from tests.kinds.rendering import RESOURCES, spec

WEB = {"kind": "web", "image": "shop/a", "port": 80, "resources": RESOURCES}
EXTRA = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-extra\n"


def fill(folder, components, **chart):
    file = folder / "platform.yaml"
    file.write_text(yaml.safe_dump(spec(components, **chart), sort_keys=False))
    platform = read_platform(file)
    return fill_chart(platform, platform.charts[0])


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    (folder / "extra.yaml").write_text(EXTRA)
    components = {"api": WEB, "front": {**WEB, "connects": ["api"]}, "other": WEB}
    return fill(folder, components, manifests=["extra.yaml"])


def own_kind(folder, template: str) -> None:
    """A kind of the repository's own, whose one template is the given text."""
    kind = folder / "kinds" / "own"
    (kind / "templates").mkdir(parents=True)
    (kind / "templates" / "own.yaml").write_text(template)
    (kind / "__init__.py").write_text(
        "from generator.kinds.api import File\n"
        "from generator.kinds.job import *\n"
        "def files(component, chart):\n"
        "    return [File(template='own.yaml', path='templates/own.yaml')]\n"
    )


JOB = {"kind": "own", "image": "a/b", "resources": RESOURCES}


def test_the_same_spec_gives_the_same_bytes(tmp_path):
    components = {"api": WEB, "front": {**WEB, "connects": ["api"]}}
    assert fill(tmp_path, components) == fill(tmp_path, components)


def test_paths_are_sorted(tree):
    assert list(tree) == sorted(tree)


def test_source_map_has_every_file_and_nothing_else(tree):
    entries = json.loads(tree[SOURCE_MAP])
    assert set(entries) == set(tree) - {SOURCE_MAP}
    assert entries["charts/api/templates/deployment.yaml"] == {
        "spec": "charts.shop.components.api",
        "template": "deployment.yaml",
    }
    assert entries["charts/api/values.yaml"]["spec"] == "charts.shop.components.api"
    assert entries["templates/extra.yaml"] == {
        "spec": "charts.shop.manifests.0",
        "template": "extra.yaml",
    }


def test_the_author_s_own_manifests_are_copied_as_they_are(tree):
    assert tree["templates/extra.yaml"] == EXTRA.encode()


def test_the_author_s_own_manifests_replace_nothing(tmp_path):
    (tmp_path / "NOTES.txt").write_text("mine")
    with pytest.raises(GeneratorError, match=r"templates/NOTES.txt would overwrite another"):
        fill(tmp_path, {"api": WEB}, manifests=["NOTES.txt"])


def test_equal_subcharts_share_one_schema_in_the_umbrella(tree):
    schema = json.loads(tree["values.schema.json"])
    references = {name: schema["properties"][name]["$ref"] for name in ("api", "front", "other")}
    assert references["api"] == references["other"] == "#/definitions/web"
    assert references["front"] == "#/definitions/web.2"
    assert set(schema["definitions"]) == {"web", "web.2"}


@pytest.mark.parametrize(
    ("given", "accepted"),
    [
        ({"api": {"image": {"tag": "1"}, "enabled": False}}, True),
        ({"global": {"imageRegistry": "mirror.example.com"}}, True),
        ({"api": {"global": {}}}, True),
        ({"api": {"image": {"tga": "1"}}}, False),
        ({"apii": {}}, False),
        ({"api": {"enabled": "no"}}, False),
        ({"front": {"connections": {"api": {"host": 1}}}}, False),
        ({"enabled": True}, False),
    ],
)
def test_the_umbrella_s_schema_holds_its_subcharts(tree, given, accepted):
    schema = json.loads(tree["values.schema.json"])
    assert "http" not in json.dumps(schema["definitions"])
    # As Helm coalesces them: the chart's own values are there.
    whole = yaml.safe_load(tree["values.yaml"])
    for key, value in given.items():
        whole[key] = {**whole.get(key, {}), **value} if isinstance(value, dict) else value
    assert jsonschema_rs.validator_for(schema).is_valid(whole) is accepted


def test_defaults_satisfy_their_own_schemas(tree):
    for path in tree:
        if path.rpartition("/")[2] == "values.yaml":
            schema = json.loads(tree[path.replace(".yaml", ".schema.json")])
            jsonschema_rs.validator_for(schema).validate(yaml.safe_load(tree[path]))


def test_nothing_of_jinja_is_left(tree):
    for path, data in tree.items():
        assert not re.search(rb"\[\[|\]\]|\[%|%\]|\[#", data), path


def test_templates_have_no_blank_lines_and_no_trailing_space(tree):
    for path, data in tree.items():
        if path.endswith(".yaml") and "templates/" in path:
            assert not re.search(r"[ \t]$|\n\n", data.decode(), re.MULTILINE), path


def test_every_nindent_is_the_column_that_the_reader_sees(tree):
    wrong = []
    for path, data in tree.items():
        if "templates/" not in path:
            continue
        for line in data.decode().splitlines():
            found = re.match(r"( *)\{\{-.*\bnindent (\d+)", line)
            if found and len(found[1]) != int(found[2]):
                wrong.append(f"{path}: {line}")
    assert wrong == []


def test_a_name_that_no_template_knows_is_an_error_that_says_where(tmp_path):
    own_kind(tmp_path, "kind: ConfigMap\nname: [[ component.nmae ]]\n")
    with pytest.raises(GeneratorError, match=r"own.yaml:2: .* has no attribute 'nmae'"):
        fill(tmp_path, {"mine": JOB})


def test_a_template_that_jinja_cannot_read_is_an_error_with_its_line(tmp_path):
    own_kind(tmp_path, "kind: ConfigMap\n[% if %]\n")
    with pytest.raises(GeneratorError, match=r"own.yaml:2: "):
        fill(tmp_path, {"mine": JOB})


def test_a_verbatim_file_does_not_pass_through_jinja(tmp_path):
    own_kind(tmp_path, 'if [[ "$1" = "a" ]]; then echo; fi\n')
    init = tmp_path / "kinds" / "own" / "__init__.py"
    init.write_text(init.read_text().replace("own.yaml')", "own.yaml', verbatim=True)"))
    tree = fill(tmp_path, {"mine": JOB})
    assert b'[[ "$1"' in tree["charts/mine/templates/own.yaml"]


@pytest.mark.parametrize("verbatim", [", verbatim=True", ""])
def test_a_file_without_a_template_is_an_error(tmp_path, verbatim):
    own_kind(tmp_path, "")
    init = tmp_path / "kinds" / "own" / "__init__.py"
    text = init.read_text().replace("own.yaml', path", "lost', path")
    init.write_text(text.replace("own.yaml')", f"own.yaml'{verbatim})"))
    with pytest.raises(GeneratorError, match="no template lost in"):
        fill(tmp_path, {"mine": JOB})


class TestShift:
    block = "  - name: a\n    {{- toYaml . | nindent 4 }}\n\n    script: |\n      a\n"

    def test_right(self):
        assert _shift(self.block, 2) == (
            "    - name: a\n      {{- toYaml . | nindent 6 }}\n\n      script: |\n        a\n"
        )

    def test_left(self):
        assert _shift(self.block, -2) == (
            "- name: a\n  {{- toYaml . | nindent 2 }}\n\n  script: |\n    a\n"
        )

    def test_there_and_back(self):
        assert _shift(_shift(self.block, 6), -6) == self.block

    def test_never_through_text(self):
        with pytest.raises(GeneratorError, match="can't move '- name: a' by -4 columns"):
            _shift(self.block, -4)


@pytest.mark.parametrize("text", ["plain", "{{ .Values.a }}", '{{ "x" }}', "{{{{", "a}}b", "\\{{"])
def test_words_of_the_author_reach_the_cluster_as_they_are(tmp_path, text):
    """Through Helm, which would otherwise take the braces for its own."""
    chart = {
        "Chart.yaml": b"apiVersion: v2\nname: c\nversion: 1.0.0\n",
        "templates/a.yaml": f"a: {_literal(text)}\n".encode(),
    }
    write_tree(tmp_path / "c", chart)
    real = helm.find(needs.helm(4), project=tmp_path)
    out = real.template(tmp_path / "c", release="r", namespace="n", kube_version="1.34")
    assert yaml.safe_load(out) == {"a": text}
