from __future__ import annotations

import io
import shutil
import tarfile

import pytest

from generator.errors import InputError
from generator.ship import archive, contents


def tgz(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for info, data in members:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def member(name: str, *, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        info.linkname = "/etc/passwd"
    return info


def test_a_packed_subchart_gives_the_same_archive_as_an_unpacked_one(shop, tmp_path):
    unpacked = archive.pack(shop, tmp_path / "a")
    archive.pack(shop / "charts/cart", shop / "charts")
    shutil.rmtree(shop / "charts/cart")
    assert [path.name for path in (shop / "charts").iterdir()] == ["cart-0.4.0.tgz"]
    assert archive.pack(shop, tmp_path / "b").digest == unpacked.digest


def test_packed_subcharts_of_packed_subcharts_are_unpacked(shop):
    inner = tgz((member("leaf/Chart.yaml"), b"name: leaf\nversion: 1.0.0\n"))
    outer = tgz(
        (member("mid/Chart.yaml"), b"name: mid\nversion: 1.0.0\n"),
        (member("mid/charts", kind=tarfile.DIRTYPE), b""),
        (member("mid/charts/leaf-1.0.0.tgz"), inner),
    )
    (shop / "charts/mid-1.0.0.tgz").write_bytes(outer)
    (shop / "charts/mid-1.0.0.tgz.prov").write_text("a signature of what is no longer there")
    added = set(contents.collect(shop)) - {"charts/cart/Chart.yaml"}
    assert {path for path in added if "mid" in path} == {
        "charts/mid/Chart.yaml",
        "charts/mid/charts/leaf/Chart.yaml",
    }


def test_archives_elsewhere_stay_as_they_are(shop):
    (shop / "files").mkdir()
    (shop / "files/data.tgz").write_bytes(b"not even an archive")
    assert contents.collect(shop)["files/data.tgz"] == b"not even an archive"


def test_a_subchart_packed_and_unpacked_is_refused(shop):
    archive.pack(shop / "charts/cart", shop / "charts")
    with pytest.raises(InputError) as caught:
        contents.collect(shop)
    assert "is in charts/ twice" in caught.value.findings[0].message
