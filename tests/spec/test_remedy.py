"""What is suggested instead of a wrong key or value."""

from __future__ import annotations

import pytest

from generator.spec.remedy import allowed_keys, got, is_secret, nearest, renamed

KEYS = ["replicas", "image", "appVersion", "connects", "podSecurity"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(("replcas", "replicas"), ("replica", "replicas"), ("Image", "image")),
        *(
            ("app_version", "appVersion"),
            ("app-version", "appVersion"),
            ("appversoin", "appVersion"),
        ),
        *(("connect", "connects"), ("POD_SECURITY", "podSecurity")),
        *(("volume", None), ("x", None), ("", None)),
    ],
)
def test_the_nearest_key(written: str, meant: str | None) -> None:
    assert nearest(written, KEYS) == meant


def test_nothing_is_near_where_nothing_is_known() -> None:
    assert nearest("a", []) is None


def test_allowed_keys_are_listed_shortly() -> None:
    assert allowed_keys(["a", "b"]) == "allowed here: a, b"
    assert allowed_keys([]) == "remove it: no other key is allowed here"
    assert allowed_keys([str(n) for n in range(20)]).endswith("10, 11, …")


@pytest.mark.parametrize(
    ("name", "pattern", "better"),
    [
        ("Order_DB", "^[a-z][-a-z0-9]*$", "order-db"),
        ("orderDb", "^[a-z][-a-z0-9]*$", "order-db"),
        ("stripe-key", "^[A-Za-z_]+$", "stripe_key"),
        ("9lives", "^[a-z]+$", None),
        ("fine", "^[a-z]+$", None),
        ("anything", None, None),
    ],
)
def test_names_in_the_wrong_form(name: str, pattern: str | None, better: str | None) -> None:
    assert renamed(name, pattern) == better


@pytest.mark.parametrize(
    "key",
    [
        *("password", "DB_PASSWD", "stripeSecret", "token", "credentials", "API_KEY", "apiKey"),
        *("private-key", "passphrase", "secrets", "ACCESS_KEY_ID"),
    ],
)
def test_secret_names(key: str) -> None:
    assert is_secret(("env", key))
    assert "hunter2" not in got("hunter2", (key,))
    assert "4711" not in got(4711, (key, 0))


@pytest.mark.parametrize("key", ["image", "port", "key", "monkey", "passive"])
def test_names_that_are_not_secret(key: str) -> None:
    assert not is_secret((key,))
    assert got("hunter2", (key, 0)) == "'hunter2'"


def test_big_values_are_counted() -> None:
    assert got([1], ()) == "a list of 1 entry"
    assert got([1, 2], ()) == "a list of 2 entries"
    assert got(dict.fromkeys("abcd"), ()) == "a map with a, b, c, …"
    assert got("x" * 70, ()).endswith("(70 characters)")
