from __future__ import annotations

import os
import socket
import tarfile

import pytest

from generator.errors import InputError
from generator.ship import contents
from generator.tools import helm, process

SHOP = [
    "Chart.yaml",
    ".helmignore",
    "charts/cart/Chart.yaml",
    "charts/cart/templates/configmap.yaml",
    "charts/cart/values.yaml",
    "templates/NOTES.txt",
    "templates/configmap.yaml",
    "values.schema.json",
    "values.yaml",
]


def refused(chart) -> list[str]:
    with pytest.raises(InputError) as caught:
        contents.collect(chart)
    return [
        f"{each.path.removeprefix(str(chart))}: {each.message}" for each in caught.value.findings
    ]


def put(path, text: str = "x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_chart_yaml_comes_first_and_the_rest_is_sorted(shop):
    files = contents.collect(shop)
    assert list(files) == SHOP
    assert files["values.yaml"] == (shop / "values.yaml").read_bytes()


def test_sorting_is_by_bytes_not_by_language(shop):
    for name in ("files/Z", "files/a", "files/é", "files/_"):
        put(shop / name)
    assert [path for path in contents.collect(shop) if path.startswith("files/")] == [
        "files/Z",
        "files/_",
        "files/a",
        "files/é",
    ]


def test_the_same_files_that_helm_packages(shop, real_helm, tmp_path):
    """A tree with something for every rule, packed by Helm itself and compared."""
    (shop / ".helmignore").write_text(
        "# comment\nci/\n*.orig\n/only-root.txt\nfiles/*.tmp\nREADME.m[cd]\n  padded.txt  \nd?ta\n"
    )
    for name in (
        "a.orig",
        "charts/cart/b.orig",
        "only-root.txt",
        "files/only-root.txt",
        "files/x.tmp",
        "files/deep/x.tmp",
        "README.md",
        "README.mx",
        "padded.txt",
        "data/inside",
        "files/data/inside",
        "files/ci",
        "ci/inside",
        "templates/.hidden",
        "templates/deep/.hidden",
        ".dot/file",
        "charts/_draft/Chart.yaml",
        "charts/.hidden/Chart.yaml",
        "charts/cart/charts/_draft/file",
        "files/charts/_kept",
        "crds/thing.yaml",
        "files/with space and é.txt",
    ):
        put(shop / name)
    (shop / "files/link").symlink_to("deep/x.tmp")
    (shop / "files/folder-link").symlink_to("deep")
    command = [real_helm.path, "package", shop, "--destination", tmp_path / "packed"]
    process.run(command, env=helm.environment())
    with tarfile.open(tmp_path / "packed" / "shop-1.2.3.tgz") as tar:
        by_helm = {
            member.name.removeprefix("shop/"): tar.extractfile(member).read() for member in tar
        }
    ours = contents.collect(shop)
    assert sorted(ours) == sorted(by_helm)
    # Helm writes Chart.yaml anew; everything else is the file's own bytes.
    assert {path for path in ours if ours[path] != by_helm[path]} == {
        "Chart.yaml",
        "charts/cart/Chart.yaml",
    }


def test_a_link_inside_the_chart_is_followed(shop):
    (shop / "files").mkdir()
    (shop / "files/values").symlink_to("../values.yaml")
    (shop / "files/templates").symlink_to(shop / "charts/cart/templates")
    files = contents.collect(shop)
    assert files["files/values"] == files["values.yaml"]
    assert files["files/templates/configmap.yaml"] == files["charts/cart/templates/configmap.yaml"]


def test_the_chart_itself_may_be_reached_by_a_link(shop, tmp_path):
    (tmp_path / "link").symlink_to(shop)
    assert contents.collect(tmp_path / "link") == contents.collect(shop)


def test_links_out_of_the_chart_are_refused(shop, tmp_path):
    (tmp_path / "secret").write_text("hunter2")
    (tmp_path / "shop-next-door").mkdir()
    (shop / "a").symlink_to("../secret")
    (shop / "b").symlink_to("/etc")
    (shop / "c").symlink_to(tmp_path / "shop-next-door")
    assert refused(shop) == [
        "/a: is a link out of the chart, to '../secret'",
        "/b: is a link out of the chart, to '/etc'",
        f"/c: is a link out of the chart, to '{tmp_path}/shop-next-door'",
    ]


def test_links_to_nothing_and_in_circles_are_refused(shop):
    (shop / "a").symlink_to("nowhere")
    (shop / "b").symlink_to("b")
    (shop / "files").mkdir()
    (shop / "files/up").symlink_to("..")
    assert refused(shop) == [
        "/a: is a link to nothing",
        "/b: is a link to nothing",
        "/files/up: is a link to a directory around itself",
    ]


def test_what_is_neither_file_nor_directory_is_refused(shop, monkeypatch):
    os.mkfifo(shop / "pipe")
    monkeypatch.chdir(shop)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert refused(shop) == [
            "/pipe: is neither a file nor a directory",
            "/socket: is neither a file nor a directory",
        ]


def test_what_is_ignored_is_not_looked_at(shop):
    (shop / ".helmignore").write_text("/out\n/pipe\n")
    (shop / "out").symlink_to("/etc/passwd")
    os.mkfifo(shop / "pipe")
    assert "values.yaml" in contents.collect(shop)


def test_names_that_would_change_in_an_archive_are_refused(shop):
    put(shop / "files" / "a\\b")
    put(shop / "files" / "a\nb")
    with open(os.fsencode(shop) + b"/files/a\xffb", "w"):  # noqa: PTH123 not UTF-8, so no Path
        pass
    message = "has a name with control characters, a backslash, or bytes that are not UTF-8"
    assert [each.partition(": ")[2] for each in refused(shop)] == [message] * 3


def test_a_file_that_helm_3_would_not_load_is_refused(shop):
    (shop / "big").write_bytes(bytes(contents.MAX_FILE + 1))
    assert refused(shop) == ["/big: has 5242881 bytes; Helm 3.17 loads at most 5242880 a file"]


def test_a_chart_that_helm_would_not_load_is_refused(shop, monkeypatch):
    monkeypatch.setattr(contents, "MAX_CHART", 1000)
    (message,) = refused(shop)
    assert message.startswith(": has ")
    assert message.endswith("bytes; Helm loads at most 1000")


def test_a_missing_subchart_is_refused(shop):
    text = (shop / "Chart.yaml").read_text() + "  - name: wishlist\n    version: 1.0.0\n"
    (shop / "Chart.yaml").write_text(text)
    assert refused(shop) == ["/Chart.yaml: depends on 'wishlist', which is not in charts/"]


def test_a_directory_that_is_no_chart_is_refused(tmp_path):
    assert refused(tmp_path) == ["/Chart.yaml: missing"]
    assert refused(tmp_path / "nowhere") == [": no such chart directory"]


def test_bad_rules_are_findings_of_their_file(shop):
    (shop / ".helmignore").write_text("**/a\n")
    assert refused(shop) == ["/.helmignore: '**/a': Helm does not know `**`"]
