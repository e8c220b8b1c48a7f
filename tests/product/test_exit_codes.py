"""Exit codes, help and formats of the command line, each by a real process."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import click
import pytest

from generator.cli import cli
from tests import needs
from tests.product.running import command, environment, run, shop, write_spec

COMMANDS = sorted(cli.commands)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@pytest.fixture
def project(tmp_path):
    """A folder with a small platform that was built, not proven."""
    write_spec(tmp_path, shop())
    assert run("build", "--no-proof", cwd=tmp_path).returncode == 0
    return tmp_path


def test_0_a_build_and_then_a_fresh_check(project):
    done = run("build", cwd=project)
    assert (done.returncode, done.stderr) == (0, "")
    assert run("build", "--check", cwd=project).returncode == 0
    assert run("check", cwd=project).returncode == 0


def test_1_surroundings_that_fail(project):
    done = run("build", "--helm", "/nowhere/helm", cwd=project)
    assert done.returncode == 1
    assert done.stderr.startswith("error: '/nowhere/helm' is no program\n    hint: ")
    assert done.stdout == ""


def test_1_a_helm_that_is_none(project, tmp_path):
    broken = tmp_path / "helm"
    broken.write_text("#!/bin/sh\necho no luck >&2\nexit 9\n")
    broken.chmod(0o755)
    done = run("build", "--helm", broken, cwd=project)
    assert done.returncode == 1
    assert "ended with exit code 9\n    no luck" in done.stderr


def test_1_a_helm_that_is_too_old(project, tmp_path):
    old = tmp_path / "helm"
    old.write_text("#!/bin/sh\necho v3.8.0\n")
    old.chmod(0o755)
    done = run("check", "--helm", old, cwd=project)
    assert done.returncode == 1
    assert "is Helm 3.8.0; 3.17.0 or later needed\n    hint: " in done.stderr


def test_2_stale_charts(project):
    spec = shop()
    spec["charts"]["shop"] |= {"version": "1.0.1", "appVersion": "1.0.0"}
    write_spec(project, spec)
    done = run("build", "--check", cwd=project)
    assert done.returncode == 2
    assert "charts/shop/Chart.yaml" in done.stdout.splitlines()
    assert "hint: python -m generator build" in done.stderr
    done = run("build", "--diff", cwd=project)
    assert done.returncode == 2
    assert "\n-version: 1.0.0\n+version: 1.0.1\n" in done.stdout


def test_3_a_spec_that_is_wrong(project):
    write_spec(project, shop(nmae="typo"))
    for words in (["build"], ["build", "--check"], ["check"], ["render", "-e", "dev"], ["graph"]):
        done = run(*words, cwd=project)
        assert done.returncode == 3, words
        said = done.stdout + done.stderr
        assert "platform.yaml:" in said and "nmae" in said and "hint: " in said


def test_3_no_spec_at_all(tmp_path):
    done = run("build", cwd=tmp_path)
    assert done.returncode == 3
    assert "platform.yaml" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["bilud"],
        ["build", "--chek"],
        ["build", "surplus"],
        ["build", "-f"],
        ["check", "-o", "yaml"],
        ["check", "--kube-version", "latest"],
        ["check", "-e", "prodction"],
        ["render"],
        ["render", "-e", "dev", "--chart", "shpo"],
        ["graph", "--chart", "shpo"],
        ["publish", "--ca-file", "/nowhere/ca.pem"],
    ],
    ids=" ".join,
)
def test_64_a_command_line_that_is_wrong(project, words):
    done = run(*words, cwd=project)
    assert (done.returncode, done.stdout) == (64, "")
    assert "rror: " in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_names_are_answered_with_the_right_one(project):
    assert "did you mean 'production'?" in run("check", "-e", "prodction", cwd=project).stderr
    assert "'build'" in run("biuld", cwd=project).stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_examples_that_are_real_commands(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "release.plan").touch()  # an example reads it, and it must be there to be parsed
    done = run(name, "--help", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    examples = re.findall(r"^ +python -m generator (.+?)(?: [|>].*)?$", done.stdout, re.MULTILINE)
    assert examples
    assert "Exit codes:" in done.stdout
    assert not CONTROL.search(done.stdout)
    for example in examples:
        words = example.split()
        assert words[0] == name
        # Parsed, not run: every option of an example exists.
        cli.commands[name].make_context(name, words[1:], resilient_parsing=False).close()


def test_help_lists_every_command_with_one_line(tmp_path):
    done = run("--help", cwd=tmp_path)
    for name in COMMANDS:
        assert re.search(rf"^  {name} +\S", done.stdout, re.MULTILINE), name
    assert run("--version", cwd=tmp_path).stdout.startswith("generator, version ")


def test_every_option_is_explained():
    silent = [
        f"{name} {option.opts[0]}"
        for name, one in cli.commands.items()
        for option in one.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert silent == []


@pytest.mark.parametrize("words", [["--help"], ["build", "--help"], ["--version"], ["bilud"]])
def test_help_imports_nothing_heavy(words, tmp_path):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "generator", *words],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in imported
    heavy = {"yaml", "jinja2", "jsonschema_rs", "orjson", "yamale", "rich", "subprocess", "ssl"}
    assert not {name.partition(".")[0] for name in imported} & heavy
    assert not {name for name in imported if name.startswith("generator.spec")}


FORMATS = ["github", "json", "junit", "sarif"]


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize("good", [True, False], ids=["good", "bad"])
def test_findings_parse_as_what_they_are(project, output, good):
    if not good:
        write_spec(project, shop(nmae="<typo> & 'quotes', 100%"))
    done = run("check", "-o", output, cwd=project)
    assert done.returncode == (0 if good else 3)
    count = {"json": in_json, "sarif": in_sarif, "junit": in_junit, "github": in_github}[output]
    assert count(done.stdout) == (0 if good else 1)


def in_json(text):
    findings = json.loads(text)
    assert all({"path", "line", "col", "rule", "message", "severity"} <= set(f) for f in findings)
    return sum(finding["severity"] == "error" for finding in findings)


def in_sarif(text):
    log = json.loads(text)
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    rules = {rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]}
    for result in log["runs"][0]["results"]:
        assert result["ruleId"] in rules
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    return sum(result["level"] == "error" for result in log["runs"][0]["results"])


def in_junit(text):
    suite = ET.fromstring(text)
    failures = suite.findall("testcase/failure")
    assert int(suite.get("failures", "-1")) == len(failures)
    assert int(suite.get("tests", "-1")) == len(suite.findall("testcase")) > 0
    return len(failures)


def in_github(text):
    lines = text.splitlines()
    assert all(
        re.fullmatch(r"::(error|warning|notice) file=[^,:]+,line=\d+,col=\d+,title=[^:]+::.+", line)
        for line in lines
        if line
    )
    return sum(line.startswith("::error ") for line in lines)


def on_a_terminal(words, cwd, **more):
    """What a command writes to a terminal as its standard error, and its standard output."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(*words), cwd=cwd, env=environment(**more), stdout=subprocess.PIPE, stderr=theirs
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            chunk = os.read(ours, 4096)
        except OSError:  # Linux says so at the end
            break
        if not chunk:
            break
        written += chunk
    stdout = process.communicate(timeout=60)[0]
    os.close(ours)
    return written.decode().replace("\r\n", "\n"), stdout.decode()


def test_progress_shows_on_a_terminal_and_leaves_nothing(project):
    shown, printed = on_a_terminal(["build", "--no-proof"], project, TERM="xterm")
    assert "\r\x1b[Kreading the spec …" in shown
    assert shown.endswith("\r\x1b[K")
    assert not CONTROL.search(printed)


@pytest.mark.parametrize("setting", [{"NO_COLOR": "1", "TERM": "xterm"}, {"TERM": "dumb"}], ids=str)
def test_progress_without_control_characters(project, setting):
    shown, printed = on_a_terminal(["build", "--no-proof"], project, **setting)
    assert "reading the spec …\n" in shown
    assert not CONTROL.search(shown + printed)


def test_nothing_but_text_where_there_is_no_terminal(project):
    done = run("build", "--no-proof", cwd=project, env=environment(TERM="xterm"))
    assert done.stderr == ""
    assert not CONTROL.search(done.stdout)


def test_a_reader_that_goes_away_is_no_crash(project):
    script = " ".join(command("schema")) + " | head -c 20"
    done = subprocess.run(
        ["sh", "-c", script], cwd=project, env=environment(), capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr and b"BrokenPipe" not in done.stderr


def test_without_a_command_there_is_help(tmp_path):
    done = run(cwd=tmp_path)
    assert done.returncode == 64
    assert "build" in done.stderr + done.stdout


def test_1_a_python_without_the_libraries(tmp_path):
    python = [sys.executable, "-S", "-m", "generator", "build"]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(needs.ROOT)}
    done = subprocess.run(
        python, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "has no library 'click'\n    hint: `. .venv/bin/activate`" in done.stderr
    assert "Traceback" not in done.stderr


def test_only_what_stops_a_build_is_told_and_counted(project):
    overlay = project / "values" / "dev" / "shop.yaml"
    overlay.parent.mkdir(parents=True, exist_ok=True)
    overlay.write_text("front: {replica: 1}\n")
    done = run("build", cwd=project)
    assert done.returncode == 3
    assert "values/dev/shop.yaml:1:9: front.replica" in done.stderr
    assert "note: " not in done.stderr
    assert done.stderr.endswith("\n1 problem found\n")


def test_what_is_switched_on_and_needs_a_crd_renders(project):
    spec = shop()
    spec["charts"]["shop"]["mesh"] = {"mode": "ambient"}
    write_spec(project, spec)
    assert run("build", "--no-proof", cwd=project).returncode == 0
    done = run("render", "-e", "dev", cwd=project)
    assert (done.returncode, done.stderr) == (0, "")
    assert "kind: AuthorizationPolicy" in done.stdout
