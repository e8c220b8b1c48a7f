"""Templates and plan become the bytes of a chart, in memory."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import orjson

from generator.build import upstream, values
from generator.build.cache import bytecode_cache
from generator.build.patch import patch_origins, patch_tree
from generator.build.plan import ChartPlan, Planned, plan_chart
from generator.errors import GeneratorError
from generator.kinds import umbrella
from generator.spec.model import Chart, Dependency, Node, Platform

Tree = dict[str, bytes]

#: Where each file of a chart came from: read by `check`, left out of packages.
SOURCE_MAP = ".source-map.json"


def fill_chart(platform: Platform, chart: Chart) -> Tree:
    """All files of an umbrella chart by path, sorted."""
    tree: Tree = {}
    plans = list(plan_chart(platform, chart))
    schemas = _Schemas()
    for plan in plans:
        tree.update(_fill_plan(plan))
        if plan.folder:
            tree[f"{plan.folder}/values.schema.json"] = schemas.text(plan)
    tree["values.schema.json"] = schemas.of_umbrella(plans[0], plans[1:], chart.dependencies)
    brought = {path: each for each in chart.dependencies for path in upstream.files(each)}
    for each in chart.dependencies:
        tree.update(upstream.files(each))
    raw = umbrella.raw_manifests(chart, platform.root)
    tree.update(_new_names(chart, raw, tree))
    own = f"{platform.root / 'kinds'}/"
    sources = dict(zip(raw, chart.manifests, strict=True))
    tree[SOURCE_MAP] = _source_map(plans, sources, brought, own)
    return dict(sorted(tree.items()))


def _new_names(chart: Chart, raw: Mapping[str, bytes], tree: Tree) -> Mapping[str, bytes]:
    """The author's own templates, which must not take the place of a generated one."""
    taken = [name for name in raw if name in tree]
    if taken:
        raise GeneratorError(
            f"charts.{chart.name}.manifests: {', '.join(taken)} would overwrite another template",
            hint="rename the file: all end up side by side in templates/",
        )
    return raw


def _fill_plan(plan: ChartPlan) -> Tree:
    knobs = values.group(plan.knobs)
    context = {**plan.context, "knobs": knobs, "plan": plan}
    prefix = f"{plan.folder}/" if plan.folder else ""
    title = f"Default values of {plan.name}. README.md has them as a table."
    tree = {f"{prefix}values.yaml": values.values_yaml(title, knobs).encode()}
    for planned in plan.files:
        tree[planned.path] = _fill(planned, context)
    return patch_tree(tree, plan)


def _fill(planned: Planned, context: Mapping[str, Any]) -> bytes:
    if planned.verbatim:
        return _find(planned).read_bytes()
    environment = _environment(planned.folders)
    try:
        template = environment.get_template(planned.template)
        text = template.render({**context, **planned.context})
    except jinja2.TemplateNotFound as error:
        raise _not_found(str(error.name), planned) from error
    except jinja2.TemplateSyntaxError as error:
        raise GeneratorError(f"{error.filename}:{error.lineno}: {error.message}") from error
    except jinja2.UndefinedError as error:
        raise GeneratorError(f"{_line(error)}: {error.message}") from error
    return text.encode()


def _line(error: jinja2.UndefinedError) -> str:
    """Where in a template it happened: Jinja puts its own lines into the traceback."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    frame = next(f for f in reversed(frames) if not f.filename.endswith(".py"))
    return f"{frame.filename}:{frame.lineno}"


def _find(planned: Planned) -> Path:
    for folder in planned.folders:
        path = Path(folder, planned.template)
        if path.is_file():
            return path
    raise _not_found(planned.template, planned)


def _not_found(template: str, planned: Planned) -> GeneratorError:
    return GeneratorError(
        f"no template {template} in {', '.join(planned.folders)}",
        hint="a kind's templates lie in its folder `templates`; FOLDERS names more folders",
    )


@cache
def _environment(folders: tuple[str, ...]) -> jinja2.Environment:
    """Brackets, since braces belong to Helm (docs/decisions/0002-brackets.md)."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        auto_reload=False,
        bytecode_cache=bytecode_cache(),
    )
    environment.filters["tojson"] = _literal
    environment.filters["scalar"] = values.scalar
    environment.filters["to_yaml"] = lambda value: "\n".join(values.dump(value, 0))
    environment.filters["shift"] = _shift
    environment.globals["values_table"] = values.readme_table
    return environment


def _literal(value: Any) -> str:
    """JSON in a template of Helm: the author's own braces must reach the cluster as they are."""
    return orjson.dumps(value).decode().replace("{{", '{{ "{{" }}')


def _shift(block: str, columns: int) -> str:
    """A block of a manifest at another column, with the column in each `nindent`.

    Pod templates stand deeper in a CronJob than in a Deployment, and not at all indented in a
    define; the parts that they are made of are written once.
    """
    lines = []
    for line in block.splitlines(keepends=True):
        if columns < 0 and line[:-columns].strip():
            raise GeneratorError(f"can't move {line.strip()!r} by {columns} columns")
        moved = line[-columns:] if columns < 0 else " " * columns + line
        lines.append(moved if line.strip() else line)
    return _NINDENT.sub(lambda match: f"nindent {int(match[1]) + columns}", "".join(lines))


_NINDENT = re.compile(r"\bnindent (\d+)")


class _Schemas:
    """Schemas of subcharts: equal ones are made once and shared by the umbrella's definitions."""

    def __init__(self) -> None:
        self._trees: dict[tuple[object, ...], tuple[str, values.Tree]] = {}
        self._texts: dict[str, bytes] = {}

    def text(self, plan: ChartPlan) -> bytes:
        return self._texts[self.name(plan)]

    def name(self, plan: ChartPlan) -> str:
        """The name of a subchart's schema among the umbrella's definitions."""
        key = tuple({(knob.pattern or knob.path, id(knob.schema)): None for knob in plan.knobs})
        known = self._trees.get(key)
        if known is None:
            kind = plan.context["component"].kind
            number = sum(name.partition(".")[0] == kind for name, _ in self._trees.values())
            tree = values.schema_tree(plan.knobs, subchart=True, whole=False)
            known = (f"{kind}.{number + 1}" if number else kind, tree)
            self._trees[key] = known
            whole = values.schema_tree(plan.knobs, subchart=True)
            self._texts[known[0]] = values.schema_json(whole, f"Values of a {kind}")
        return known[0]

    def of_umbrella(
        self, plan: ChartPlan, subcharts: list[ChartPlan], dependencies: Sequence[Dependency]
    ) -> bytes:
        """Its own values, and each subchart's schema below the subchart's key."""
        names = {sub.name for sub in subcharts} | {each.name for each in dependencies}
        own = [k for k in plan.knobs if k.path.partition(".")[0] not in names]
        tree = values.schema_tree(own, subchart=False)
        for sub in subcharts:
            tree["properties"][sub.name] = {"$ref": f"#/definitions/{self.name(sub)}"}
        tree["definitions"] = dict(sorted(self._trees.values()))
        for each in dependencies:
            definition = f"upstream.{each.name}"
            tree["properties"][each.name] = {"$ref": f"#/definitions/{definition}"}
            tree["definitions"][definition] = upstream.schema_of(each, definition)
        return values.schema_json(tree, f"Values of {plan.name}")


def _source_map(
    plans: list[ChartPlan], raw: Mapping[str, str], brought: Mapping[str, Node], own: str
) -> bytes:
    """Path of each file to the node of the spec that asked for it and the template, if any.

    A template of the author's own is named as seen from the spec; `own` is where kinds lie there.
    """
    entries = {}
    for plan in plans:
        prefix = f"{plan.folder}/" if plan.folder else ""
        for name in ("values.yaml", "values.schema.json"):
            entries[prefix + name] = _origin(plan.origin, "")
        for planned in plan.files:
            template = planned.template
            if planned.folders[0].startswith(own):
                path = str(_find(planned))
                template = f"kinds/{path.removeprefix(own)}" if path.startswith(own) else template
            entries[planned.path] = _origin(planned.origin, template)
        for path, patch in patch_origins(plan).items():
            entries[path] = _origin(patch, entries.get(path, {}).get("template", ""))
    entries.update((path, _origin(dependency, "")) for path, dependency in brought.items())
    top = _origin(plans[0].origin, "")["spec"]
    for index, (name, source) in enumerate(raw.items()):
        entries[name] = {"spec": f"{top}.manifests.{index}", "template": source}
    return orjson.dumps(entries, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def _origin(node: Node, template: str) -> dict[str, str]:
    return {"spec": ".".join(str(part) for part in node.path), "template": template}
