from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from generator.check.chartfiles import ChartFiles, read_chart, read_yaml
from generator.check.values import check_chart_files, check_overlays, coalesce, switched_on
from tests.needs import ROOT

CHARTS = Path(__file__).parent / "charts"
SCHEMAS = ROOT / "generator" / "check" / "schemas"


@pytest.fixture
def shop() -> ChartFiles:
    return read_chart(CHARTS / "shop", "charts/shop")


def chart(folder: Path, values: object, **subcharts: object) -> ChartFiles:
    """A chart with values and, by name, the values of its subcharts."""
    for path, given in (
        (folder, values),
        *((folder / "charts" / n, v) for n, v in subcharts.items()),
    ):
        path.mkdir(parents=True, exist_ok=True)
        dependencies = [{"name": name, "version": "1.0.0"} for name in subcharts]
        about = {"apiVersion": "v2", "name": path.name, "version": "1.0.0", "description": "x"}
        if path == folder and subcharts:
            about["dependencies"] = dependencies  # type: ignore[assignment]
        (path / "Chart.yaml").write_text(yaml.safe_dump(about))
        (path / "values.yaml").write_text(yaml.safe_dump(given))
    return read_chart(folder, folder.name)


def test_values_merge_as_helm_merges_them(tmp_path):
    own = {"a": {"x": 1, "z": [1, 2]}, "b": 1, "web": {"p": 2}, "global": {"g": 1}}
    files = chart(tmp_path / "c", own, web={"p": 1, "q": {"r": 1}, "global": {"own": True}})
    assert coalesce(files, {"a": {"z": [3]}, "b": None, "web": {"q": {"s": 2}}, "new": 1}) == {
        "a": {"x": 1, "z": [3]},
        "global": {"g": 1},
        "new": 1,
        "web": {"p": 2, "q": {"r": 1, "s": 2}, "global": {"own": True, "g": 1}},
    }


def test_a_subchart_is_on_unless_the_last_word_on_its_switch_says_otherwise(tmp_path):
    files = chart(tmp_path / "c", {"web": {"enabled": True}}, web={"enabled": False})
    about = files.folder / "Chart.yaml"
    about.write_text(about.read_text().replace("name: web", "condition: web.enabled\n  name: web"))
    files = read_chart(files.folder, "c")
    web = files.subcharts[0]
    assert switched_on(files, web, ())
    assert not switched_on(files, web, [overlay(tmp_path, "web: {enabled: false}\n")])
    (files.folder / "values.yaml").write_text("{}\n")
    files = read_chart(files.folder, "c")
    assert not switched_on(files, files.subcharts[0], ())


def test_an_alias_is_where_the_values_lie(tmp_path):
    files = chart(tmp_path / "c", {}, web={"p": 1})
    about = files.folder / "Chart.yaml"
    about.write_text(about.read_text().replace("name: web", "name: web\n  alias: front"))
    files = read_chart(files.folder, "c")
    assert coalesce(files, {"front": {"p": 2}}) == {"front": {"p": 2}}


def test_the_good_chart_passes(shop):
    assert list(check_chart_files(shop)) == []
    assert check_overlays(shop, ()) == ()


def overlay(tmp_path: Path, text: str, name: str = "o.yaml"):
    (tmp_path / name).write_text(text)
    return read_yaml(tmp_path / name, name)


def test_of_several_overlays_the_last_word_is_shown(shop, tmp_path):
    first = overlay(tmp_path, "web:\n  autoscaling: {minReplicas: x}\n", "first.yaml")
    second = overlay(tmp_path, "# later\nweb: {autoscaling: {minReplicas: 0}}\n", "second.yaml")
    (finding,) = check_overlays(shop, [first, second])
    assert (finding.place, finding.message) == (
        "second.yaml:2:21",
        "web.autoscaling.minReplicas: integer 0 is below 1",
    )


def test_globals_are_said_once_and_not_for_each_subchart(shop, tmp_path):
    (finding,) = check_overlays(shop, [overlay(tmp_path, "global: {registry: 1}\n")])
    assert finding.message == "global.registry: expected string, got integer 1"


def test_a_subchart_that_is_off_need_not_be_right(shop, tmp_path):
    text = "web: {enabled: %s, image: {repository: 1}}\n"
    assert check_overlays(shop, [overlay(tmp_path, text % "false")]) == ()
    assert len(check_overlays(shop, [overlay(tmp_path, text % "true")])) == 1


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("wbe: {}\n", "wbe: unknown field", "did you mean web?"),
        ("- a\n", 'expected a map of values, got list ["a"]', None),
        ("just text\n", 'expected a map of values, got string "just text"', None),
        ("web: {certificat: {}}\n", "web.certificat: unknown field", "did you mean certificate?"),
    ],
)
def test_overlays_that_are_wrong(shop, tmp_path, text, message, hint):
    (finding,) = check_overlays(shop, [overlay(tmp_path, text)])
    assert (finding.line, finding.message, finding.hint) == (1, message, hint)


def test_empty_and_commented_overlays_change_nothing(shop, tmp_path):
    assert check_overlays(shop, [overlay(tmp_path, "# nothing yet\n")]) == ()


ABOUT = {"apiVersion": "v2", "name": "c", "version": "1.0.0", "description": "x"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"apiVersion": "v1"}, "apiVersion: 'v1' not in ('v2',)"),
        ({"name": "Shop_1"}, "name: 'Shop_1' is not a name of lower-case letters"),
        ({"version": "v1"}, "version: 'v1' is not a version such as 1.2.3"),
        ({"type": "chart"}, "type: 'chart' not in ('application', 'library')"),
        ({"home": "example"}, "home: 'example' is not a address such as https://example.com"),
        ({"maintainers": [{"email": "a@b"}]}, "maintainers.0.name: missing"),
        ({"dependencies": [{"name": "a"}]}, "dependencies.0.version: missing"),
        ({"annotations": {"a": 1}}, "annotations.a: '1' is no text"),
        ({"colour": "red"}, "colour: unknown field"),
        ({"description": None}, "description: missing"),
    ],
)
def test_chart_yaml(tmp_path, change, message):
    folder = tmp_path / "c"
    folder.mkdir()
    fields = {key: value for key, value in {**ABOUT, **change}.items() if value is not None}
    (folder / "Chart.yaml").write_text(yaml.safe_dump(fields))
    (finding,) = check_chart_files(read_chart(folder, "c"))
    assert finding.message.startswith(message)
    assert finding.path == "c/Chart.yaml"


@pytest.mark.parametrize("name", ["chart.yamale.yaml", "overlay.yamale.yaml"])
def test_the_published_schemas_are_those_of_the_package(name):
    assert (ROOT / "schemas" / name).read_bytes() == (SCHEMAS / name).read_bytes()
