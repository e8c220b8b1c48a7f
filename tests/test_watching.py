"""Looking again and again, and what is shown of it."""

from __future__ import annotations

import pytest

from generator import watching
from generator.errors import ToolError
from generator.progress import Screen
from generator.tools.kubectl import ClusterError


class Cluster:
    """Answers one after the other; an exception is raised instead."""

    def __init__(self, *answers):
        self.answers, self.shown, self.missed = list(answers), [], 0

    def look(self):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def miss(self):
        self.missed += 1

    def watch(self, seconds=60.0):
        return watching.watch(
            self.look, self.shown.append, done=bool, missed=self.miss, seconds=seconds
        )


def failure(reason):
    return ClusterError(ToolError(["kubectl"], 1, "no"), reason)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(watching, "EVERY", 0.001)


def test_it_looks_until_all_is_well():
    cluster = Cluster(0, 0, 1, 0)
    assert cluster.watch() == 1
    assert cluster.shown == [0, 0, 1]


def test_it_ends_when_the_time_is_up():
    cluster = Cluster(0)
    assert cluster.watch(seconds=0.05) == 0
    assert len(cluster.shown) > 1


def test_a_cluster_that_does_not_answer_is_asked_again():
    cluster = Cluster(0, failure("unreachable"), failure("unreachable"), 1)
    assert cluster.watch() == 1
    assert (cluster.shown, cluster.missed) == ([0, 1], 2)


@pytest.mark.parametrize(
    "answers", [[failure("unreachable")], [0, failure("unauthorized")]], ids=["first", "refused"]
)
def test_what_waiting_does_not_help_ends_it(answers):
    with pytest.raises(ClusterError):
        Cluster(*answers).watch()


def test_elsewhere_than_on_a_terminal_only_news_are_told(capsys):
    screen = Screen()
    for what, text in [(1, "a"), (1, "a, a second later"), (2, "b")]:
        screen.show(what, text)
    screen.end("b")
    assert capsys.readouterr().out == "a\n\nb\n"


def test_a_terminal_is_drawn_over_and_keeps_the_whole_answer(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "10")
    monkeypatch.setenv("LINES", "6")
    screen = Screen()
    screen.show(1, "a\nb")
    screen.show(2, "\n".join("cdefgh"))
    screen.end("a line that is long\nd")
    up, line = "\x1b[1A\x1b[2K", "\r\x1b[K"
    assert capsys.readouterr().out == (
        f"{line}a\nb\n{line}{up * 2}c\nd\ne\nf\n{line}{up * 4}a line that is long\nd\n"
    )
