"""What looks like a secret and what does not: a miss leaks one, a false alarm stops a build."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.spec.secrecy import is_random, plain_secret, secret_in

CREDENTIAL = "what looks like a real credential"
ADDRESS = "a password in an address"
PLACEHOLDER = "a placeholder for a secret"
# In two parts, so that no scanner of repositories takes them for real.
TEXTS = {
    "sk_" + "live_4eC39HqLyjWDarjt": CREDENTIAL,
    "AKIA" + "IOSFODNN7EXAMPLE": CREDENTIAL,
    "token ghp_" + "a" * 36: CREDENTIAL,
    "-----BEGIN RSA " + "PRIVATE KEY-----": CREDENTIAL,
    "postgres://me:hunter2@db/shop": ADDRESS,
    "your-secret-key": PLACEHOLDER,
    "change-me": PLACEHOLDER,
    "CHANGE_THIS": PLACEHOLDER,
    "sk_test_...": PLACEHOLDER,
    "<password>": PLACEHOLDER,
    "postgres://me@db/shop": None,
    "postgres://me:$(PASSWORD)@db/shop": None,
    "https://a.example:8443/@me": None,
    "your-order": None,
    "exchange-metrics": None,
    "AKIA": None,
    "": None,
}


@pytest.mark.parametrize("text", TEXTS)
def test_texts_that_hold_secrets(text: str) -> None:
    assert secret_in(text) == TEXTS[text]


@given(st.sampled_from([text for text, held in TEXTS.items() if held == CREDENTIAL]), st.text())
def test_a_credential_is_found_in_any_text(credential: str, around: str) -> None:
    assert secret_in(f"{around} {credential} {around}") == CREDENTIAL


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("DB_PASSWORD", "hunter2", True),
        ("PASSWORD", "hunter2", True),
        ("sessionSecret", "hunter2", True),
        ("API_TOKEN", "abc-def", True),
        ("STRIPE_PUBLIC_KEY", "abc-def", False),
        ("SORT_KEY", "date", False),
        ("MONKEY", "hunter2", False),
        ("PASSWORD_FILE", "/run/secrets/x", False),
        ("DB_PASSWORD", "/run/secrets/db", False),
        ("DB_PASSWORD", "$(OTHER)", False),
        ("CSRF_TOKEN", "true", False),
        ("API_KEY", "", False),
    ],
)
def test_variables_that_are_secrets_by_name(name: str, value: str, secret: bool) -> None:
    assert plain_secret(name, value) is secret


@pytest.mark.parametrize(
    ("name", "random"),
    [
        ("a" * 32, True),
        ("0f" * 16, True),
        ("aB3" * 11, True),
        ("g" * 40, False),
        ("api-key", False),
    ],
)
def test_names_that_nobody_gives(name: str, random: bool) -> None:
    assert is_random(name) is random
