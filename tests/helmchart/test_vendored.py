from __future__ import annotations

import gzip
import io
import tarfile

import pytest

from generator.errors import InputError
from generator.helmchart import vendored


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


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "no chart archive"),
        (b"plain text", "no chart archive"),
        (tgz(), "expected one folder in it"),
        (tgz((member("a/x"), b""), (member("b/x"), b"")), "expected one folder in it"),
        (tgz((member("x"), b"")), "'x' in it is no file below one folder"),
        (tgz((member("a/../../x"), b"")), "'a/../../x' in it is no file"),
        (tgz((member("/a/x"), b"")), "'/a/x' in it is no file"),
        (tgz((member("a/x", kind=tarfile.SYMTYPE), b"")), "'a/x' in it is no file"),
        (tgz((member("a/x", kind=tarfile.LNKTYPE), b"")), "'a/x' in it is no file"),
        (tgz((member("a/x", kind=tarfile.FIFOTYPE), b"")), "'a/x' in it is no file"),
        (tgz((member("a\\x/y"), b"")), "in it is no file"),
        (tgz((member("a/x"), b""), (member("a/x/y"), b"")), "'a/x/y' in it lies below what is a"),
        (tgz((member("a/x"), bytes(vendored.MAX_FILE + 1))), "'a/x' in it has 5242881 bytes; Helm"),
        (gzip.compress(bytes(vendored.MAX_CHART + 1), 1), "unpacked it has more than 104857600"),
        (tgz((member("a/x"), b"x" * 5000))[:40], "no chart archive"),
    ],
    ids=[
        "empty",
        "text",
        "nothing",
        "two-folders",
        "no-folder",
        "up",
        "absolute",
        "link",
        "hard-link",
        "pipe",
        "backslash",
        "file-and-folder",
        "large-file",
        "bomb",
        "cut",
    ],
)
def test_archives_that_are_none_or_reach_out_are_refused(data, expected):
    with pytest.raises(InputError) as caught:
        vendored.unpack(data, "charts/x.tgz")
    (finding,) = caught.value.findings
    assert finding.path == "charts/x.tgz"
    assert expected in finding.message
