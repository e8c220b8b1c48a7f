"""Broken specs that are made by a few lines: wrong bytes, huge files, links, devices."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

_GOOD = "name: shop\nenvironments: [production]\n"


def _byte_order_mark(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + _GOOD.encode())


def _utf_16(path: Path) -> None:
    path.write_bytes(_GOOD.encode("utf-16"))


def _utf_16_without_mark(path: Path) -> None:
    path.write_bytes(_GOOD.encode("utf-16-le"))


def _utf_32(path: Path) -> None:
    path.write_bytes(_GOOD.encode("utf-32"))


def _latin_1(path: Path) -> None:
    path.write_bytes(f"{_GOOD}description: Ein schönes Geschäft\n".encode("latin-1"))


def _cut_utf_8(path: Path) -> None:
    path.write_bytes(f"{_GOOD}description: über".encode()[:-4])


def _windows_line_ends(path: Path) -> None:
    path.write_bytes(b"name: shop\r\nenvironments: [dev\r\ncharts: {}\r\n")


def _nul(path: Path) -> None:
    path.write_text(f"{_GOOD}description: a\0b\n")


def _terminal_escape(path: Path) -> None:
    path.write_text(f"{_GOOD}description: \x1b[31mred\n")


def _inner_byte_order_mark(path: Path) -> None:
    path.write_text(f"{_GOOD}\ufeffdescription: glued together from two files\n", "utf-8")


def _ten_megabytes(path: Path) -> None:
    line = f"# {'x' * 77}\n"
    path.write_text(_GOOD + line * (10 * 1024 * 1024 // len(line)))


def _alias_bomb(path: Path) -> None:
    lines = ["a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    for last, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{last}'] * 10)}]")
    path.write_text("\n".join(lines) + "\n")


def _merge_bomb(path: Path) -> None:
    lines = ["a: &a {k: [x, x, x, x, x, x, x, x, x, x]}"]
    for last, name in zip("abcdefgh", "bcdefghi", strict=True):
        inner = ", ".join(f"k{i}: *{last}" for i in range(10))
        lines.append(f"{name}: &{name} {{<<: *{last}, {inner}}}")
    path.write_text("\n".join(lines) + "\n")


def _deep_brackets(path: Path) -> None:
    path.write_text(f"{_GOOD}charts: {'[' * 100_000}\n")


def _deep_maps(path: Path) -> None:
    path.write_text("".join(f"{' ' * depth}a:\n" for depth in range(80)))


def _missing(path: Path) -> None:
    path.with_name("plattform.yaml").write_text(_GOOD)


def _missing_from_an_empty_folder(path: Path) -> None:
    assert not list(path.parent.iterdir())


def _missing_folder(path: Path) -> None:
    path.parent.rmdir()


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _dangling_link(path: Path) -> None:
    path.symlink_to("gone.yaml")


def _link_in_a_circle(path: Path) -> None:
    path.symlink_to("other.yaml")
    path.with_name("other.yaml").symlink_to("platform.yaml")


_CHART = "apiVersion: v2\nname: page\nversion: 0.3.0\n"
_SHOP = """\
name: shop
environments: [production]
charts:
  shop:
    version: 1.0.0
    namespace: shop
    components:
      front:
        kind: web
        image: registry.example.com/front
        port: 8080
        resources: {cpu: 100m, memory: 64Mi}
    dependencies:
"""


def _archive(files: Mapping[str, bytes | str], *, link: str = "") -> bytes:
    """Files of an archive; `link` is a symbolic link among them."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            data = content.encode() if isinstance(content, str) else content
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        if link:
            info = tarfile.TarInfo(link)
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(info)
    return out.getvalue()


def _dependency(
    files: Mapping[str, bytes | str], path: Path, *, link: str = "", more: str = ""
) -> None:
    """A platform with one dependency `status`, whose archive is locked."""
    data = _archive(files, link=link)
    _locked(path, data, more)


def _locked(path: Path, data: bytes, more: str = "", alias: str = "status") -> None:
    path.with_name("page-0.3.0.tgz").write_bytes(data)
    lines = [f"      {alias}:", "        archive: page-0.3.0.tgz"]
    lines.append(f"        sha256: {hashlib.sha256(data).hexdigest()}")
    path.write_text(_SHOP + "\n".join([*lines, more]) + "\n")


def _named(alias: str, path: Path) -> None:
    _locked(path, _archive({"page/Chart.yaml": _CHART}), alias=alias)


def _unlocked(path: Path) -> None:
    path.with_name("page-0.3.0.tgz").write_bytes(b"the same bytes each time")
    path.write_text(f"{_SHOP}      status: {{archive: page-0.3.0.tgz}}\n")


def _other_bytes(path: Path) -> None:
    path.with_name("page-0.3.0.tgz").write_bytes(b"the same bytes each time")
    path.write_text(f"{_SHOP}      status: {{archive: page-0.3.0.tgz, sha256: {'0a' * 32}}}\n")


def _not_there(path: Path, more: str = "", name: str = "vendor/page-0.3.0.tgz") -> None:
    path.write_text(f"{_SHOP}      status: {{archive: {name}{more}}}\n")


def _misspelt(path: Path) -> None:
    path.with_name("page-0.3.0.tgz").write_bytes(b"")
    _not_there(path, name="pages-0.3.0.tgz")


def _connected(path: Path) -> None:
    _locked(path, _archive({"page/Chart.yaml": _CHART}))
    path.write_text(
        path.read_text().replace("port: 8080", "port: 8080\n        connects: [status]")
    )


def _two_of_one_name(path: Path) -> None:
    _locked(path, _archive({"page/Chart.yaml": _CHART}))
    other = _archive({"page/Chart.yaml": f"{_CHART}description: another one\n"})
    path.with_name("other.tgz").write_bytes(other)
    digest = hashlib.sha256(other).hexdigest()
    text = f"{path.read_text()}      news: {{archive: other.tgz, sha256: {digest}}}\n"
    path.write_text(text)


def _like_a_component(path: Path) -> None:
    _locked(path, _archive({"front/Chart.yaml": "apiVersion: v2\nname: front\nversion: 1.0.0\n"}))


_PAGE = {"page/Chart.yaml": _CHART}
_FROM = ", from: oci://registry.example.com/charts/page, version: 0.3.0"
_REPOSITORY = ", from: https://charts.example.com, version: 0.3.0"

#: What is wrong with a chart of others.
_DEPENDENCIES: Mapping[str, Callable[[Path], None]] = {
    "alias-illegal": partial(_named, "Status_Page"),
    "alias-of-a-component": partial(_named, "front"),
    "alias-of-the-chart": partial(_named, "shop"),
    "alias-of-values": partial(_named, "quota"),
    "connected-to": _connected,
    "api-version-1": partial(
        _dependency, {"page/Chart.yaml": _CHART.replace("apiVersion: v2", "apiVersion: v1")}
    ),
    "incomplete": partial(
        _dependency,
        {"page/Chart.yaml": f"{_CHART}dependencies: [{{name: common, version: 1.x.x}}]\n"},
    ),
    "large-file": partial(_dependency, {**_PAGE, "page/big": bytes(5 * 1024 * 1024 + 1)}),
    "library": partial(_dependency, {"page/Chart.yaml": f"{_CHART}type: library\n"}),
    "like-a-component": _like_a_component,
    "link": partial(_dependency, _PAGE, link="page/files/passwd"),
    "missing": _not_there,
    "missing-from-a-registry": partial(_not_there, more=_FROM),
    "missing-from-a-repository": partial(_not_there, more=_REPOSITORY),
    "misspelt": _misspelt,
    "no-archive": partial(_locked, data=b"<html>404 not found</html>"),
    "no-chart": partial(_dependency, {"page/values.yaml": "a: 1\n"}),
    "other-bytes": _other_bytes,
    "other-version": partial(_dependency, _PAGE, more="        version: 0.4.0"),
    "outside": partial(_not_there, name="../page-0.3.0.tgz"),
    "password": partial(
        _dependency, _PAGE, more="        values: {auth: {adminPassword: hunter2}}"
    ),
    "switch-among-values": partial(_dependency, _PAGE, more="        values: {enabled: false}"),
    "two-of-one-name": _two_of_one_name,
    "unlocked": _unlocked,
    "upwards": partial(_dependency, {**_PAGE, "page/../../x": "y"}),
}

MADE: Mapping[str, Callable[[Path], None]] = {
    "alias-bomb": _alias_bomb,
    "byte-order-mark": _byte_order_mark,
    "byte-order-mark-inside": _inner_byte_order_mark,
    "cut-utf-8": _cut_utf_8,
    "dangling-link": _dangling_link,
    "deep-brackets": _deep_brackets,
    "deep-maps": _deep_maps,
    "folder": _folder,
    "latin-1": _latin_1,
    "link-in-a-circle": _link_in_a_circle,
    "merge-bomb": _merge_bomb,
    "missing": _missing,
    "missing-folder": _missing_folder,
    "missing-from-an-empty-folder": _missing_from_an_empty_folder,
    "nul": _nul,
    "pipe": _pipe,
    "ten-megabytes": _ten_megabytes,
    "terminal-escape": _terminal_escape,
    "utf-16": _utf_16,
    "utf-16-without-mark": _utf_16_without_mark,
    "utf-32": _utf_32,
    "windows-line-ends": _windows_line_ends,
}

#: The same for specs that are read, with what is wrong in files that they name.
MADE_DEPENDENCIES = {f"dependency-{name}": make for name, make in _DEPENDENCIES.items()}
