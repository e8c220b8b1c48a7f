"""What checkers of others find in the charts is right, or has its reason in a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

import pytest

from generator.tools.pool import together
from tests import needs
from tests.foreign_checkers import checkers
from tests.foreign_checkers.checkers import Found

TABLE = needs.ROOT / "docs" / "foreign-checkers.md"


class Reason(NamedTuple):
    """One object, or some of like names, in a row of the table."""

    checker: str
    rule: str
    pattern: str
    why: str

    def covers(self, found: Found) -> bool:
        return (self.checker, self.rule) == (found.checker, found.rule) and fnmatchcase(
            found.object, self.pattern
        )


def reasons() -> list[Reason]:
    rows = re.findall(r"^\| (\S+) \| (\S+) \| (.+?) \| (.+?) \|$", TABLE.read_text(), re.MULTILINE)
    return [
        Reason(checker, rule, pattern.strip(), why)
        for checker, rule, patterns, why in rows
        if why.strip("-") and checker != "Checker"
        for pattern in patterns.split(",")
    ]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Found]:
    """All that both checkers find in all charts."""
    folder = tmp_path_factory.mktemp("rendered")
    programs = checkers.checkers()
    rendered = [checkers.render(project, name, folder) for project, name in checkers.charts()]
    calls = [
        lambda each=each: [*checkers.kube_score(programs / "kube-score", each)] for each in rendered
    ]
    calls += [
        lambda each=each: [*checkers.checkov(programs / "checkov", each)] for each in rendered
    ]
    return [one for many in together(calls) for one in many]


def test_every_finding_has_a_reason(found: Sequence[Found]) -> None:
    known = reasons()
    without = [each for each in found if not any(reason.covers(each) for reason in known)]
    assert without == []


def test_every_reason_is_needed(found: Sequence[Found]) -> None:
    unused = [each for each in reasons() if not any(each.covers(one) for one in found)]
    assert unused == []


def test_both_checkers_look_at_every_chart(found: Sequence[Found]) -> None:
    looked = {(each.checker, each.chart) for each in found}
    names = [name for _, name in checkers.charts()]
    assert looked == {(checker, name) for checker in ("checkov", "kube-score") for name in names}
    assert len(names) == len(set(names)) >= 5


BAD = """\
{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bad", "namespace": "x"},
 "spec": {"containers": [{"name": "bad", "image": "busybox:latest",
 "securityContext": {"privileged": true}}]}}
"""


def test_the_checkers_do_find_what_is_bad(tmp_path) -> None:
    (tmp_path / "bad.yaml").write_text(BAD)
    programs = checkers.checkers()
    score = {
        each.rule for each in checkers.kube_score(programs / "kube-score", tmp_path / "bad.yaml")
    }
    assert {"container-image-tag", "container-security-context-privileged"} <= score
    failed = {each.rule for each in checkers.checkov(programs / "checkov", tmp_path / "bad.yaml")}
    assert {"CKV_K8S_14", "CKV_K8S_16"} <= failed  # the tag, privileged


def test_a_reason_covers_only_what_it_names() -> None:
    reason = Reason("checkov", "CKV_K8S_8", "Pod/*-test", "it ends")
    one = Found("checkov", "CKV_K8S_8", "Pod/api-test", "shop", "")
    assert reason.covers(one)
    assert not reason.covers(one._replace(object="Deployment/api-test"))
    assert not reason.covers(one._replace(rule="CKV_K8S_9"))
    assert not reason.covers(one._replace(checker="kube-score"))
