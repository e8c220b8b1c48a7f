"""PromQL of an author, narrowed by what the viewer chose."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.kinds.grafana.promql import narrowed, parsed, selectors

VARIABLES = {"orders_total": ("region", "shop"), "region": ("shop",), "paid_total": ("region",)}
BOTH = 'region=~"$region",shop=~"$shop"'


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("orders_total", f"orders_total{{{BOTH}}}"),
        ("orders_total{}", f"orders_total{{{BOTH}}}"),
        ('orders_total{a="b"}', f'orders_total{{{BOTH},a="b"}}'),
        ('orders_total { a="b", }[5m]', f'orders_total{{{BOTH},a="b"}}[5m]'),
        ("sum(rate(orders_total[5m])) > 5", f"sum(rate(orders_total{{{BOTH}}}[5m])) > 5"),
        # a selector that speaks of a label itself
        ('orders_total{shop="x"}', 'orders_total{region=~"$region",shop="x"}'),
        ('orders_total{region!~"x", shop=~"y"}', 'orders_total{region!~"x", shop=~"y"}'),
        ('orders_total{a="shop=1"}', f'orders_total{{{BOTH},a="shop=1"}}'),
        ('orders_total{workshop="x"}', f'orders_total{{{BOTH},workshop="x"}}'),
        # texts, comments, lists of labels and names that only begin or end alike
        ('other{a="orders_total"}', 'other{a="orders_total"}'),
        ("other{a='orders_total{'}", "other{a='orders_total{'}"),
        ('other{orders_total="x"}', 'other{orders_total="x"}'),
        ("up # orders_total\n", "up # orders_total\n"),
        ("sum by (region) (up)", "sum by (region) (up)"),
        ("up * on(region) group_left (shop) up", "up * on(region) group_left (shop) up"),
        ("old_orders_total + orders_total_old", "old_orders_total + orders_total_old"),
        ("job:orders_total:rate5m", "job:orders_total:rate5m"),
        # braces inside of texts
        ('orders_total{a=~"x{2}"}', f'orders_total{{{BOTH},a=~"x{{2}}"}}'),
        ('orders_total{a="\\"}"}', f'orders_total{{{BOTH},a="\\"}}"}}'),
        (
            "paid_total / orders_total",
            f'paid_total{{region=~"$region"}} / orders_total{{{BOTH}}}',
        ),
    ],
)
def test_a_matcher_for_each_variable(written, wanted):
    assert narrowed(written, VARIABLES) == wanted


WORD = st.sampled_from(["orders_total", "paid_total", "up", "region", "old_orders_total"])
MATCHER = st.sampled_from(
    ['a="b"', 'region="x"', 'shop!~"}{"', "job='orders_total'", 'region=~"."']
)
SELECTOR = st.builds(
    lambda name, matchers, range_: f"{name}{{{', '.join(matchers)}}}{range_}",
    WORD,
    st.lists(MATCHER, max_size=3),
    st.just(""),
)
QUERY = st.recursive(
    SELECTOR,
    lambda inner: st.one_of(
        inner.map(lambda one: f"sum by (region, orders_total) ({one})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) / on(shop) group_left() ({two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"{two[0]} or {two[1]}"),
    ),
    max_leaves=6,
)


@given(QUERY)
def test_what_the_parser_sees_is_narrowed_and_nothing_else(query):
    """Against the parser's own view: each selector has its variables, in the same order."""
    before, after = selectors(parsed(query)), selectors(parsed(narrowed(query, VARIABLES)))
    assert [name for name, _ in after] == [name for name, _ in before]
    for (name, asked), (_, then) in zip(before, after, strict=True):
        added = [label for label in VARIABLES.get(name, ()) if label not in asked]
        assert sorted(then) == sorted([*asked, *added])


@given(QUERY)
def test_twice_is_once(query):
    once = narrowed(query, VARIABLES)
    assert narrowed(once, VARIABLES) == once


def test_grafanas_own_variables_are_durations():
    tree = parsed("sum(rate(up[$__rate_interval])) / sum(increase(up[$__range]))")
    assert selectors(tree) == [("up", ()), ("up", ())]


def test_what_is_no_promql_is_said():
    with pytest.raises(ValueError, match=re.escape("unclosed left parenthesis")):
        parsed("sum by (region (up)")
