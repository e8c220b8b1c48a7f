"""Slips in requests are warnings at their line, and values that no kind can read are errors."""

from __future__ import annotations

import pytest
import yaml

from generator.errors import InputError
from generator.findings import WARNING
from generator.spec.read import read_platform
from tests.kinds.data import DATABASE
from tests.kinds.rendering import spec
from tests.product.running import WEB, run, shop, write_spec


def read(folder, components):
    file = folder / "platform.yaml"
    file.write_text(yaml.safe_dump(spec(components), sort_keys=False))
    return read_platform(file), file.read_text().splitlines()


@pytest.mark.parametrize(
    ("resources", "messages", "hints", "lines"),
    [
        (
            {"cpu": 100, "memory": "64Mi"},
            ["cpu: 100 are whole cores, and few nodes have as many"],
            ["100m, if that is meant"],
            ["cpu: 100"],
        ),
        (
            {"cpu": ["33", "40"], "memory": ["512Ki", "1Gi"]},
            [
                "cpu[0]: 33 are whole cores, and few nodes have as many",
                "memory[0]: 512Ki of memory is too little for any process",
            ],
            ["33m, if that is meant", "512Mi, if that is meant"],
            ["- '33'", "- 512Ki"],
        ),
        ({"cpu": [1, 100], "memory": ["4Mi", "100Gi"]}, [], [], []),
        (
            {"cpu": 1, "memory": "2Mi"},
            ["memory: 2Mi of memory is too little for any process"],
            ["2Gi, if that is meant"],
            ["memory: 2Mi"],
        ),
        ({"cpu": 32, "memory": "4Mi"}, [], [], []),
    ],
)
def test_requests_that_can_hardly_be_meant(tmp_path, resources, messages, hints, lines):
    component = {"kind": "web", "image": "shop/api", "port": 80, "resources": resources}
    platform, text = read(tmp_path, {"api": component})
    found = platform.warnings
    start = "charts.shop.components.api.resources."
    assert [one.message for one in found] == [start + message for message in messages]
    assert [one.hint for one in found] == hints
    assert [text[one.line - 1].strip() for one in found] == lines
    assert {one.severity for one in found} <= {WARNING}


def test_those_of_parts_count_too(tmp_path):
    pooler = {"name": "door", "resources": {"cpu": 100, "memory": "64Mi"}}
    platform, _ = read(tmp_path, {"ledger": {**DATABASE, "pooler": pooler}})
    (found,) = platform.warnings
    assert "ledger.pooler.resources.cpu" in found.message


def test_a_build_tells_and_goes_on(tmp_path):
    web = {**WEB, "resources": {"cpu": 100, "memory": "64Mi"}}
    write_spec(tmp_path, shop({"front": web}))
    done = run("build", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "front.resources.cpu: 100 are whole cores" in done.stdout
    assert (tmp_path / "charts" / "shop" / "Chart.yaml").is_file()


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        ({"storage": "0.3Ki"}, "storage: 0.3Ki", "storage: 0.3Ki is no whole number of bytes"),
        (
            {"resources": {"cpu": 1, "memory": ["0.3Ki", "1Gi"]}},
            "- 0.3Ki",
            "resources.memory[0]: 0.3Ki is no whole number of bytes",
        ),
    ],
)
def test_a_value_that_a_kind_cannot_read_is_shown_where_it_stands(tmp_path, change, line, message):
    with pytest.raises(InputError) as caught:
        read(tmp_path, {"ledger": {**DATABASE, **change}})
    (found,) = caught.value.findings
    text = (tmp_path / "platform.yaml").read_text().splitlines()
    assert text[found.line - 1].strip() == line
    assert found.message == f"charts.shop.components.ledger.{message}"
    assert found.hint == "write it in a smaller unit, as a whole number"
