from __future__ import annotations

from pathlib import Path

import pytest

from generator.tools import cache


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_the_folder_follows_the_environment(tmp_path, monkeypatch):
    assert cache.folder() == tmp_path / "cache" / "helm-platform-generator"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/somewhere")
    assert cache.folder() == Path("/somewhere/.cache/helm-platform-generator")


def test_an_answer_is_asked_for_once_for_each_key():
    asked: list[str] = []

    def ask() -> str:
        asked.append("?")
        return f"answer {len(asked)}"

    assert [cache.remembered("x", "a", ask), cache.remembered("x", "a", ask)] == ["answer 1"] * 2
    assert cache.remembered("x", "b", ask) == "answer 2"
    assert cache.remembered("x", "a", ask) == "answer 1"


@pytest.mark.parametrize("content", ["", "{", "[]", "\x00"])
def test_a_damaged_file_is_replaced(content):
    cache.folder().mkdir(parents=True)
    (cache.folder() / "x.json").write_text(content)
    assert cache.remembered("x", "a", lambda: "new") == "new"
    assert cache.remembered("x", "a", lambda: "other") == "new"
    assert [each.name for each in cache.folder().iterdir()] == ["x.json"]


def test_a_folder_that_cannot_be_made_is_no_failure(tmp_path):
    (tmp_path / "cache").write_text("a file, where the folder would have to be")
    assert cache.remembered("x", "a", lambda: "new") == "new"
