"""Overlays with a name that fits nothing are told, with the name that was meant."""

from __future__ import annotations

import pytest

from generator.check.unread import unread_overlays


@pytest.fixture
def told(tmp_path):
    def tell(*names):
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("{}\n")
        found = unread_overlays(tmp_path, ("dev", "production"), ("shop", "watch"))
        return {finding.path: finding.hint for finding in found}

    return tell


def test_overlays_that_are_read_are_not_told(told):
    assert told("values/dev/shop.yaml", "values/production/watch.yaml") == {}


def test_what_lies_elsewhere_in_values_is_the_authors(told):
    assert told("values/common.yaml", "values/dev/README.md", "values/dev/old/shop.yaml") == {}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("values/dev/shpo.yaml", "rename it to values/dev/shop.yaml"),
        ("values/dev/shop.yml", "rename it to values/dev/shop.yaml"),
        ("values/prodction/watch.yaml", "rename it to values/production/watch.yaml"),
        ("values/staging/shop.yaml", "environments: dev, production; charts: shop, watch"),
        ("values/dev/billing.yaml", "environments: dev, production; charts: shop, watch"),
    ],
)
def test_a_name_that_fits_nothing_is_told(told, name, hint):
    assert told("values/dev/watch.yaml", name) == {name: hint}
