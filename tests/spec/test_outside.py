"""Addresses outside the platform: scheme, host and port, or what is wrong and how to write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.spec.model import Outside
from generator.spec.outside import read_address

GOOD = {
    "https://api.stripe.com": ("https", "api.stripe.com", 443),
    "http://api.example.com/v1?x=1": ("http", "api.example.com", 80),
    "https://api.example.com:8443": ("https", "api.example.com", 8443),
    "tcp://db.example.com:5432": ("tcp", "db.example.com", 5432),
    "tcp://10.0.0.1:5432": ("tcp", "10.0.0.1", 5432),
    "https://[2001:db8::1]": ("https", "2001:db8::1", 443),
    "HTTPS://API.example.com": ("https", "api.example.com", 443),
}
WRONG = {
    "tcp://db.example.com": ("the address needs a port", "tcp://db.example.com:5432"),
    "tcp://db.example.com:70000": (
        "expected a port from 1 to 65535, got '70000'",
        "tcp://db.example.com:5432",
    ),
    "redis://cache.example.com": (
        "expected https://, http:// or tcp://, got 'redis://'",
        "write tcp://cache.example.com:6379",
    ),
    "redis://cache.example.com:7000": (
        "expected https://, http:// or tcp://, got 'redis://'",
        "write tcp://cache.example.com:7000",
    ),
    "gopher://a.example": (
        "expected https://, http:// or tcp://, got 'gopher://'",
        "write tcp://a.example:port",
    ),
    "https://": ("the address has no host", "https://api.example.com"),
    "https://a_b.example": (
        "the host 'a_b.example' holds '_'; only small letters, digits, dashes and dots are allowed",
        None,
    ),
}


@pytest.mark.parametrize("text", GOOD)
def test_an_address(text: str) -> None:
    scheme, host, port = GOOD[text]
    assert read_address(text) == Outside(scheme=scheme, host=host, port=port)


@pytest.mark.parametrize("text", WRONG)
def test_what_is_none(text: str) -> None:
    assert read_address(text) == WRONG[text]


@pytest.mark.parametrize("login", ["me", "me:hunter2", ":hunter2"])
def test_a_login_is_refused_and_not_repeated(login: str) -> None:
    said = read_address(f"https://{login}@api.example.com")
    assert isinstance(said, tuple)
    assert said[0] == "an address holds no user and no password"
    assert "hunter2" not in f"{said}"


@given(st.sampled_from(["https", "http", "tcp"]), st.integers(1, 65535))
def test_every_port_is_kept(scheme: str, port: int) -> None:
    expected = Outside(scheme=scheme, host="a.example", port=port)
    assert read_address(f"{scheme}://a.example:{port}") == expected


@given(st.text(max_size=12), st.text(max_size=20))
def test_every_text_is_an_address_or_has_a_reason(scheme: str, rest: str) -> None:
    said = read_address(f"{scheme}://{rest}")
    if isinstance(said, Outside):
        assert said.host
        assert 1 <= said.port <= 65535
    else:
        assert said[0]
