from __future__ import annotations

import base64
import gzip
import random
import shutil
from pathlib import Path

import pytest

from generator.check.chartfiles import read_chart
from generator.check.release import LIMIT, check_size, release_bytes

SHOP = Path(__file__).parent / "charts" / "shop"


def noise(size: int) -> str:
    """Text that hardly packs: base64 of random bytes packs back to the bytes."""
    return base64.b64encode(random.Random(1).randbytes(size)).decode()


def test_the_size_is_that_of_the_packed_manifest_and_chart():
    shop = read_chart(SHOP, "charts/shop")
    empty = release_bytes(shop, "")
    manifest = noise(300_000)
    grown = release_bytes(shop, manifest) - empty
    exact = len(base64.b64encode(gzip.compress(manifest.encode(), 9)))
    assert grown == pytest.approx(exact, rel=0.03)


def test_templates_of_the_umbrella_count_those_of_subcharts_do_not(tmp_path):
    shutil.copytree(SHOP, tmp_path / "shop")
    before = release_bytes(read_chart(tmp_path / "shop", "shop"), "")
    (tmp_path / "shop/charts/web/templates/big.txt").write_text(noise(10_000))
    assert release_bytes(read_chart(tmp_path / "shop", "shop"), "") == before
    (tmp_path / "shop/templates/big.txt").write_text(noise(10_000))
    assert release_bytes(read_chart(tmp_path / "shop", "shop"), "") > before + 10_000


@pytest.mark.parametrize(
    ("share", "severity"),
    [(0.1, None), (0.69, None), (0.70, "note"), (0.94, "note"), (0.95, "error")],
)
def test_when_it_is_told(share, severity):
    found = list(check_size("charts/shop", int(share * LIMIT) + 1))
    assert [finding.severity for finding in found] == ([severity] if severity else [])


def test_how_it_is_told():
    (finding,) = check_size("charts/shop", 1_000_000)
    assert finding.message == "the release takes about 977 KiB, 95% of what Helm can store"
