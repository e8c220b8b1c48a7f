"""Plain scalars mean what people expect, and PyYAML's other readings are known ones."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.spec.scalars import FIRST, Refused, resolve

TEXT = [
    *("yes", "no", "on", "off", "Yes", "NO", "y", "n", "Off"),
    *("1:30", "12:30:45", "2020-01-01", "2020-01-01T10:00:00Z", "1_000", "0b11", "1.2.3"),
    *("truthy", "nullable", "tRUE", "nULL", "-", ".", "+", "--x", "0x", "0o", "0o8", "1e", "e3"),
    *("500m", "512Mi", "1.4.0-rc1", "10.0.0.1", "٣", "1 2", "=", "~x", ".infinity", "0xfg"),
]
VALUES = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    "0": 0,
    "8000": 8000,
    "-5": -5,
    "+7": 7,
    "0o17": 15,
    "0x1F": 31,
    "-0": 0,
    "1.5": 1.5,
    ".5": 0.5,
    "1.": 1.0,
    "1e3": 1000.0,
    "1.10": 1.1,
    "-2.5E-1": -0.25,
    "0.5": 0.5,
}


@pytest.mark.parametrize("text", TEXT)
def test_text_stays_text(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize(("text", "value"), VALUES.items())
def test_values_are_read(text: str, value: object) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize("text", ["017", "00", "-010", "0089", "01234567"])
def test_leading_zeros_are_refused(text: str) -> None:
    refused = resolve(text)
    assert isinstance(refused, Refused)
    assert refused.rule == "octal"
    assert f'"{text}"' in refused.hint


def test_the_hint_for_octal_names_both_numbers() -> None:
    assert "0o644 for the octal number, 644 for the decimal" in resolve("0644").hint
    assert "octal number" not in resolve("0089").hint


@pytest.mark.parametrize(
    "text", [".inf", "-.INF", "+.Inf", ".nan", ".NaN", "1e999", "9" * 19, "0x" + "f" * 17]
)
def test_numbers_that_json_lacks_are_refused(text: str) -> None:
    refused = resolve(text)
    assert isinstance(refused, Refused)
    assert refused.rule == "number"


@given(st.integers(min_value=-(10**17), max_value=10**17))
def test_integers_survive(number: int) -> None:
    assert resolve(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_survive(number: float) -> None:
    assert resolve(repr(number)) == number


@given(st.text())
def test_every_text_has_a_reading(text: str) -> None:
    value = resolve(text)
    assert isinstance(value, str | int | float | bool | Refused | None)
    if isinstance(value, float):
        assert math.isfinite(value)
    if isinstance(value, str):
        assert value == text


@given(st.text(min_size=1).filter(lambda text: text[0] not in FIRST))
def test_the_first_character_settles_most(text: str) -> None:
    assert resolve(text) is text
