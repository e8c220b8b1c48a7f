from __future__ import annotations

import pytest

from generator.check.quantity import ONE, amount, parse, readable


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", ONE),
        (2, 2 * ONE),
        (0.5, ONE // 2),
        ("500m", ONE // 2),
        ("1n", 1),
        ("2Gi", 2 * 2**30 * ONE),
        ("1.5Ki", 1536 * ONE),
        ("1E", 10**18 * ONE),
        ("1Ei", 2**60 * ONE),
        ("1e3", 1000 * ONE),
        ("1E-3", ONE // 1000),
        (".5k", 500 * ONE),
        ("-1", -ONE),
        ("2GB", None),
        ("", None),
        ("1 Gi", None),
    ],
)
def test_parse(text, value):
    assert parse(text) == value


def test_what_is_none_counts_nothing():
    assert [amount(value) for value in (None, "x", [1], {})] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("value", "resource", "text"),
    [
        ("46400m", "requests.cpu", "46.4"),
        ("50m", "limits.cpu", "50m"),
        ("61.5Gi", "requests.memory", "61.5Gi"),
        ("64Mi", "requests.ephemeral-storage", "64Mi"),
        ("1470Gi", "requests.storage", "1470Gi"),
        ("97", "pods", "97"),
    ],
)
def test_readable(value, resource, text):
    assert readable(amount(value), resource) == text
