"""Dashboards of declared metrics, asked of a real Prometheus over a made-up day."""

from __future__ import annotations

import re

import pytest

from tests import needs
from tests.docs.markdown import script

PICTURE = script("picture")


@pytest.fixture(scope="module", params=["platform.yaml", "examples/harbor-logistics/platform.yaml"])
def scene(request, tmp_path_factory):
    """A platform's dashboards, and a server that knows what they ask for."""
    needs.program("promtool", "apt-get install prometheus")
    found = PICTURE.Scene.read(needs.ROOT / request.param)
    with found.answering(tmp_path_factory.mktemp("day")) as server:
        yield found, server


def test_every_panel_of_declared_metrics_answers(scene):
    """A query may be good PromQL and yet match nothing, or two series with one."""
    found, server = scene
    panels = list(found.panels())
    assert len(panels) > 5
    silent = [
        f"{name}: {panel['title']}"
        for name, panel, target in panels
        if not PICTURE.lines(server, panel, target)
    ]
    assert silent == []


def test_every_legend_names_labels_that_the_answer_has(scene):
    found, server = scene
    for name, panel, target in found.panels():
        names = [line for line, _ in PICTURE.lines(server, panel, target)]
        assert len(set(names)) == len(names), f"{name}: {panel['title']}: lines of one name"


def test_pictures_are_what_the_dashboards_say(scene):
    """But for a pixel: versions of Prometheus round differently."""
    found, server = scene
    if "franchise" not in found.boards:
        assert not set(PICTURE.DRAWN) & set(found.boards)
        return
    for path, text in PICTURE.pictures(found, server).items():
        drawn, wanted = (re.split(r"(?<=[ML ])(\d+)", one) for one in (path.read_text(), text))
        assert drawn[::2] == wanted[::2], f"{path}: run scripts/picture"
        apart = [abs(int(a) - int(b)) for a, b in zip(drawn[1::2], wanted[1::2], strict=True)]
        assert max(apart) <= 1, f"{path}: run scripts/picture"
