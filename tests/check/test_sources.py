from __future__ import annotations

from pathlib import Path

from generator.check.sources import Source, read_sources

SHOP = Path(__file__).parent / "charts" / "shop"


def actions(text: str) -> list[tuple[int, int, str]]:
    source = Source(path="p", charts=("c",), text=text)
    return [(each.line, each.col, each.text) for each in source.actions]


def test_actions_and_their_places():
    text = 'a: {{ .Values.a }}\n  {{- if eq "}}" .b }}{{/* {{ no }} */}} {{end -}}\n'
    assert actions(text) == [(1, 4, ".Values.a"), (2, 3, 'if eq "}}" .b'), (2, 42, "end")]


def test_comments_over_lines_keep_the_count():
    assert actions("{{- /*\n a\n*/ -}}\n{{ b }}") == [(4, 1, "b")]


def test_texts_are_no_words():
    (action,) = Source(path="p", charts=("c",), text='{{ printf "now %s" `rand` .x }}').actions
    assert action.words == 'printf "" "" .x'


def test_templates_of_a_chart_and_its_subcharts():
    sources = read_sources(SHOP, "charts/shop")
    assert sources.chart == "shop"
    assert {file.charts for file in sources.files} == {("shop",), ("shop", "web")}
    assert sources.api_versions == ("cert-manager.io/v1",)
    assert "charts/shop/charts/web/templates/service.yaml" in sources.by_path


def test_prefixes_of_helpers():
    source = Source(path="p", charts=("shop", "web", "cache"), text="")
    assert source.prefixes == ("cache.", "web.cache.", "shop.web.cache.")
