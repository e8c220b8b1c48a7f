"""kubectl.py: a program that plays kubectl, what it is given, and what is made of its answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.errors import ToolError
from generator.tools.kubectl import ClusterError, Kubectl, reason_of

SECRET = "c2VjcmV0LXZhbHVl"


def played(folder: Path, script: str) -> Kubectl:
    """A kubectl that notes its words and its standard input, and then does what the script says."""
    path = folder / "kubectl"
    path.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >{folder}/words\ncat >{folder}/stdin\n{script}\n'
    )
    path.chmod(0o755)
    return Kubectl(path=path, kubeconfig=Path("/k/config"), context="prod")


def words(folder: Path) -> list[str]:
    return (folder / "words").read_text().splitlines()


def test_every_call_names_the_cluster_and_a_bound(tmp_path: Path):
    played(tmp_path, "echo '{\"items\": []}'").list("pods", namespace="shop", selector="a=b")
    assert words(tmp_path) == [
        "get",
        "pods",
        "--output=json",
        "--namespace=shop",
        "--selector=a=b",
        "--request-timeout=30s",
        "--kubeconfig=/k/config",
        "--context=prod",
    ]


def test_what_a_container_is_to_run_gets_no_words_of_ours(tmp_path: Path):
    played(tmp_path, "exit 0").run("exec", "db-0", "--", "psql", "--command=SELECT 1")
    ours, container = words(tmp_path)[:-3], words(tmp_path)[-3:]
    assert container == ["--", "psql", "--command=SELECT 1"]
    assert {"--request-timeout=30s", "--kubeconfig=/k/config", "--context=prod"} < set(ours)


@pytest.mark.parametrize("code", [1, 3])
def test_what_it_printed_before_it_failed_is_in_no_message(tmp_path: Path, code: int):
    script = f"echo '{SECRET}'; echo 'Error from server (Forbidden): no' >&2; exit {code}"
    with pytest.raises(ClusterError) as caught:
        played(tmp_path, script).present([{"kind": "Secret"}])
    assert caught.value.reason == "forbidden"
    assert caught.value.code == code
    for text in (str(caught.value), caught.value.output, caught.value.message):
        assert SECRET not in text
    assert caught.value.output == "Error from server (Forbidden): no\n"


def test_nor_is_it_when_kubectl_was_killed(tmp_path: Path):
    with pytest.raises(ClusterError) as caught:
        played(tmp_path, f"echo '{SECRET}'; kill -9 $$").present([{"kind": "Secret"}])
    assert SECRET not in str(caught.value)


def test_a_program_that_cannot_be_started_says_why(tmp_path: Path):
    with pytest.raises(ClusterError, match="No such file"):
        Kubectl(path=tmp_path / "none").raw("/version")


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("", []),
        ('{"kind": "Pod", "n": 1}', [1]),
        ('{"kind": "List", "items": [{"kind": "Pod", "n": 1}, {"kind": "Pod", "n": 2}]}', [1, 2]),
        ('{"kind": "Review", "n": 1}\n{"kind": "Review", "n": 2}\n', [1, 2]),
    ],
)
def test_one_several_or_no_objects_are_read(tmp_path: Path, printed: str, names: list[int]):
    (tmp_path / "answer").write_text(printed)
    kubectl = played(tmp_path, f"cat {tmp_path}/answer")
    assert [one["n"] for one in kubectl.review([{"kind": "Review"}])] == names
    assert json.loads((tmp_path / "stdin").read_text())["items"] == [{"kind": "Review"}]


def test_a_dry_run_is_one_call_for_all(tmp_path: Path):
    kubectl = played(tmp_path, 'echo \'{"kind": "Pod"}\'')
    found = kubectl.apply_all([{"kind": "Pod"}], manager="helm", dry_run=True, force=True)
    assert found == ({"kind": "Pod"},)
    assert {"--dry-run=server", "--field-manager=helm", "--force-conflicts=true"} <= set(
        words(tmp_path)
    )


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("The connection to the server 127.0.0.1:6443 was refused", "unreachable"),
        ("error: You must be logged in to the server (Unauthorized)", "unauthorized"),
        ('Error from server (Forbidden): pods is forbidden: User "ann" cannot list', "forbidden"),
        (
            'failed calling webhook "w.example.com": dial tcp 127.0.0.1:1: connection refused',
            "admission",
        ),
        (
            'Error from server: admission webhook "w.example.com" denied the request: no',
            "admission",
        ),
        (
            "Error from server (Forbidden): pods \"a\" is forbidden: ValidatingAdmissionPolicy 'p'"
            " with binding 'p' denied request: no",
            "admission",
        ),
        (
            'resource mapping not found for name: "a" namespace: "b" from "": no matches for kind'
            ' "ScaledObject" in version "keda.sh/v1alpha1"',
            "unknown-kind",
        ),
        ('Error from server (NotFound): pods "a" not found', "missing"),
        ("nobody knows", "other"),
    ],
)
def test_one_word_for_why(said: str, reason: str):
    assert reason_of(ToolError(["kubectl"], 1, said)) == reason
