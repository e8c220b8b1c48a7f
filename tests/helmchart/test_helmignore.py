from __future__ import annotations

import pytest

from generator.errors import InputError
from generator.helmchart import helmignore


def ignores(text: str, path: str) -> bool:
    """Whether rules leave out a path; one that ends in a slash is a directory."""
    rules = helmignore.parse(text, ".helmignore")
    return helmignore.ignored(rules, path.removesuffix("/"), is_directory=path.endswith("/"))


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        # The table of Helm's own tests (pkg/ignore/rules_test.go).
        ("helm.txt", "helm.txt", True),
        ("helm.*", "helm.txt", True),
        ("helm.*", "rudder.txt", False),
        ("*.txt", "tiller.txt", True),
        ("*.txt", "cargo/a.txt", True),
        ("cargo/*.txt", "cargo/a.txt", True),
        ("cargo/*.*", "cargo/a.txt", True),
        ("cargo/*.txt", "mast/a.txt", False),
        ("ru[c-e]?er.txt", "rudder.txt", True),
        ("templates/.?*", "templates/.dotfile", True),
        (".*", ".joonix", True),
        (".*", "helm.txt", False),
        ("cargo/", "cargo/", True),
        ("cargo/", "mast/", False),
        ("helm.txt/", "helm.txt", False),
        ("!helm.txt", "helm.txt", False),
        ("!helm.txt", "tiller.txt", True),
        ("!*.txt", "cargo/", True),
        ("!cargo/", "mast/", True),
        ("/a.txt", "a.txt", True),
        ("/a.txt", "cargo/a.txt", False),
        ("/cargo/a.txt", "cargo/a.txt", True),
        # Comments, blank lines, a byte order mark, line ends of Windows.
        ("# a.txt\n\n   \n", "# a.txt", False),
        ("\ufeffa.txt\r\nb.txt\r\n", "a.txt", True),
        ("a.txt\r\nb.txt\r\n", "b.txt", True),
        # Go's patterns, where they are not fnmatch's.
        ("*", "a/b", True),
        ("a*z", "a/z", False),
        ("a?z", "a/z", False),
        ("/a/*", "a/b/c", False),
        ("[^a]b", "xb", True),
        ("[^a]b", "ab", False),
        ("[!a]b", "!b", True),
        ("[!a]b", "xb", False),
        (r"\*", "*", True),
        (r"\*", "a", False),
        (r"[\]]", "]", True),
        ("[b-a]", "a", False),
        ("[^b-a]x", "yx", True),
        ("a.c", "abc", False),
        ("(a|b)+$", "(a|b)+$", True),
        # The one rule that every chart has.
        ("", "templates/.hidden", True),
        ("", "templates/sub/.hidden", False),
        ("", ".hidden", False),
    ],
)
def test_rules_match_as_helm_matches(rules, path, expected):
    assert ignores(rules, path) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("**/a", "Helm does not know `**`"),
        ("a\\", "nothing after the backslash"),
        ("[", "unfinished or empty"),
        ("[]a", "unfinished or empty"),
        ("[a", "unfinished or empty"),
        ("[a-", "unfinished or empty"),
        ("[-a]", "unfinished or empty"),
        ("[^]", "unfinished or empty"),
    ],
)
def test_a_bad_rule_is_refused_with_its_line(line, expected):
    with pytest.raises(InputError) as caught:
        helmignore.parse(f"# first\n{line}\nfine\n{line}\n", "c/.helmignore")
    assert [each.place for each in caught.value.findings] == [
        "c/.helmignore:2:1",
        "c/.helmignore:4:1",
    ]
    assert expected in caught.value.findings[0].message
