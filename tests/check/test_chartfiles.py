from __future__ import annotations

from pathlib import Path

import pytest

from generator.check.chartfiles import read_chart, read_yaml
from generator.errors import GeneratorError, InputError

SHOP = Path(__file__).parent / "charts" / "shop"


def test_a_chart_and_its_subcharts():
    shop = read_chart(SHOP, "charts/shop")
    assert [each.name for each in shop.all] == ["shop", "web"]
    (web,) = shop.subcharts
    assert web.shown == "charts/shop/charts/web"
    assert shop.subchart_key(web) == ("web", "web.enabled")
    assert shop.schema is not None
    assert web.values.data["autoscaling"] == {"minReplicas": 2, "maxReplicas": 6}
    assert (shop.existing, web.existing) == (frozenset({("Secret", "shop-secrets")}), None)


def test_places(tmp_path):
    (tmp_path / "v.yaml").write_text("a:\n  b:\n    - c: 1\n")
    file = read_yaml(tmp_path / "v.yaml", "v.yaml")
    assert file.place(("a", "b", 0, "c")) == (3, 7)
    assert file.place(("a", "x")) is None


def test_a_file_that_is_not_there_is_empty(tmp_path):
    assert read_yaml(tmp_path / "v.yaml", "v.yaml").data == {}


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    (tmp_path / "v.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml(tmp_path / "v.yaml", "v.yaml").data == {"a": 1}


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (b"a: [\n", "v.yaml:2:1", "no valid YAML: did not find expected node content"),
        (b"a: 1\na: 2\n", "v.yaml:2:1", "'a' is written twice in one map"),
        (b"a: \xff\n", "v.yaml:1:1", "is not UTF-8: invalid start byte"),
    ],
)
def test_what_cannot_be_read(tmp_path, content, place, message):
    (tmp_path / "v.yaml").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_yaml(tmp_path / "v.yaml", "v.yaml")
    (finding,) = caught.value.findings
    assert (finding.place, finding.message) == (place, message)


def test_no_chart(tmp_path):
    with pytest.raises(GeneratorError, match="no chart in charts/x"):
        read_chart(tmp_path, "charts/x")
