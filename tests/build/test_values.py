from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator.build import values
from generator.kinds.api import Knob
from generator.kinds.common import schemas as s

#: Strings that YAML reads as something else when nobody quotes them.
NASTY = [
    "", " ", "a ", " a", "yes", "No", "ON", "true", "null", "~", "Null", "nan", ".inf", "0", "007",
    "0o14", "0x1F", "1e3", "1_000", "12:30:45", "2020-01-01", "1.", ".5", "-", "- a", "? a", "a: b",
    "a:", "a #b", "#", "&a", "*a", "!a", "|", ">", "@a", "`a", "%a", "{a", "a}", "[a", "a,b", "'",
    '"', "\\", "a\nb", "a\n", "\t", "\x7f", "\x85", "\u2028", "\ufeff", "\x00", "😀", "=", "<<",
    "y", "{{ .Values }}", "---", "...", "a\rb", "(a)", "a (b)",
]  # fmt: skip

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
LEAVES = (
    TEXT
    | st.sampled_from(NASTY)
    | st.integers(-(2**53), 2**53)
    | st.booleans()
    | st.none()
    | st.decimals(-1000, 1000, places=3).map(float)
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def read(text: str) -> Any:
    return yaml.safe_load(text)


def knob(path: str, default: Any = "", doc: str = "A value.", **more: Any) -> Knob:
    return Knob(path=path, doc=doc, default=default, schema=more.pop("schema", s.OPEN), **more)


@pytest.mark.parametrize("text", NASTY)
def test_every_nasty_string_reads_back(text):
    assert read(f"key: {values.scalar(text)}\n") == {"key": text}
    assert read(f"{values.scalar(text)}: 1\n") == {text: 1}


@pytest.mark.parametrize("text", ["web", "/tmp", "a-b_c.d", "Europe/Berlin", "two words", "a (b)"])
def test_plain_words_stay_plain(text):
    assert values.scalar(text) == text


@given(TREES)
def test_any_default_reads_back(default):
    text = values.values_yaml("Values", [knob("a.b", default)])
    assert read(text) == {"a": {"b": default}}


#: Paths like those of values: a few names, so that parents are shared often.
PATHS = st.lists(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(".".join), unique=True, max_size=8
).filter(lambda paths: not any(one.startswith(f"{other}.") for one in paths for other in paths))


@given(PATHS)
def test_any_order_of_paths_becomes_one_tree(paths):
    grouped = values.group([knob(path, path) for path in paths])
    assert sorted(each.path for each in grouped) == sorted(paths)
    tree: dict[str, Any] = {}
    for path in paths:
        *parents, leaf = path.split(".")
        node = tree
        for part in parents:
            node = node.setdefault(part, {})
        node[leaf] = path
    text = values.values_yaml("Values", grouped)
    assert (read(text) or {}) == tree
    assert _keys_stand_once(text)


def _keys_stand_once(text: str) -> bool:
    """PyYAML takes the last of two equal keys; a reader of the file sees both."""

    def unique(node: yaml.Node) -> bool:
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            return len(set(keys)) == len(keys) and all(unique(value) for _, value in node.value)
        return True

    return unique(yaml.compose(text)) if read(text) else True


def test_groups_keep_the_order_of_first_appearance():
    paths = ["b.x", "a", "b.y.one", "c.x", "b.z", "b.y.two"]
    grouped = values.group([knob(path) for path in paths])
    assert [each.path for each in grouped] == ["b.x", "b.y.one", "b.y.two", "b.z", "a", "c.x"]


def test_every_value_has_its_comment_and_every_group_its_blank_line():
    knobs = [
        knob("image.tag", "1", doc="Tag. " + "Short words. " * 9),
        knob("image.pull", "Always"),
        knob("replicas", 2),
    ]
    assert values.values_yaml("Default values.", knobs) == (
        "# Default values.\n"
        "\n"
        "image:\n"
        "  # -- Tag. Short words. Short words. Short words. Short words. Short words. "
        "Short words. Short\n"
        "  # words. Short words. Short words.\n"
        '  tag: "1"\n'
        "  # -- A value.\n"
        "  pull: Always\n"
        "\n"
        "# -- A value.\n"
        "replicas: 2\n"
    )


KNOBS = [
    knob("global.mesh", "none", schema=s.MESH),
    knob("image.tag", "", schema=s.STRING),
    knob("resources", {}, schema=s.RESOURCES),
    knob("replicas", 2, schema=s.POSITIVE),
    knob("connections.db.host", "", schema=s.STRING, pattern="connections.*.host"),
]


COALESCED = {
    "global": {"mesh": "none"},
    "image": {"tag": ""},
    "resources": {},
    "replicas": 2,
    "connections": {"db": {"host": ""}},
}


def accepts(schema: bytes, given: Any) -> bool:
    return jsonschema_rs.validator_for(json.loads(schema)).is_valid(given)


class TestSchema:
    schema = values.schema_json(values.schema_tree(KNOBS, subchart=True), "Values")

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"enabled": True},
            {"global": {"mesh": "none", "anything": 1}},
            {"image": {"tag": "1"}},
            {"resources": {"claims": [], "requests": {"cpu": 1}}},
            {"connections": {"db": {"host": "a"}, "cache": {"host": "b"}}},
        ],
    )
    def test_takes(self, given):
        assert accepts(self.schema, {**COALESCED, **given})

    @pytest.mark.parametrize("gone", ["global", "image", "replicas", "connections"])
    def test_refuses_what_null_took_away(self, gone):
        assert not accepts(self.schema, {k: v for k, v in COALESCED.items() if k != gone})

    def test_refuses_a_number_that_null_took_away(self):
        assert not accepts(self.schema, {**COALESCED, "global": {}})

    def test_takes_null_for_what_may_be_empty(self):
        whole = {k: v for k, v in COALESCED.items() if k != "resources"}
        assert accepts(self.schema, {**whole, "image": {}})

    def test_in_the_umbrella_only_the_switch_must_be_there(self):
        tree = values.schema_tree(KNOBS, subchart=True, whole=False)
        schema = values.schema_json(tree, "Values")
        assert accepts(schema, {"enabled": False})
        assert not accepts(schema, COALESCED)

    @pytest.mark.parametrize(
        "given",
        [
            {"typo": 1},
            {"image": {"tga": "1"}},
            {"image": {"tag": 1}},
            {"replicas": "2"},
            {"replicas": 0},
            {"global": {"mesh": "linkerd"}},
            {"connections": {"db": {"hots": "a"}}},
            {"connections": {"db": "a"}},
        ],
    )
    def test_refuses(self, given):
        assert not accepts(self.schema, {**COALESCED, **given})

    def test_is_draft_7_since_helm_3_promises_no_later_one(self):
        assert json.loads(self.schema)["$schema"] == "http://json-schema.org/draft-07/schema#"

    def test_umbrella_has_no_condition_of_its_own(self):
        umbrella = values.schema_json(values.schema_tree(KNOBS, subchart=False), "Values")
        assert not accepts(umbrella, {"enabled": True})

    def test_every_leaf_is_described(self):
        tree = values.schema_tree(KNOBS, subchart=True)
        assert tree["properties"]["image"]["properties"]["tag"]["description"] == "A value."
        assert tree["properties"]["global"]["description"]
        assert tree["properties"]["enabled"]["description"]


def test_readme_table_keeps_its_columns():
    knobs = [knob("schedule", "a|b", doc="This or that: a | b."), knob("on", True)]
    assert values.readme_table(knobs).splitlines()[2:] == [
        '| `schedule` | `"a\\|b"` | This or that: a \\| b. |',
        "| `on` | `true` | A value. |",
    ]


@pytest.mark.parametrize(
    ("schema", "empty"),
    [
        ({"type": "string"}, True),
        ({"type": "string", "minLength": 1}, False),
        ({"type": "string", "pattern": "^(a|b)?$"}, True),
        ({"type": "string", "pattern": "^(a|b)$"}, False),
        ({"type": "string", "enum": ["", "a"]}, True),
        ({"type": "string", "enum": ["a"]}, False),
        ({"type": ["integer", "string"], "pattern": "^[0-9]+%$"}, False),
        ({"type": "integer"}, False),
        ({"type": "boolean"}, False),
        ({"type": ["integer", "null"]}, True),
        ({"type": "object"}, True),
        ({"type": "object", "minProperties": 1}, False),
        ({"type": "array"}, True),
        ({"type": "array", "minItems": 1}, False),
    ],
)
def test_null_is_empty_where_that_is_legal(schema, empty):
    assert values.may_be_empty(schema) is empty
