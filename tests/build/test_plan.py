from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from generator.build.plan import ChartPlan, plan_chart
from generator.spec.read import read_platform
from tests.kinds.rendering import RESOURCES, spec

WEB = {"kind": "web", "image": "shop/a", "port": 80, "resources": RESOURCES}
COMPONENTS = {
    "front": {**WEB, "connects": ["api"], "scale": {"min": 1, "max": 3}},
    "api": {**WEB, "migrate": {"command": ["up"]}, "vpa": True},
    "nightly": {"kind": "cron", "image": "a/b", "schedule": "@daily", "resources": RESOURCES},
}


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ChartPlan]:
    file = tmp_path_factory.mktemp("shop") / "platform.yaml"
    routes = {"shop.example.com": "front"}
    file.write_text(yaml.safe_dump(spec(COMPONENTS, routes=routes), sort_keys=False))
    platform = read_platform(file)
    return {plan.folder: plan for plan in plan_chart(platform, platform.charts[0])}


def files(plan: ChartPlan) -> set[str]:
    return {planned.path.removeprefix(f"{plan.folder}/") for planned in plan.files}


def test_the_umbrella_comes_first_then_the_components_in_the_spec_s_order(plans):
    assert list(plans) == ["", "charts/front", "charts/api", "charts/nightly"]
    assert [plan.name for plan in plans.values()] == ["shop", "front", "api", "nightly"]


def test_no_two_files_have_one_path(plans):
    paths = [planned.path for plan in plans.values() for planned in plan.files]
    assert len(paths) == len(set(paths))


def test_every_chart_has_its_frame(plans):
    for plan in plans.values():
        assert {"Chart.yaml", ".helmignore", "README.md", "templates/_helpers.tpl"} <= files(plan)
    assert "templates/NOTES.txt" in files(plans[""])
    assert "templates/validate.yaml" in files(plans["charts/api"])


def test_only_what_the_spec_asks_for_is_planned(plans):
    front, api = files(plans["charts/front"]), files(plans["charts/api"])
    assert api - front == {
        "templates/_migration.tpl",
        "templates/migration.yaml",
        "templates/migration-networkpolicy.yaml",
        "templates/verticalpodautoscaler.yaml",
    }
    assert front - api == {"templates/horizontalpodautoscaler.yaml"}


def test_every_file_knows_its_node_of_the_spec(plans):
    for plan in plans.values():
        for planned in plan.files:
            assert planned.origin.path[:2] == ("charts", "shop")
            assert planned.origin.place.line > 1


def test_every_template_is_found(plans):
    for plan in plans.values():
        for planned in plan.files:
            found = [
                folder for folder in planned.folders if Path(folder, planned.template).is_file()
            ]
            assert found, planned.template


def test_values_follow_from_edges_and_routes(plans):
    paths = {folder: {knob.path for knob in plan.knobs} for folder, plan in plans.items()}
    assert "connections.api.host" in paths["charts/front"]
    assert not [path for path in paths["charts/api"] if path.startswith("connections.")]
    assert "global.ingressNamespace" in paths["charts/front"]
    assert "global.ingressNamespace" not in paths["charts/api"]
    assert {"front.enabled", "api.enabled", "nightly.enabled"} <= paths[""]


def test_equal_components_share_their_schemas(plans):
    """The umbrella's schema holds one definition for all subcharts that differ in nothing."""
    shared = {knob.path: id(knob.schema) for knob in plans["charts/front"].knobs}
    for knob in plans["charts/api"].knobs:
        assert shared.get(knob.path, id(knob.schema)) == id(knob.schema), knob.path
