"""What is said after a failure, by what Helm and the API server said."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import ToolError
from generator.release import aftermath
from generator.release.deploy import failure
from generator.release.target import Target, World
from generator.release.watch import Outcome
from generator.tools.helm import Helm
from generator.tools.kubectl import ClusterError, Kubectl, reason_of

EXPIRED = (
    "Error: UPGRADE FAILED: an error occurred while finding last successful release. original"
    " upgrade error: context deadline exceeded: kubernetes cluster unreachable: the server has"
    " asked for the client to provide credentials"
)


def failed(folder: Path, kubectl: str, helm: str | None) -> str:
    """The message after an upgrade in which Helm said something, and kubectl says that now."""
    program = folder / "kubectl"
    program.write_text(f"#!/bin/sh\necho '{kubectl}' >&2\nexit 1\n")
    program.chmod(0o755)
    target = Target(release="shop", namespace="shop", environment="dev", chart=folder, values=())
    world = World(helm=Helm(path=program, version=(4, 3, 1)), kubectl=Kubectl(path=program))
    error = ToolError(["helm"], 1, helm) if helm else ToolError(["helm"], None, "")
    outcome = Outcome(error=ClusterError(error, reason_of(error)), seconds=7)
    found = failure(target, world, "shop: upgrading", outcome)
    return f"{found.message}\nhint: {found.hint}"


@pytest.mark.parametrize(
    ("kubectl", "helm", "state", "hint"),
    [
        (
            "error: You must be logged in to the server (Unauthorized)",
            EXPIRED,
            "unknown, for the cluster no longer accepts the token or certificate; later: helm",
            "log in to the cluster again: it does not accept the token or certificate; then"
            " deploy again with --recover",
        ),
        (
            'Error from server (Forbidden): secrets is forbidden: User "ann" cannot list',
            'roles "shop" is forbidden: User "ann" cannot get resource "roles"',
            "unknown, for this user may not read it; later: helm history shop -n shop",
            "kubectl auth can-i --list --namespace shop",
        ),
        (
            "The connection to the server 127.0.0.1:1 was refused",
            "Kubernetes cluster unreachable: dial tcp 127.0.0.1:1: connect: connection refused",
            "unknown, for the cluster does not answer; later: helm history shop -n shop",
            "is the cluster up, and reachable from here? kubectl cluster-info; then deploy again",
        ),
        (
            "The connection to the server 127.0.0.1:1 was refused",
            'failed calling webhook "w.example.com": dial tcp 127.0.0.1:1: connection refused',
            "unknown, for the cluster does not answer",
            "the webhook w.example.com does not answer",
        ),
        (
            "Unable to connect to the server: net/http: TLS handshake timeout",
            None,
            "unknown, for the cluster does not answer",
            "is the cluster up, and reachable from here? kubectl cluster-info; then deploy again",
        ),
        (
            "Unable to connect to the server: net/http: TLS handshake timeout",
            "nobody knows",
            "unknown, for the cluster does not answer",
            "wait until the cluster answers; then deploy again with --recover",
        ),
    ],
    ids=["expired", "forbidden", "unreachable", "webhook", "no end", "no sign"],
)
def test_the_state_and_what_to_do(tmp_path, kubectl, helm, state, hint):
    said = failed(tmp_path, kubectl, helm)
    assert f"    state: {state}" in said
    assert f"hint: {hint}" in said


def test_long_lines_of_the_api_server_keep_their_beginning_and_end():
    error = ToolError(["helm"], 1, f"Error: first {'x' * 900} last")
    (line,) = aftermath.helm_words(ClusterError(error, "other"))
    assert line.startswith("first x")
    assert line.endswith("x last")
    assert len(line) < 420
