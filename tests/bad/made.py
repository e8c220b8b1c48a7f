"""Broken specs that are made by a few lines: wrong bytes, huge files, links, devices."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
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
    "nul": _nul,
    "pipe": _pipe,
    "ten-megabytes": _ten_megabytes,
    "terminal-escape": _terminal_escape,
    "utf-16": _utf_16,
    "utf-16-without-mark": _utf_16_without_mark,
    "utf-32": _utf_32,
    "windows-line-ends": _windows_line_ends,
}
