from __future__ import annotations

import json
import re

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from generator.kinds.grafana.dashboards import boards as make_boards
from generator.kinds.grafana.promql import plain
from generator.kinds.grafana.seen import look
from generator.kinds.grafana.uids import uid_of
from generator.kinds.prometheus.expressions import mistakes
from generator.kinds.prometheus.known import known
from generator.spec.read import read_platform
from tests import needs
from tests.kinds.monitoring import (
    CACHE,
    DATABASE,
    PLAIN,
    PROMETHEUS,
    SHOP,
    WATCH,
    build,
    promtool,
    run,
)
from tests.kinds.rendering import pod_of

#: What Grafana puts in for the variables before it asks.
VARIABLES = {"$__rate_interval": "5m", "$namespace": "shop", "$job": "api", "$component": "db"}
BOARDS = {
    "services",
    "capacity",
    "ingress",
    "security",
    "monitoring",
    "postgres",
    "pgbouncer",
    "cnpg",
    "redis",
}
#: Of these the mode of the mesh mounts one.
MESH = {"ambient/mesh", "sidecar/mesh"}


@pytest.fixture(scope="module")
def watch(tmp_path_factory):
    operated = {**DATABASE, "engine": "cnpg", "pooler": {"name": "door"}}
    shop = {**SHOP, "db": DATABASE, "cache": CACHE, "books": operated}
    return build(tmp_path_factory.mktemp("watch"), shop=shop, mesh={"mode": "none"})


@pytest.fixture(scope="module")
def boards(watch):
    """The dashboards as they are mounted, and those that wait for a mesh."""
    found = {
        name.removesuffix(".json"): json.loads(text)
        for name, text in watch.config("grafana-dashboards").items()
    }
    assert set(found) == BOARDS
    files = watch.path / "charts" / "grafana" / "files" / "dashboards"
    return found | {name: json.loads((files / f"{name}.json").read_text()) for name in MESH}


def panels(board):
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def test_a_dashboard_for_what_the_platform_has(boards, tmp_path):
    small = {
        "prometheus": {**PROMETHEUS, "nodes": False, "connects": []},
        "grafana": {**WATCH["grafana"], "connects": ["prometheus"]},
    }
    least = build(tmp_path, small, {"plain": PLAIN}).config("grafana-dashboards")
    assert set(least) == {"services.json", "monitoring.json"}
    assert json.loads(least["services.json"])["title"] == "Services"
    titles = {panel["title"] for panel in panels(json.loads(least["services.json"]))}
    assert "Duration" not in titles  # nothing serves requests that are measured


def test_a_database_without_exporter_shows_what_patroni_knows(tmp_path):
    shop = {"db": {**DATABASE, "metrics": False, "pooler": False, "backup": None}}
    del shop["db"]["backup"]
    found = build(tmp_path, shop=shop).config("grafana-dashboards")
    assert "pgbouncer.json" not in found
    asked = json.dumps([panel["targets"] for panel in panels(json.loads(found["postgres.json"]))])
    assert "patroni_primary" in asked
    assert not re.findall(r"\bpg_\w+|postgres_backup\w+", asked)


def test_the_library_reads_every_dashboard_and_loses_nothing(boards):
    """What its types do not know would be gone from what they write."""
    register_default_plugins()
    for name, board in boards.items():
        again = json.loads(json.dumps(Dashboard.from_json(board), cls=JSONEncoder))
        assert again == board, name


def test_uids_are_stable_and_unique(boards):
    assert {name: board["uid"] for name, board in boards.items()} == {
        name: f"acme-{name.rpartition('/')[2]}" for name in BOARDS | MESH
    }


def test_uids_stay_within_what_grafana_allows_and_apart():
    long = "a-platform-whose-name-has-forty-letters-x"
    found = {uid_of(long, name) for name in BOARDS}
    assert len(found) == len(BOARDS)
    assert all(len(uid) <= 40 for uid in found)
    assert uid_of("acme", "redis") == "acme-redis"


def test_every_panel_asks_the_chosen_data_source(boards):
    for board in boards.values():
        assert [v for v in board["templating"]["list"] if v["name"] == "datasource"]
        for panel in panels(board):
            sources = {
                panel["datasource"]["uid"],
                *(t["datasource"]["uid"] for t in panel["targets"]),
            }
            assert sources == {"${datasource}"}


def test_every_variable_is_there_and_used(boards):
    for name, board in boards.items():
        known = {variable["name"] for variable in board["templating"]["list"]} - {"datasource"}
        text = json.dumps([panel["targets"] for panel in panels(board)])
        used = set(re.findall(r"\$([a-z]+)", text))
        assert used == known, name


def test_panels_do_not_overlap_and_stay_within_the_width(boards):
    for board in boards.values():
        taken = set()
        for panel in board["panels"]:
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= 24
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken, panel["title"]
            taken |= cells
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_promtool_parses_every_query(boards, tmp_path):
    rules = []
    for name, board in boards.items():
        for panel in panels(board):
            for target in panel["targets"]:
                expression = target["expr"]
                for variable, value in VARIABLES.items():
                    expression = expression.replace(variable, value)
                assert "$" not in expression, (name, panel["title"])
                rules.append({"record": f"query:{len(rules)}", "expr": expression})
    text = yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]})
    (tmp_path / "queries.yaml").write_text(text)
    done = run(promtool(), "check", "rules", tmp_path / "queries.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules)} rules found" in done.stdout


@pytest.mark.parametrize("spec", [None, "platform.yaml", "examples/harbor-logistics/platform.yaml"])
def test_every_metric_and_label_is_known(watch, spec):
    """Of a target that is read, of a rule, or exported: what nobody has is never shown."""
    found = read_platform(needs.ROOT / spec if spec else watch.path.parents[1] / "platform.yaml")
    wrong, asked = [], 0
    for chart in found.charts:
        for component in chart.components:
            if component.kind != "grafana":
                continue
            seen = look(component, chart, found)
            series = known(found, seen.chart, seen.server)
            for name, text in make_boards(component, chart, found):
                for panel in panels(json.loads(text)):
                    for target in panel["targets"]:
                        asked += 1
                        said = list(mistakes(plain(target["expr"]), series))
                        wrong += [(name, panel["title"], *one) for one in said]
    assert wrong == []
    assert asked > 100


def test_recorded_series_that_are_shown_are_recorded(watch, boards):
    recorded = set(re.findall(r"record: (\S+)", "".join(watch.config("prometheus-rules").values())))
    shown = set(re.findall(r"job:slo\w+:\w+", json.dumps(boards["services"])))
    assert shown and shown <= recorded


def test_home_is_the_dashboard_that_is_always_there(watch):
    ini = watch.config("grafana")["grafana.ini"]
    assert "default_home_dashboard_path = /etc/grafana/dashboards/services.json" in ini
    (container,) = pod_of(watch.render().one("Deployment", "grafana"))["containers"]
    mounts = {mount["mountPath"]: mount.get("readOnly") for mount in container["volumeMounts"]}
    assert mounts["/etc/grafana/dashboards"] is True


def test_dashboards_of_data_list_the_components_of_the_spec(boards):
    lists = (("postgres", "db"), ("pgbouncer", "pooler"), ("cnpg", "books"), ("redis", "cache"))
    for name, component in lists:
        (listed,) = [v for v in boards[name]["templating"]["list"] if v["type"] == "custom"]
        assert listed["query"] == component
