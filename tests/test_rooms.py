"""The house of docs/decisions and CONTRIBUTING: who may import, start, print and touch files."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from generator.kinds import BUILT_IN
from tests.needs import ROOT

GENERATOR = ROOT / "generator"

# What runs in pods is copied into charts; it is no part of the generator.
MODULES = sorted(
    path.relative_to(GENERATOR)
    for path in GENERATOR.rglob("*.py")
    if "files" not in path.relative_to(GENERATOR).parts
)

#: platform.yaml -> spec -> build -> charts/ -> check -> ship, release: what each room may import.
MAY_IMPORT = {
    "errors": {"findings"},
    "findings": set(),
    "interrupts": set(),
    "tools": {"errors", "interrupts"},
    "helmchart": {"errors", "findings"},
    "spec": {"errors", "findings", "helmchart", "kinds"},
    "kinds": {"errors", "spec"},
    "build": {"errors", "findings", "interrupts", "kinds", "spec"},
    "check": {"errors", "findings", "spec", "tools"},
    "release": {"check", "errors", "findings", "interrupts", "tools"},
    "ship": {"errors", "findings", "helmchart", "tools"},
}

STARTERS = {"subprocess", "multiprocessing", "pty", "asyncio.subprocess"}
STARTING = re.compile(r"os\.(system|popen|fork|forkpty|exec\w+|spawn\w+|posix_spawnp?)")

PRINTERS = {
    "cli.py",
    "cli_deploy.py",
    "cli_doctor.py",
    "cli_plan.py",
    "cli_status.py",
    "findings.py",
    "cli_init.py",
    "progress.py",
}
PRINTING = re.compile(r"print|(click\.)?(secho|echo)|(sys\.)?std(out|err)\.write")

#: The readers and the writers. What else is read are data files that lie in the package.
TOUCHERS = {
    "build/cache.py",
    "build/fill.py",
    "build/write.py",
    "check/charts.py",
    "kinds/umbrella/__init__.py",  # the author's own manifests
    "memo.py",
    "release/planfile.py",
    "places.py",  # the source maps
    "ship/archive.py",
    "ship/contents.py",
    "ship/credentials.py",
    "ship/oci.py",
    "ship/repository.py",
    "spec/decode.py",
    "spec/dependencies.py",  # the charts of others
    "starter/__init__.py",
    "tools/cache.py",
}
DATA = {"check", "kinds", "release/target.py", "spec/schema.py"}
READING = re.compile(r".*\.read_(text|bytes)|gzip\.open")
TOUCHING = re.compile(
    r"open|os\.open|.*\.(write_(text|bytes)|unlink|mkdir|rename|rmdir|touch)"
    r"|shutil\.\w+tree|tempfile\.\w+"
)


def tree_of(path: Path) -> ast.Module:
    return ast.parse((GENERATOR / path).read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> Iterator[str]:
    """Modules that a file imports when it runs, in full: `from a import b` is a.b."""
    tree = tree_of(path)
    only_typing = [n for n in tree.body if isinstance(n, ast.If) and "TYPE_" in ast.unparse(n.test)]
    tree.body = [node for node in tree.body if node not in only_typing]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write imports in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def called(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_imports_go_one_way():
    found = []
    for path in MODULES:
        mine = path.parts[0].removesuffix(".py")
        # The pipeline and the command line know every room.
        allowed = MAY_IMPORT.get(mine)
        if allowed is not None:
            ours = {name.split(".")[1] for name in imported(path) if name.startswith("generator.")}
            found += [f"{path} imports {name}" for name in ours - allowed - {mine, "__version__"}]
    assert found == []


def test_only_tools_start_processes():
    found = []
    for path in MODULES:
        if path.parts[0] != "tools":
            found += [f"{path} imports {n}" for n in imported(path) if n.split(".")[0] in STARTERS]
            found += [f"{path} calls {call}" for call in called(path) if STARTING.fullmatch(call)]
    assert found == []


def test_only_the_command_line_prints():
    modules = [path for path in MODULES if str(path) not in PRINTERS]
    found = [(str(p), call) for p in modules for call in called(p) if PRINTING.fullmatch(call)]
    assert found == []


def test_only_readers_and_writers_touch_files():
    found = []
    for path in MODULES:
        if str(path) not in TOUCHERS:
            found += [f"{path}: {call}" for call in called(path) if TOUCHING.fullmatch(call)]
        if not {str(path), path.parts[0]} & (TOUCHERS | DATA):
            found += [f"{path}: {call}" for call in called(path) if READING.fullmatch(call)]
    assert found == []


def test_every_module_says_its_one_job():
    assert [str(path) for path in MODULES if not ast.get_docstring(tree_of(path))] == []


def test_modules_and_functions_are_short():
    long = {}
    for path in MODULES:
        lines = len((GENERATOR / path).read_text(encoding="utf-8").splitlines())
        if lines > 300:
            long[str(path)] = lines
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 50:
                long[f"{path}:{node.name}"] = (node.end_lineno or 0) - node.lineno + 1
    assert long == {}


def test_nothing_in_the_generator_knows_a_platform():
    known = [
        str(path.relative_to(ROOT))
        for path in GENERATOR.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and re.search(rb"booked.?barber", path.read_bytes(), re.IGNORECASE)
    ]
    assert known == []


def test_no_module_is_named_for_nothing():
    assert not [path for path in MODULES if path.stem in ("utils", "helpers", "misc")]


def undescribed(schema: object, where: str) -> Iterator[str]:
    """Places of the properties without a description."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        for name, one in (properties if isinstance(properties, dict) else {}).items():
            if isinstance(one, dict) and not {"description", "$ref", "const"} & set(one):
                yield f"{where}.{name}"
        for key, inner in schema.items():
            yield from undescribed(inner, f"{where}.{key}")
    elif isinstance(schema, list):
        for number, inner in enumerate(schema):
            yield from undescribed(inner, f"{where}[{number}]")


def test_every_setting_is_described():
    files = [*GENERATOR.glob("kinds/*/settings.json"), *GENERATOR.glob("kinds/common/*.json")]
    files.append(GENERATOR / "spec" / "base.schema.json")
    bare = [
        place
        for path in files
        for place in undescribed(json.loads(path.read_bytes()), str(path.relative_to(GENERATOR)))
    ]
    assert bare == []


def test_every_kind_has_a_folder_and_no_folder_is_forgotten():
    folders = {path.parent.name for path in GENERATOR.glob("kinds/*/settings.json")}
    assert folders - {"common"} == set(BUILT_IN)
