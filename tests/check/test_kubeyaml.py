from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.check.kubeyaml import YamlError, load, load_carefully, plain, positions

# As `resolve` in Go's yaml.v2, which sigs.k8s.io/yaml is made from.
SCALARS = [
    ("yes", True),
    ("Y", True),
    ("on", True),
    ("true", True),
    ("tRue", "tRue"),
    ("no", False),
    ("n", False),
    ("OFF", False),
    ("~", None),
    ("Null", None),
    ("0", 0),
    ("-0", 0),
    ("+1", 1),
    ("0777", 511),
    ("0o14", 12),
    ("-0x1F", -31),
    ("0b11", 3),
    ("08", 8.0),
    ("1_000", 1000),
    ("_1", "_1"),
    ("9223372036854775807", 9223372036854775807),
    ("18446744073709551615", 18446744073709551615),
    ("18446744073709551616", 18446744073709551616.0),
    (".5", 0.5),
    ("1.", 1.0),
    ("1e3", 1000.0),
    ("1e400", "1e400"),
    ("1.2.3", "1.2.3"),
    ("500m", "500m"),
    ("12:30:45", "12:30:45"),
    ("2026-11-23", "2026-11-23"),
    ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z"),
    (".inf", math.inf),
    ("-.Inf", -math.inf),
    ("=", "="),
    ("0x", "0x"),
    ("-", "-"),
    ("10.0.0.0/8", "10.0.0.0/8"),
]


@pytest.mark.parametrize(("text", "value"), SCALARS, ids=[text for text, _ in SCALARS])
def test_plain_scalars_mean_what_kubernetes_takes_them_for(text, value):
    assert plain(text) == value
    assert type(plain(text)) is type(value)
    if text != "-":
        assert load(f"a: {text}") == load_carefully(f"a: {text}") == {"a": value}
        assert load(f"a: '{text}'") == {"a": text}


def test_not_a_number():
    assert math.isnan(load("a: .NaN")["a"])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: {b: yes, c: [on, 010]}", {"a": {"b": True, "c": [True, 8]}}),
        ('{"a":yes}', {"a": True}),
        ("yes: 1\n2: b\nnull: c\n1.5: d", {"true": 1, "2": "b", "null": "c", "1.5": "d"}),
        ("a: &x {b: 1}\nc:\n  <<: *x\n  d: 2", {"a": {"b": 1}, "c": {"b": 1, "d": 2}}),
        ("<<: [{a: 1}, {a: 2, b: 3}]\nb: 4", {"a": 1, "b": 4}),
        ("a: !!str 1\nb: !!binary aGk=\nc: !!float 1", {"a": "1", "b": "hi", "c": 1.0}),
        ("a: !custom x", {"a": "x"}),
        ("a: |\n  yes\n  0777\n", {"a": "yes\n0777\n"}),
        ("", None),
        ("# nothing", None),
        ("- 1\n- [a]", [1, ["a"]]),
    ],
)
def test_documents(text, value):
    assert load(text) == load_carefully(text) == value


@pytest.mark.parametrize(
    ("text", "message", "mark"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2", "'c' is written twice in one map", (4, 3)),
        ("1: a\n'1': b", "'1' is written twice in one map", (2, 1)),
        ("a: [1", "no valid YAML: did not find expected ',' or ']'", (2, 1)),
        ("a: b: c", "no valid YAML: mapping values are not allowed in this context", (1, 5)),
        ("<<: 1", "`<<` needs a map or a list of maps", (1, 5)),
        ("a: \x00", "no valid YAML: control characters are not allowed", (1, 1)),
    ],
)
def test_errors_say_where(text, message, mark):
    with pytest.raises(YamlError) as caught:
        load(text)
    assert (caught.value.message, tuple(caught.value.mark)) == (message, mark)


def test_aliases_do_not_multiply():
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    assert len(load("\n".join(lines))) == 40


def test_positions_of_keys_and_items():
    places = positions("a:\n  - b: 1\n  - c\nyes: 2\n")
    assert places["a",] == (1, 1)
    assert places["a", 0, "b"] == (2, 5)
    assert places["a", 1] == (3, 5)
    assert places["true",] == (4, 1)


WORDS = st.one_of(
    st.sampled_from([text for text, _ in SCALARS]),
    st.text("019.eE-+_xobnyYtTfFaiI:~#", min_size=1, max_size=6),
)
FORMS = ("k: {}", "{}: v", '{{"k":{}}}', "[{}, {}]", "- {}\n- a", "k: a {}", "k: |\n  {}")


@given(word=WORDS, form=st.sampled_from(FORMS))
def test_the_fast_reader_reads_as_the_careful_one(word, form):
    text = form.format(word, word)
    try:
        careful = repr(load_carefully(text))
    except YamlError as error:
        careful = error.message
    try:
        fast = repr(load(text))
    except YamlError as error:
        fast = error.message
    assert fast == careful
