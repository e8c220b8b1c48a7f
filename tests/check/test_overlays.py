from __future__ import annotations

from pathlib import Path

import pytest

from generator.check.chartfiles import ChartFiles, read_chart
from generator.check.overlays import judge, read_overlay, refused
from generator.check.sources import ChartSources, Source
from generator.errors import InputError
from generator.findings import Finding, Made

SHOP = Path(__file__).parent / "charts" / "shop"


@pytest.fixture
def shop() -> ChartFiles:
    return read_chart(SHOP, "charts/shop")


def overlay(tmp_path, text: str):
    path = tmp_path / "shop.yaml"
    path.write_text(text)
    return read_overlay(path, "values/production/shop.yaml")


def test_values_are_those_that_helm_reads(tmp_path):
    file = overlay(tmp_path, "a: yes\nb: 2026-01-01\nc: 0o17\n")
    assert file.data == {"a": True, "b": "2026-01-01", "c": 15}


def test_all_that_is_wrong_with_a_text_is_told(tmp_path):
    with pytest.raises(InputError) as caught:
        overlay(tmp_path, "a: 1\na: 2\nb: !x 1\n")
    assert [each.line for each in caught.value.findings] == [2, 3]


def test_a_global_that_a_template_reads_is_known(tmp_path):
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 1.0.0\n")
    (tmp_path / "values.yaml").write_text('global: {registry: ""}\n')
    shop = read_chart(tmp_path, "charts/shop")
    given = [overlay(tmp_path, "global: {zone: a}\n")]
    text = "{{ .Values.global.zone }}"
    sources = ChartSources(chart="shop", files=(Source(path="x", charts=("shop",), text=text),))
    (finding,) = judge(shop, given, "production")
    assert finding.message == "global.zone: unknown field"
    assert judge(shop, given, "production", sources) == ()


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("web: autoscaling.maxReplicas 1 is too low", "values/production/shop.yaml:3:5"),
        ("web: maxReplicas is too low", "values/production/shop.yaml:3:5"),
        ("web: image.tag is missing", "charts/shop/templates/validate.yaml:2:4"),
        ("maxReplicas without a component's name", "values/production/shop.yaml:3:5"),
        ("other: web is missing", "values/production/shop.yaml:1:1"),
    ],
)
def test_what_a_template_refuses_is_told_at_the_value_it_names(shop, tmp_path, message, place):
    given = [overlay(tmp_path, "web:\n  autoscaling:\n    maxReplicas: 1\n")]
    path = "charts/shop/templates/validate.yaml"
    before = Finding(path=path, line=2, col=4, rule="helm", message=message)
    after = refused(before, shop, given)
    assert (after.place, after.message) == (place, message)
    moved = after.path != path
    assert after.made == (Made(path=path, line=2, col=4) if moved else None)


def test_the_last_of_several_overlays_is_named(shop, tmp_path):
    first = overlay(tmp_path, "web: {replicas: 1}\n")
    path = tmp_path / "second.yaml"
    path.write_text("# later\nweb: {replicas: 2}\n")
    given = [first, read_overlay(path, "second.yaml")]
    finding = Finding(path="charts/shop", rule="helm", message="web: replicas is too low")
    assert refused(finding, shop, given).place == "second.yaml:2:7"
    other = Finding(path="charts/shop", rule="image", message="web: replicas is too low")
    assert refused(other, shop, given) == other
