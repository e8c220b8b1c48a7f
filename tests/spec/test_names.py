"""Names that are legal are accepted, others have a reason, and made names are legal."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.spec import names

Problem = Callable[[str], str | None]

LEGAL: dict[Problem, list[str]] = {
    names.label_problem: ["a", "0", "job-runner", "a--b", "x" * 63],
    names.subdomain_problem: ["a", "a.b", "my-secret.v1", "x" * 63 + ".y", "0.0"],
    names.service_problem: ["a", "backend", "a1-b2"],
    names.port_name_problem: ["http", "http-metrics", "a", "8080-tcp", "x" * 15],
    names.env_problem: ["A", "_x", "STRIPE_KEY_2", "lower"],
    names.secret_key_problem: ["secret-key", "tls.crt", "A_B", ".dockerconfigjson", "a..b"],
    names.host_problem: ["a.b", "api.example.com", "*.example.com", "localhost", "xn--p1ai.ru"],
    names.oci_problem: ["oci://a.b/c", "oci://localhost:5000/charts", "oci://ghcr.io/my-org/a/b"],
    names.image_problem: [
        "nginx",
        "library/nginx:1.27",
        "registry.example.com:5000/team/app_x/y.z:v1.0-rc_1",
        "localhost/app",
        "ghcr.io/a/b@sha256:" + "0" * 64,
        "ghcr.io/a/b:1@sha256:" + "f" * 64,
    ],
}
ILLEGAL: dict[Problem, dict[str, str]] = {
    names.label_problem: {
        "": "is empty",
        "x" * 64: "has 64 characters, at most 63 are allowed",
        "Shop": "holds the capital letter 'S'; only small letters, digits and dashes are allowed",
        "a_b": "holds '_'; only small letters, digits and dashes are allowed",
        "a.b": "holds '.'; only small letters, digits and dashes are allowed",
        "ä": "holds 'ä'; only small letters, digits and dashes are allowed",
        "a\n": "holds '\\n'; only small letters, digits and dashes are allowed",
        "-a": "starts with '-', not with a letter or digit",
        "a-": "ends with '-', not with a letter or digit",
    },
    names.subdomain_problem: {
        "a..b": "holds a dot beside a dash or another dot",
        "a.-b": "holds a dot beside a dash or another dot",
        ".a": "starts with '.', not with a letter or digit",
        "a/b": "holds '/'; only small letters, digits, dashes and dots are allowed",
    },
    names.service_problem: {
        "1a": "starts with the digit '1', a Service's name starts with a letter",
        "a.b": "holds '.'; only small letters, digits and dashes are allowed",
    },
    names.port_name_problem: {
        "prometheus-metrics": "has 18 characters, at most 15 are allowed",
        "80": "holds no letter",
        "a--b": "holds two dashes in a row",
    },
    names.env_problem: {
        "": "is empty",
        "1A": "starts with the digit '1'",
        "A-B": "holds '-'; only letters, digits and underscores are allowed",
        "A=B": "holds '='; only letters, digits and underscores are allowed",
    },
    names.secret_key_problem: {
        "..": "would leave its folder when it is mounted as a file",
        "..a": "would leave its folder when it is mounted as a file",
        "a/b": "holds '/'; only letters, digits, dashes, dots and underscores are allowed",
    },
    names.host_problem: {
        "https://a.b/c": "has a scheme; write a.b",
        "a.b/c": "has a path; the host is a.b",
        "a.b:443": "has a port; routes are served on 80 and 443",
        "münchen.de": "is not in ASCII; write xn--mnchen-3ya.de",
        "a.*.b": "holds a * that is not the whole first part, as in *.example.com",
        "*": "holds a * that is not the whole first part, as in *.example.com",
        "10.0.0.1": "is an IP address, which a route cannot have",
        "x" * 64 + ".com": "has a part of more than 63 characters",
        "a.b.": "ends with '.', not with a letter or digit",
    },
    names.oci_problem: {
        "https://a.b/c": "does not start with oci://; write oci://a.b/c",
        "a.b/c": "does not start with oci://; write oci://a.b/c",
        "oci://": "has no host",
        "oci://me:pass@a.b": "holds a login; log in with `helm registry login` instead",
        "oci://a.b/c:1": "has a tag; the version of each chart becomes its tag",
        "oci://a.b/C": "holds the capital letter 'C'; repositories are written small",
        "oci://a b/c": "has the host 'a b', which is none",
    },
    names.image_problem: {
        "": "names no image",
        "https://ghcr.io/a/b": "has a scheme; write ghcr.io/a/b",
        "ghcr.io/Team/app": "holds the capital letter 'T'; repositories are written small",
        "app:": "has the tag ''; a tag is up to 128 letters, digits, dots, dashes, underscores",
        "app:a b": "holds white space",
        "a//b": "has an empty part between slashes",
        "app@sha256:12": "has a digest that is not sha256: and 64 hexadecimal digits",
        "a/-b": "has the part '-b'; parts are small letters and digits with . _ - between",
        "a" * 256: "has 256 characters before the tag, at most 255 are allowed",
        "my_host.io:x/app": "has the host 'my_host.io:x', which is none",
    },
}


@pytest.mark.parametrize(
    ("problem", "name"), [(problem, name) for problem, named in LEGAL.items() for name in named]
)
def test_legal_names_have_no_problem(problem: Problem, name: str) -> None:
    assert problem(name) is None


@pytest.mark.parametrize(
    ("problem", "name", "reason"),
    [(problem, *pair) for problem, pairs in ILLEGAL.items() for pair in pairs.items()],
)
def test_illegal_names_have_a_reason(problem: Problem, name: str, reason: str) -> None:
    assert problem(name) == reason


# The expressions of Kubernetes itself: apimachinery/pkg/util/validation/validation.go.
KUBERNETES: dict[Problem, tuple[str, int]] = {
    names.label_problem: ("[a-z0-9]([-a-z0-9]*[a-z0-9])?", 63),
    names.service_problem: ("[a-z]([-a-z0-9]*[a-z0-9])?", 63),
    names.subdomain_problem: (
        r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
        253,
    ),
    names.env_problem: ("[A-Za-z_][A-Za-z0-9_]*", 10**6),
}


@pytest.mark.parametrize("problem", KUBERNETES, ids=lambda problem: problem.__name__)
@given(data=st.data())
def test_the_verdict_is_that_of_kubernetes(problem: Problem, data: st.DataObject) -> None:
    pattern, limit = KUBERNETES[problem]
    near = st.text(alphabet="ab09-._AZ é", max_size=8)
    name = data.draw(near | st.from_regex(pattern, fullmatch=True) | st.text())
    legal = re.fullmatch(pattern, name) is not None and len(name) <= limit
    assert (problem(name) is None) == legal


@given(st.text())
def test_every_text_gets_a_verdict(text: str) -> None:
    for problem in LEGAL:
        assert problem(text) is None or problem(text)


def test_keys_and_variables_are_made_of_names() -> None:
    assert names.camel_case("job-runner") == "jobRunner"
    assert names.camel_case("redis") == "redis"
    assert names.camel_case("a1-b2-c3") == "a1B2C3"
    assert names.env_name("order-db") == "ORDER_DB"
    assert names.env_name("api.v2") == "API_V2"


dashed = st.from_regex(r"[a-z]([-a-z0-9]{0,30}[a-z0-9])?", fullmatch=True)


@given(dashed)
def test_made_names_are_legal(name: str) -> None:
    assert re.fullmatch("[a-z][a-zA-Z0-9]*", names.camel_case(name))
    assert names.env_problem(names.env_name(name)) is None


@given(st.from_regex(r"[a-z]([-a-z0-9]{0,90}[a-z0-9])?", fullmatch=True), st.integers(10, 63))
def test_shortened_names_are_legal_and_short(name: str, limit: int) -> None:
    short = names.shortened(name, limit)
    assert len(short) <= limit
    assert names.label_problem(short) is None
    if len(name) <= limit:
        assert short == name


@given(st.text(alphabet="abc-", min_size=64, max_size=80), st.text(alphabet="abc-", min_size=64))
def test_shortened_names_stay_apart(one: str, other: str) -> None:
    same = names.shortened(f"a{one}", 63) == names.shortened(f"a{other}", 63)
    assert same == (one == other)


def test_shortening_never_changes() -> None:
    """Names in a cluster hang on it."""
    assert names.shortened("a-very-long-name-of-a-component", 20) == "a-very-long-69f626e4"
