"""What every kind must offer."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from generator.errors import GeneratorError
from generator.kinds import BUILT_IN, load_kinds
from tests.kinds.rendering import RESOURCES, build


@pytest.fixture(params=BUILT_IN)
def kind(request):
    return importlib.import_module(f"generator.kinds.{request.param}")


def test_says_what_it_is_in_one_sentence(kind):
    assert kind.SUMMARY.endswith(".")
    assert kind.SUMMARY[0].isupper()
    assert len(kind.SUMMARY) < 100


def test_every_setting_has_a_description(kind):
    assert [path for path in _undescribed(kind.SETTINGS, "") if path] == []


def test_every_setting_is_closed(kind):
    assert list(_open(kind.SETTINGS["properties"], "")) == []


def test_required_settings_exist(kind):
    assert set(kind.SETTINGS.get("required", ())) <= set(kind.SETTINGS["properties"])


def _undescribed(node: Any, path: str) -> Iterator[str]:
    """Properties without a description of their own, unless a definition has it.

    A condition only asks for the value of one that is described elsewhere.
    """
    if isinstance(node, Mapping):
        for name, schema in node.get("properties", {}).items():
            below = f"{path}.{name}"
            if "description" not in schema and "$ref" not in schema:
                yield below
            yield from _undescribed(schema, below)
        for key, value in node.items():
            if key not in ("properties", "if"):
                yield from _undescribed(value, path)
    elif isinstance(node, list):
        for value in node:
            yield from _undescribed(value, path)


def _open(node: Any, path: str) -> Iterator[str]:
    """Maps with known properties that let others in."""
    if isinstance(node, Mapping):
        if "properties" in node and node.get("additionalProperties") is not False:
            yield path
        for key, value in node.items():
            yield from _open(value, f"{path}.{key}")
    elif isinstance(node, list):
        for value in node:
            yield from _open(value, path)


class TestOwnKinds:
    """Kinds beside platform.yaml."""

    def write(self, folder, name, text):
        own = folder / "kinds" / name
        own.mkdir(parents=True)
        (own / "__init__.py").write_text(text)
        return own

    def test_takes_part_like_a_built_in_one(self, tmp_path):
        own = self.write(tmp_path, "sweeper", "from generator.kinds.job import *\n")
        (own / "templates").mkdir()
        (own / "templates" / "extra.yaml").write_text("kind: ConfigMap\n[[ component.name ]]: 1\n")
        (own / "__init__.py").write_text(
            "from generator.kinds.api import File\n"
            "from generator.kinds.web import *\n"
            "from generator.kinds.web import files as web_files\n"
            "SUMMARY = 'A web application with something more.'\n"
            "def files(component, chart):\n"
            "    extra = File(template='extra.yaml', path='templates/extra.yaml')\n"
            "    return [*web_files(component, chart), extra]\n"
        )
        component = {"kind": "sweeper", "image": "a/b", "port": 80, "resources": RESOURCES}
        shop = build(tmp_path, {"broom": component})
        text = (shop.charts / "broom" / "templates" / "extra.yaml").read_text()
        assert text == "kind: ConfigMap\nbroom: 1\n"

    def test_lacks_something(self, tmp_path):
        self.write(tmp_path, "half", "SUMMARY = 'Half.'\ndef read(name, data): ...\n")
        with pytest.raises(GeneratorError, match="lacks SETTINGS, files, knobs, link") as caught:
            load_kinds(tmp_path / "kinds")
        assert "api.py" in str(caught.value.hint)

    def test_is_broken(self, tmp_path):
        self.write(tmp_path, "broken", "1 / 0\n")
        with pytest.raises(GeneratorError, match="can't be loaded: division by zero"):
            load_kinds(tmp_path / "kinds")
