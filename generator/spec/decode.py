"""The bytes of a file -> its text, or why it is none: size, encoding, control characters."""

from __future__ import annotations

import codecs
import re
import stat
from pathlib import Path

from generator.errors import InputError
from generator.findings import Finding

#: Far above any platform that people write, and still read within two seconds.
MAX_BYTES = 5 * 1024 * 1024

# What YAML 1.2 calls printable (§5.1), seen from the other side. Compiled where it is needed: it
# takes 4 ms, and of nearly all files `str.isprintable`, which is stricter, has said it before.
_FORBIDDEN = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_BLANKS = str.maketrans("", "", "\t\n\r")

_WIDE_BOMS = {
    codecs.BOM_UTF32_LE: "UTF-32",  # starts like the UTF-16 mark, so it is asked first
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def read_text(path: Path, name: str) -> str:
    """The text of a regular UTF-8 file. `name` is what messages call it."""
    return decode(_read(path, name), name)


def decode(raw: bytes, name: str) -> str:
    """Text from UTF-8 without a byte order mark. Raises `InputError` with the place."""
    for bom, encoding in _WIDE_BOMS.items():
        if raw.startswith(bom):
            raise _wide(name, encoding)
    if raw.startswith(codecs.BOM_UTF8):
        raise _wrong(
            name,
            "byte-order-mark",
            "the file starts with a byte order mark (BOM), which editors hide",
            hint=f"remove it: sed -i '1s/^\\xEF\\xBB\\xBF//' {name}",
            line=1,
            col=1,
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _undecodable(raw, error, name) from None
    if text.translate(_BLANKS).isprintable():
        return text
    found = re.search(_FORBIDDEN, text)
    if found is None:
        return text
    if raw[:2].count(0) == 1 and raw[:200].count(0) > 20:
        raise _wide(name, "UTF-16")
    line, col = _line_col(text, found.start())
    raise _wrong(
        name,
        "control-character",
        f"{_named(found.group())} cannot stand in YAML",
        hint=_escape_hint(found.group()),
        line=line,
        col=col,
    )


def _read(path: Path, name: str) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise _wrong(
                name, "not-a-file", "expected a file, got a folder", hint=_files_in(path, name)
            )
        if not stat.S_ISREG(mode):  # a pipe would block, /dev/zero would never end
            raise _wrong(
                name,
                "not-a-file",
                "expected a regular file, got a device or a pipe",
                hint="write the content to a file first",
            )
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _missing(path, name) from None
    except OSError as error:
        hint = f"make it readable: chmod u+r {name}" if isinstance(error, PermissionError) else None
        message = f"cannot be read: {(error.strerror or str(error)).lower()}"
        raise _wrong(name, "unreadable", message, hint=hint) from None
    if len(raw) > MAX_BYTES:
        size = path.stat().st_size / 1024 / 1024
        raise _wrong(
            name,
            "too-large",
            f"the file has {size:.1f} MiB, more than the {MAX_BYTES // 1024 // 1024} MiB "
            "that are read",
            hint="name parts of it under `include:`; data for a container belongs into its image",
        )
    return raw


def _missing(path: Path, name: str) -> InputError:
    if path.is_symlink():
        return _wrong(
            name,
            "missing-file",
            f"the link leads to {str(path.readlink())!r}, which does not exist",
            hint=f"restore what it leads to, or remove the link: rm {name}",
        )
    try:
        near = _yaml_files(path.parent)
    except OSError:
        return _wrong(
            name,
            "missing-file",
            "no such file, and no such folder either",
            hint="paths count from the folder of platform.yaml",
        )
    hint = f"beside it there is: {', '.join(near[:5])}" if near else None
    if path.name == "platform.yaml" and not near:
        hint = "python -m generator init    # writes a first one; -f FILE names another"
    return _wrong(name, "missing-file", "no such file", hint=hint)


def _files_in(path: Path, name: str) -> str | None:
    found = [f"{name}/{file}" for file in _yaml_files(path)[:5]]
    return f"name a file in it: {', '.join(found)}" if found else None


def _yaml_files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.suffix in (".yaml", ".yml"))


def _undecodable(raw: bytes, error: UnicodeDecodeError, name: str) -> InputError:
    byte = raw[error.start]
    before = raw[: error.start].decode("utf-8")
    line, col = _line_col(before, len(before))
    guess = raw[error.start : error.start + 1].decode("cp1252", "replace")
    shown = f" (in Windows-1252 the letter {guess})" if guess.isalpha() else ""
    return _wrong(
        name,
        "not-utf-8",
        f"byte {error.start + 1}, 0x{byte:02x}{shown}, is not UTF-8",
        hint="save the file as UTF-8; for a whole file in Latin-1: "
        f"iconv -f WINDOWS-1252 -t UTF-8 {name} > utf8.yaml && mv utf8.yaml {name}",
        line=line,
        col=col,
    )


def _wide(name: str, encoding: str) -> InputError:
    return _wrong(
        name,
        "not-utf-8",
        f"byte 1: the file is {encoding}, expected UTF-8",
        hint=f"iconv -f {encoding} -t UTF-8 {name} > utf8.yaml && mv utf8.yaml {name}",
        line=1,
        col=1,
    )


def _named(char: str) -> str:
    code = ord(char)
    kind = {0: "a NUL character", 0x1B: "an escape character", 0xFEFF: "a byte order mark"}
    return f"{kind.get(code, 'the control character')} (U+{code:04X})"


def _escape_hint(char: str) -> str:
    if char in "\0\ufeff":
        return "delete it"
    return f"delete it; in double quotes it can be written as \\u{ord(char):04X}"


def _line_col(text: str, offset: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - start + 1


def _wrong(
    name: str, rule: str, message: str, *, hint: str | None = None, line: int = 0, col: int = 0
) -> InputError:
    finding = Finding(path=name, line=line, col=col, rule=rule, message=message, hint=hint)
    return InputError([finding])
