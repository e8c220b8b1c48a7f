"""Bytes are text or have a finding that says where they are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import InputError
from generator.spec.decode import MAX_BYTES, decode, read_text

printable = st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Co"])


@given(st.text(printable | st.sampled_from("\t\n\r\x85")))
def test_printable_text_is_text(text: str) -> None:
    if "\ufeff" not in text:
        assert decode(text.encode(), "a.yaml") == text


@given(st.binary())
def test_any_bytes_are_text_or_have_a_finding(raw: bytes) -> None:
    try:
        assert decode(raw, "a.yaml").encode() == raw
    except InputError as error:
        assert [finding.path for finding in error.findings] == ["a.yaml"]
        assert error.findings[0].line >= 1
        assert error.findings[0].hint


def test_the_place_of_a_wrong_byte_counts_characters() -> None:
    with pytest.raises(InputError) as caught:
        decode("a: 1\nä: ü".encode() + b"\xff\n", "a.yaml")
    (finding,) = caught.value.findings
    assert (finding.line, finding.col) == (2, 5)
    assert "byte 12, 0xff" in finding.message


def test_the_limit_is_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"#" * MAX_BYTES)
    assert len(read_text(path, "a.yaml")) == MAX_BYTES
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(InputError):
        read_text(path, "a.yaml")


def test_an_endless_file_is_not_read() -> None:
    with pytest.raises(InputError) as caught:
        read_text(Path("/dev/zero"), "zero")
    assert [finding.rule for finding in caught.value.findings] == ["not-a-file"]
