from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import pytest

from generator.errors import GeneratorError
from generator.ship import credentials
from generator.ship.credentials import Credentials

HOST = "registry.example.com:5000"


def auth(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def config(path: Path, **content: object) -> Path:
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (auth("ann", "pass:with:colons"), Credentials(user="ann", password="pass:with:colons")),
        (auth("ann", "pä55"), Credentials(user="ann", password="pä55")),
        ({"username": "ann", "password": "x"}, Credentials(user="ann", password="x")),
        (
            {"identitytoken": "abc"},
            Credentials(user="", password="", identity_token="abc"),
        ),
        ({}, None),
        (None, None),
    ],
)
def test_entries_are_read_as_docker_writes_them(entry, expected, tmp_path):
    file = config(tmp_path / "c.json", auths={HOST: entry, "other.example.com": auth("b", "c")})
    assert credentials.find(HOST, [file]) == expected


def test_the_first_file_that_knows_the_registry_wins(tmp_path):
    files = [
        tmp_path / "absent.json",
        config(tmp_path / "a.json", auths={"other.example.com": auth("a", "a")}),
        config(tmp_path / "b.json", auths={HOST: auth("b", "b")}),
        config(tmp_path / "c.json", auths={HOST: auth("c", "c")}),
    ]
    found = credentials.find(HOST, files)
    assert found is not None
    assert found.user == "b"
    assert credentials.find("unknown.example.com", files) is None


@pytest.mark.parametrize("key", [f"https://{HOST}/v1/", f"https://{HOST}", f"{HOST}/v2"])
def test_old_ways_of_writing_a_registry_are_understood(key, tmp_path):
    file = config(tmp_path / "c.json", auths={key: auth("ann", "x")})
    assert credentials.find(HOST, [file]) == Credentials(user="ann", password="x")


def test_a_registry_is_not_mistaken_for_one_whose_name_begins_alike(tmp_path):
    file = config(
        tmp_path / "c.json", auths={f"{HOST}.evil.com": auth("a", "b"), "x": auth("c", "d")}
    )
    assert credentials.find(HOST, [file]) is None
    assert credentials.find("registry.example.com", [file]) is None


def test_docker_hub_has_its_own_key(tmp_path):
    file = config(tmp_path / "c.json", auths={"https://index.docker.io/v1/": auth("ann", "x")})
    assert credentials.find("docker.io", [file]) == Credentials(user="ann", password="x")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"credsStore": "test"}, Credentials(user="ann", password=f"for {HOST}")),
        ({"credHelpers": {HOST: "test"}}, Credentials(user="ann", password=f"for {HOST}")),
        ({"credHelpers": {"other": "test"}}, None),
    ],
)
def test_helpers_are_asked(content, expected, tmp_path, monkeypatch):
    program = tmp_path / "docker-credential-test"
    program.write_text(
        """#!/bin/sh\nread -r s; echo '{"Username": "ann", "Secret": "for '"$s"'"}'\n"""
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert credentials.find(HOST, [config(tmp_path / "c.json", **content)]) == expected


def test_a_helper_may_keep_a_token(tmp_path, monkeypatch):
    program = tmp_path / "docker-credential-test"
    program.write_text("""#!/bin/sh\necho '{"Username": "<token>", "Secret": "abc"}'\n""")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    found = credentials.find(HOST, [config(tmp_path / "c.json", credsStore="test")])
    assert found == Credentials(user="", password="", identity_token="abc")


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"auths": ["a"]}', '{"auths": {"HOST": 7}}', '{"auths": {"HOST": {"auth": "%"}}}'],
)
def test_a_file_that_cannot_be_read_is_named_but_not_shown(text, tmp_path):
    (tmp_path / "c.json").write_text(text.replace("HOST", HOST))
    with pytest.raises(GeneratorError, match=r"c\.json is no registry config"):
        credentials.find(HOST, [tmp_path / "c.json"])


def test_what_is_written_for_helm_is_read_back(tmp_path):
    given = Credentials(user="ann", password="a:b ä")
    (tmp_path / "c.json").write_text(credentials.config_for(HOST, given))
    assert credentials.find(HOST, [tmp_path / "c.json"]) == given


def test_secrets_are_not_shown():
    shown = repr(Credentials(user="ann", password="hunter2", identity_token="hunter3"))
    assert "hunter" not in shown
    assert "ann" in shown


def test_the_docker_config_is_where_docker_keeps_it():
    assert credentials.docker_config({"DOCKER_CONFIG": "/d"}) == Path("/d/config.json")
    assert credentials.docker_config({}) == Path.home() / ".docker/config.json"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("hunter2", "hunter2"), ("a b\n", "a b"), ("x\r\n", "x"), ("y\n\n", "y\n")],
)
def test_a_password_loses_one_line_end_only(text, expected, tmp_path, monkeypatch):
    (tmp_path / "p").write_bytes(text.encode())
    assert credentials.read_password(tmp_path / "p") == expected
    monkeypatch.setattr("sys.stdin", io.StringIO(text, newline=""))
    assert credentials.read_password(None) == expected


def test_an_empty_password_is_refused(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    with pytest.raises(GeneratorError, match="no password in standard input"):
        credentials.read_password(None)
