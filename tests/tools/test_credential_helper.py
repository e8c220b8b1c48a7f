from __future__ import annotations

import pytest

from generator.errors import GeneratorError, ToolError
from generator.tools import credential_helper


@pytest.fixture
def helper(tmp_path, monkeypatch):
    """Put a `docker-credential-test` of the given shell lines on PATH."""

    def put(lines: str) -> None:
        program = tmp_path / "docker-credential-test"
        program.write_text(f"#!/bin/sh\n{lines}\n")
        program.chmod(0o755)

    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return put


def test_the_server_goes_in_and_user_and_secret_come_out(helper):
    helper(
        'read -r server; [ "$1" = get ] || exit 1\n'
        """echo '{"Username": "ann", "Secret": "at '"$server"'"}'"""
    )
    assert credential_helper.get("test", "registry.example.com:5000") == (
        "ann",
        "at registry.example.com:5000",
    )


def test_nothing_kept_is_an_answer(helper):
    helper("echo 'credentials not found in native keychain'; exit 1")
    assert credential_helper.get("test", "registry.example.com") is None


def test_a_broken_helper_is_a_failure(helper):
    helper("echo 'the keychain is locked' >&2; exit 1")
    with pytest.raises(ToolError, match="the keychain is locked"):
        credential_helper.get("test", "registry.example.com")


def test_an_answer_that_cannot_be_read_is_not_shown(helper):
    helper("echo 'hunter2'")
    with pytest.raises(GeneratorError, match="cannot be read") as caught:
        credential_helper.get("test", "registry.example.com")
    assert "hunter2" not in caught.value.message
