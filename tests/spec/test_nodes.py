"""No text makes the reader fail: it is data, or it has findings with a place."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from generator.errors import InputError
from generator.spec.nodes import MAX_REPEATED, read_nodes

SPEC = """\
# A comment.
name: shop
environments: [dev, production]
charts:
  shop: &shop
    version: 1.4.0
    note: 'It''s "good"'
    text: |
      Two
      lines
    list:
      - {a: b, "c": 1.5}
      - null
  other:
    <<: *shop
    version: 2
"""

SIGNS = "\n\n  \t:::---[]{}&&**!!|>'\"%@`#,?<~\\.0aé\u00a0\u2028\x85\r"


@st.composite
def broken_specs(draw: st.DrawFn) -> str:
    """The spec with a few places cut, doubled or filled with signs that mean something."""
    text = SPEC
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        text = text[:start] + draw(st.text(SIGNS, max_size=4)) + text[end:]
    return text


@given(broken_specs() | st.text(SIGNS, max_size=30))
@example("? a\n")
@example("a: [")
@example("- - - x\n -")
@example("%")
@example("a: &a\n")
@example("--- >\n")
@example("{a: b}}")
@example("'")
def test_text_is_data_or_has_findings(text: str) -> None:
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + 1
    try:
        read = read_nodes(text, "spec.yaml")
    except InputError as error:
        assert error.findings
        for finding in error.findings:
            assert finding.path == "spec.yaml"
            assert 1 <= finding.line <= lines + 1
            assert finding.col >= 1
            assert finding.message
            assert not finding.message.startswith("cannot be read as YAML"), "no words for it yet"
    else:
        assert read is None or json.dumps(read[0]) is not None


def plain(text: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    return st.recursive(
        st.none() | st.booleans() | st.integers(-(10**17), 10**17) | text,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
        max_leaves=20,
    )


typed = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=8)


class Writer(yaml.SafeDumper):
    """PyYAML, which writes YAML 1.1, told what only 1.2 takes for a number: `0E0`, `0o17`, `+.5`.

    It would write such a text without quotes, and nobody could tell it from the number.
    """


Writer.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+|0o[0-7]+|[-+]\.[0-9]+"),
    list("-+.0123456789"),
)


@given(
    st.dictionaries(st.text(max_size=8), plain(st.text(max_size=8)), max_size=5),
    st.sampled_from([None, True, False]),
)
@example({"a": "0E0", "b": ["1e5", "0o17", "+.5"], "-.5e-3": 5}, True)
def test_what_pyyaml_writes_is_read_back(data: dict[str, object], flow: bool | None) -> None:
    written = yaml.dump(data, Dumper=Writer, default_flow_style=flow)
    try:
        read = read_nodes(written, "spec.yaml")
    except InputError as error:
        # YAML 1.1 writes what we refuse to guess: 017 and .inf as text without quotes.
        assert {finding.rule for finding in error.findings} <= {
            *("octal", "number", "key-not-text", "invisible-character")
        }
    else:
        assert read is not None
        assert read[0] == data


@given(st.dictionaries(st.from_regex("[a-z]{1,5}", fullmatch=True), plain(typed), min_size=1))
def test_every_value_has_the_place_of_its_text(data: dict[str, object]) -> None:
    written = json.dumps(data, indent=1)
    read = read_nodes(written, "spec.yaml")
    assert read is not None
    lines = written.split("\n")
    for key in data:
        marks = read[1].child(key)
        assert marks is not None
        line = lines[marks.key.line]
        assert line[marks.key.column :].startswith(f'"{key}"')
        assert line[: marks.value.column].rstrip().endswith(f'"{key}":')


def aliases(count: int) -> str:
    return "a: &a [x, y]\nb: [" + ", ".join(["*a"] * count) + "]\n"


def test_aliases_are_counted_by_what_they_repeat() -> None:
    fitting = MAX_REPEATED // 3
    assert read_nodes(aliases(fitting), "a.yaml") is not None
    with pytest.raises(InputError) as caught:
        read_nodes(aliases(fitting + 1), "a.yaml")
    assert [finding.rule for finding in caught.value.findings] == ["alias-bomb"]


def test_findings_before_a_bomb_are_kept() -> None:
    with pytest.raises(InputError) as caught:
        read_nodes("z: 017\n" + aliases(MAX_REPEATED), "a.yaml")
    assert [finding.rule for finding in caught.value.findings] == ["octal", "alias-bomb"]
