"""Quantities are exact, and print as Kubernetes prints them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.spec.quantity import (
    canonical,
    format_bytes,
    format_cpu,
    format_duration,
    parse_bytes,
    parse_cpu,
    parse_milliseconds,
    parse_seconds,
)

CPU = {
    "500m": 500,
    "2": 2000,
    "1.5": 1500,
    "0.001": 1,
    ".5": 500,
    "1.": 1000,
    "0": 0,
    "1e3": 1_000_000,
    "5e-1": 500,
    "2k": 2_000_000,
    "1000000u": 1000,
    "1000000n": 1,
}
BYTES = {
    "512Mi": 536_870_912,
    "2Gi": 2_147_483_648,
    "1.5Gi": 1_610_612_736,
    "1e3": 1000,
    "100k": 100_000,
    "1Ki": 1024,
    "1E": 10**18,
    "7Ei": 7 * 2**60,
    "1E3": 1000,
    "0": 0,
    "128974848": 128_974_848,
    "1000m": 1,
    "0.5Ki": 512,
    "129M": 129_000_000,
}


@pytest.mark.parametrize(("text", "millicores"), CPU.items())
def test_cpu(text: str, millicores: int) -> None:
    assert parse_cpu(text) == millicores


@pytest.mark.parametrize(("text", "count"), BYTES.items())
def test_bytes(text: str, count: int) -> None:
    assert parse_bytes(text) == count


def test_numbers_of_yaml_are_quantities() -> None:
    assert parse_cpu(2) == 2000
    assert parse_cpu(0.1) == 100
    assert parse_bytes(1024) == 1024


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "'' is not a CPU quantity like 500m or 2"),
        ("lots", "'lots' is not a CPU quantity like 500m or 2"),
        ("-1", "'-1' is not a CPU quantity like 500m or 2; it must not be negative"),
        ("512Mi", "'512Mi' is not a CPU quantity like 500m or 2; that is a size"),
        ("1 ", "'1 ' is not a CPU quantity like 500m or 2"),
        ("1.5.5", "'1.5.5' is not a CPU quantity like 500m or 2"),
        ("٣", "'٣' is not a CPU quantity like 500m or 2"),
        ("1n", "1n is finer than 1m, a thousandth of a CPU"),
        ("0.0005", "0.0005 is finer than 1m, a thousandth of a CPU"),
        ("1e99", "1e99 is more than Kubernetes can count"),
    ],
)
def test_what_is_no_cpu(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse_cpu(text)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("512MB", "'512MB' is not a size like 512Mi or 2Gi; write 512Mi"),
        ("1.5 gb", "'1.5 gb' is not a size like 512Mi or 2Gi; write 1.5Gi"),
        ("2g", "'2g' is not a size like 512Mi or 2Gi; write 2Gi"),
        ("512m", "512m is no whole number of bytes; 512Mi is meant?"),
        ("0.3Ki", "0.3Ki is no whole number of bytes"),
        ("8Ei", "8Ei is more than Kubernetes can count"),
        ("1Zi", "'1Zi' is not a size like 512Mi or 2Gi"),
    ],
)
def test_what_is_no_size(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse_bytes(text)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        *(("1024Mi", "1Gi"), ("0.5", "500m"), ("1000", "1k"), ("1500m", "1500m"), ("0", "0")),
        *(("1.5Gi", "1536Mi"), ("0.1Gi", "107374182400m"), ("12e6", "12e6"), ("1E3", "1e3")),
        *(("1025Ki", "1025Ki"), ("1536", "1536"), ("100u", "100u"), ("0.00000000001", "1n")),
        *(("1500e3", "1500e3"), ("1e4", "10e3"), ("1024", "1024"), ("0Mi", "0")),
    ],
)
def test_quantities_print_as_kubernetes_prints_them(text: str, printed: str) -> None:
    assert canonical(text) == printed


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (1, "1"), (1000, "1k"), (1024, "1Ki"), (2**31, "2Gi"), (64 * 10**9, "64G")],
)
def test_bytes_print_in_the_shorter_family(count: int, text: str) -> None:
    assert format_bytes(count) == text


@given(st.integers(0, 2**63 - 1))
def test_bytes_survive_printing(count: int) -> None:
    assert parse_bytes(format_bytes(count)) == count
    assert parse_bytes(canonical(count)) == count


@given(st.integers(0, 10**12))
def test_millicores_survive_printing(millicores: int) -> None:
    assert parse_cpu(format_cpu(millicores)) == millicores


@given(
    st.decimals(0, 1000, places=3),
    st.sampled_from(["", "m", "k", "M", "Ki", "Mi", "Gi", "e3", "E2", "e-2"]),
)
def test_canonical_keeps_the_value_and_rests(number: object, suffix: str) -> None:
    text = f"{number}{suffix}"
    once = canonical(text)
    assert canonical(once) == once
    assert _value(once) == _value(text)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_sums_are_exact(one: int, other: int) -> None:
    total = parse_cpu(f"{one}m") + parse_cpu(f"{other}m")
    assert format_cpu(total) == format_cpu(one + other)
    assert (parse_bytes(f"{one}Mi") < parse_bytes(f"{other}Mi")) == (one < other)


@given(st.text())
def test_any_text_is_a_quantity_or_has_a_reason(text: str) -> None:
    for parse in (parse_cpu, parse_bytes, parse_milliseconds, parse_seconds):
        try:
            assert parse(text) >= 0
        except ValueError as error:
            assert str(error)


DURATIONS = {
    "500ms": 500,
    "2s": 2000,
    "90s": 90_000,
    "1h30m": 5_400_000,
    "30d": 2_592_000_000,
    "1w": 604_800_000,
    "0s": 0,
    "1m500ms": 60_500,
}


@pytest.mark.parametrize(("text", "milliseconds"), DURATIONS.items())
def test_durations(text: str, milliseconds: int) -> None:
    assert parse_milliseconds(text) == milliseconds


@pytest.mark.parametrize("text", ["", "5", "s", "1.5h", "30m1h", "1 h", "-1s", "1y", "1h1h", "٣s"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration like 500ms, 30s, 6h or 30d"):
        parse_milliseconds(text)


def test_seconds_are_whole() -> None:
    assert parse_seconds("6h") == 21_600
    with pytest.raises(ValueError, match="1500ms is no whole number of seconds"):
        parse_seconds("1500ms")


@given(st.integers(0, 10**12))
def test_durations_survive_printing(milliseconds: int) -> None:
    assert parse_milliseconds(format_duration(milliseconds)) == milliseconds


def _value(text: str) -> Fraction:
    """The same arithmetic by other means: `Fraction` reads exponents, suffixes are a table."""
    powers = dict(zip(["Ki", "Mi", "Gi"], [2**10, 2**20, 2**30], strict=True))
    for suffix, factor in powers.items():
        if text.endswith(suffix):
            return Fraction(text.removesuffix(suffix)) * factor
    tens = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12}
    if text[-1] in tens:
        return Fraction(text[:-1]) * Fraction(10) ** tens[text[-1]]
    return Fraction(text)
