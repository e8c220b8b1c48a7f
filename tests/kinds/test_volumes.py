"""Volumes that exist: no value makes them smaller. What a cluster has, tests/cluster/ shows."""

from __future__ import annotations

import pytest

from generator.check.quantity import ONE, amount
from tests.kinds.data import CACHE, DATABASE
from tests.kinds.rendering import RESOURCES, Built, build

QUANTITIES = ("1", "100", "1.5Gi", ".5Gi", "2Ti", "3Pi", "1Ei", "7k", "8M", "9G", "2T", "1P", "1E")
MORE = ("1e3", "1E3", "2e+2", "15e-1", "1500m", "512Ki", "3000000u", "5n", "0.5")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Built:
    prometheus = {"kind": "prometheus", "storage": "10Gi", "resources": RESOURCES}
    components = {"cache": CACHE, "ledger": DATABASE, "prometheus": prometheus}
    return build(tmp_path_factory.mktemp("shop"), components)


def test_quantities_are_read_as_kubernetes_reads_them(shop: Built) -> None:
    probe = shop.charts / "cache" / "templates" / "probe.yaml"
    names = "".join(f' "{each}"' for each in (*QUANTITIES, *MORE))
    probe.write_text(
        "kind: Probe\nmetadata: {name: probe}\ndata:\n"
        f"{{{{- range list{names} }}}}\n"
        '  {{ . | quote }}: {{ include "shop.cache.bytes" . }}\n{{- end }}\n'
    )
    try:
        found = shop.render().one("Probe")["data"]
    finally:
        probe.unlink()
    wanted = {each: amount(each) / ONE for each in (*QUANTITIES, *MORE)}
    assert found == pytest.approx(wanted)


def test_a_smaller_size_is_fine_where_nobody_knows_a_cluster(shop: Built) -> None:
    small = {"storage": {"size": "1Gi"}}
    objects = shop.render({"cache": small, "ledger": small, "prometheus": small})
    assert {one["metadata"]["name"] for one in objects.all if one["kind"] == "StatefulSet"} == {
        "cache",
        "ledger",
        "prometheus",
    }
