"""Publishers that are killed, and publishers that race, against a real registry."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from generator.errors import ToolError
from generator.ship.outcome import PUSHED, SKIPPED
from generator.tools import helm
from generator.tools.helm import Helm
from tests import needs
from tests.services.publishing import actions, digest_in, start, wrapped


@pytest.mark.parametrize(
    "lines",
    [
        "kill -9 $PPID",
        'kill -9 $PPID; exec "$HELM" "$@"',
        '"$HELM" "$@"; kill -9 $PPID',
        # Helm too is killed, somewhere in its push.
        '"$HELM" "$@" & sleep 0.02; kill -9 $! $PPID',
        '"$HELM" "$@" & sleep 0.04; kill -9 $! $PPID',
        '"$HELM" "$@" & sleep 0.06; kill -9 $! $PPID',
    ],
    ids=["before", "while-helm-goes-on", "after", "20ms", "40ms", "60ms"],
)
@pytest.mark.parametrize("nth", [1, 2])
def test_killed_at_the_first_or_second_push_and_run_again(
    plain_registry, pack, where, tmp_path, lines, nth
):
    four = helm.find(needs.helm(4), project=Path("/nowhere"))
    packages = [pack("first"), pack("second"), pack("third")]
    count = (
        f"echo x >> {tmp_path}/count\n"
        f'[ "$(wc -l < {tmp_path}/count)" -eq {nth} ] || exec "$HELM" "$@"'
    )
    publisher = start(
        wrapped(tmp_path / "helm", f"{count}\n{lines}"), plain_registry, where, packages
    )
    assert publisher.wait(60) == -signal.SIGKILL
    publisher.communicate()
    time.sleep(0.3 if "exec" in lines.split(";")[-1] else 0)  # the orphan that goes on
    there = [digest_in(plain_registry, where, each.name) for each in packages]
    assert there[: nth - 1] == [each.digest for each in packages[: nth - 1]]
    assert there[nth:] == [None] * (3 - nth)
    assert there[nth - 1] in (None, packages[nth - 1].digest)
    expected = [SKIPPED if digest else PUSHED for digest in there]
    assert actions(packages, plain_registry, where, four) == expected
    assert [digest_in(plain_registry, where, each.name) for each in packages] == [
        each.digest for each in packages
    ]


def test_killed_at_any_moment_and_run_again(plain_registry, pack, where):
    four = helm.find(needs.helm(4), project=Path("/nowhere"))
    packages = [pack(f"chart-{number}") for number in range(3)]
    for number, delay in enumerate((0.05, 0.15, 0.2, 0.25, 0.3, 0.4)):
        publisher = start(four.path, plain_registry, f"{where}-{number}", packages)
        time.sleep(delay)
        publisher.kill()
        publisher.communicate()
        outcome = actions(packages, plain_registry, f"{where}-{number}", four)
        assert set(outcome) <= {PUSHED, SKIPPED}
        assert actions(packages, plain_registry, f"{where}-{number}", four) == [SKIPPED] * 3


def test_a_race_of_the_same_bytes_harms_nobody(plain_registry, pack, where):
    packages = [pack("first"), pack("second")]
    publishers = [
        start(needs.helm(major), plain_registry, where, packages) for major in (3, 4, 3, 4)
    ]
    assert [each.wait(60) for each in publishers] == [0] * 4, [
        each.communicate()[0] for each in publishers
    ]
    for publisher in publishers:
        publisher.communicate()
    assert digest_in(plain_registry, where, "first") == packages[0].digest


#: What Helm 3 and 4 said when they read what another Helm was writing.
STUMBLES = (
    "Error: unexpected status from HEAD request to http://a/v2/b/manifests/1: "
    "500 Internal Server Error",
    'Error: PUT "http://a/v2/b/manifests/1": response status code 400: manifest blob unknown',
    "Error: unexpected status from PUT request to http://a/v2/b/manifests/1: 400 Bad Request",
    'Error: HEAD "http://a/v2/b/blobs/sha256:0": response status code 503: Service Unavailable',
)


@pytest.mark.parametrize("stumble", STUMBLES, ids=["500", "unknown", "400", "503"])
def test_a_registry_that_stumbles_is_asked_again(plain_registry, pack, where, tmp_path, stumble):
    count = f"echo x >> {tmp_path}/count"
    once = f'{count}\n[ $(wc -l < {tmp_path}/count) -gt 1 ] && exec $HELM "$@"\n'
    program = wrapped(tmp_path / "helm", f"{once}echo '{stumble}' >&2; exit 1")
    package = pack("first")
    assert actions([package], plain_registry, where, Helm(path=program, version=(4, 3, 1))) == [
        PUSHED
    ]
    assert digest_in(plain_registry, where, "first") == package.digest
    assert (tmp_path / "count").read_text() == "x\n" * 2


def test_what_another_has_pushed_meanwhile_is_not_pushed_again(
    plain_registry, pack, where, tmp_path
):
    lines = f"echo x >> {tmp_path}/count; $HELM \"$@\"; echo '{STUMBLES[0]}' >&2; exit 1"
    program = wrapped(tmp_path / "helm", lines)
    actions([pack("first")], plain_registry, where, Helm(path=program, version=(4, 3, 1)))
    assert (tmp_path / "count").read_text() == "x\n"


def test_a_registry_that_never_recovers_is_a_failure(plain_registry, pack, where, tmp_path):
    lines = f"echo x >> {tmp_path}/count; echo '{STUMBLES[0]}' >&2; exit 1"
    broken = Helm(path=wrapped(tmp_path / "helm", lines), version=(4, 3, 1))
    with pytest.raises(ToolError, match="500 Internal Server Error"):
        actions([pack("first")], plain_registry, where, broken)
    assert (tmp_path / "count").read_text() == "x\n" * 3


def test_a_race_of_different_bytes_is_told_to_the_loser(plain_registry, pack, where, tmp_path):
    """Both find nothing, then both push, then both look: the one overwritten is told."""
    contenders = [pack(greeting="mine"), pack(greeting="yours")]
    wait = (
        "touch {0}/{1}-$$; i=0\n"
        'while [ "$(ls {0} | grep -c {1}-)" -lt 2 ] && [ $i -lt 500 ]; do\n'
        "  sleep 0.02; i=$((i+1))\n"
        "done"
    )
    place = tmp_path / "meeting"
    here, pushed = wait.format(place, "here"), wait.format(place, "pushed")
    place.mkdir()
    program = wrapped(tmp_path / "helm", f'{here}\n"$HELM" "$@"; code=$?\n{pushed}\nexit $code')
    with ThreadPoolExecutor() as pool:
        publishers = [start(program, plain_registry, where, [each]) for each in contenders]
        outputs = list(pool.map(lambda each: each.communicate(timeout=60)[0], publishers))
    codes = [each.returncode for each in publishers]
    assert sorted(codes) == [0, 3], outputs
    assert "was pushed by two publishers at once, with different bytes" in outputs[codes.index(3)]
    winner = contenders[codes.index(0)]
    assert digest_in(plain_registry, where, "shop") == winner.digest
