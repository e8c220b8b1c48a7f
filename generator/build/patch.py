"""Patches of the spec on generated objects: each template is kept, and its object merged later.

    templates/deployment.yaml           the template in a `define`, then its object with the patch
    templates/_patched.tpl              how they are merged
    files/patches/deployment.yaml       the patch

So the object stays one that values and Helm fill, and the patch stays what the author wrote.
"""

from __future__ import annotations

from collections.abc import Mapping

from generator.build import values
from generator.build.plan import ChartPlan
from generator.errors import InputError
from generator.findings import Finding
from generator.spec.model import Node, Patch

_MERGE = """\
{{/*
Merge a patch into an object, in place: `list OBJECT PATCH`. Maps are merged by key, lists of named
things by name; null removes a key, `$patch: delete` a named thing. All else takes the old's place.
*/}}
{{- define "DEFINE.merged" -}}
{{- $object := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- $old := get $object $key }}
{{- if kindIs "invalid" $value }}
{{- $_ := unset $object $key }}
{{- else if and (kindIs "map" $value) (kindIs "map" $old) }}
{{- include "DEFINE.merged" (list $old $value) }}
{{- else if and (include "DEFINE.named" $value) (include "DEFINE.named" $old) }}
{{- $new := list }}
{{- range $one := $old }}
{{- $kept := true }}
{{- range $value }}
{{- if eq .name $one.name }}
{{- $kept = ne (get . "$patch") "delete" }}
{{- include "DEFINE.merged" (list $one .) }}
{{- end }}
{{- end }}
{{- if $kept }}
{{- $new = append $new $one }}
{{- end }}
{{- end }}
{{- range $one := $value }}
{{- $known := false }}
{{- range $old }}
{{- $known = or $known (eq .name $one.name) }}
{{- end }}
{{- if not (or $known (eq (get . "$patch") "delete")) }}
{{- $new = append $new $one }}
{{- end }}
{{- end }}
{{- $_ := set $object $key $new }}
{{- else }}
{{- $_ := set $object $key $value }}
{{- end }}
{{- end }}
{{- end }}

{{/* Whether all in a list are maps with a name: empty means no. */}}
{{- define "DEFINE.named" -}}
{{- $named := kindIs "slice" . }}
{{- if $named }}
{{- range . }}
{{- $named = and $named (kindIs "map" .) (hasKey . "name") }}
{{- end }}
{{- end }}
{{- if $named }}true{{- end }}
{{- end }}
"""

_PATCHED = """\
{{{{/* Patched by platform.yaml: the object below, then what {file} changes in it. */}}}}
{{{{- define "{name}" }}}}
{template}
{{{{- end }}}}
{{{{- $object := include "{name}" . | fromYaml }}}}
{{{{- with get $object "Error" }}}}
{{{{- fail . }}}}
{{{{- end }}}}
{{{{- if $object }}}}
{{{{- include "{define}.merged" (list $object (.Files.Get "{file}" | fromYaml)) }}}}
{{{{- toYaml $object }}}}
{{{{- end }}}}
"""


def patch_tree(tree: dict[str, bytes], plan: ChartPlan) -> dict[str, bytes]:
    """A chart's files with its patches beside their templates."""
    define = str(plan.context["define"])
    for patch in plan.patches:
        path = _below(plan, f"templates/{patch.template}")
        text = tree[path].decode()
        where = ".".join(str(part) for part in patch.path)
        if problem := _problem(patch, text):
            place = patch.place
            raise InputError(
                [
                    Finding(
                        path=place.path,
                        line=place.line,
                        col=place.col,
                        rule="patch",
                        message=f"{where}: {problem}",
                    )
                ]
            )
        tree[path] = _PATCHED.format(
            file=f"files/patches/{patch.template}",
            name=f"{define}.unpatched.{patch.template.removesuffix('.yaml').replace('/', '.')}",
            define=define,
            template=text.strip("\n"),
        ).encode()
        tree[_below(plan, f"files/patches/{patch.template}")] = _content(patch)
    if plan.patches:
        tree[_below(plan, _HELPERS)] = _MERGE.replace("DEFINE", define).encode()
    return tree


def _problem(patch: Patch, template: str) -> str | None:
    """What no merging can do."""
    if "\n---" in template.removeprefix("---"):
        return "the template makes several objects, and a patch is for one"
    if "\nkind: Job\n" in template and "spec" in patch.content:
        return "the pod of a Job can't change once it is there; only its metadata can be patched"
    return None


def patch_origins(plan: ChartPlan) -> Mapping[str, Node]:
    """Path of each file that a patch made or changed -> the patch, or whose patches they are."""
    made: dict[str, Node] = {}
    for patch in plan.patches:
        for folder in ("templates", "files/patches"):
            made[_below(plan, f"{folder}/{patch.template}")] = patch
    if plan.patches:
        made[_below(plan, _HELPERS)] = plan.origin
    return made


_HELPERS = "templates/_patched.tpl"


def _below(plan: ChartPlan, path: str) -> str:
    return f"{plan.folder}/{path}" if plan.folder else path


def _content(patch: Patch) -> bytes:
    title = f"# Generated from platform.yaml. Merged into the object of {patch.template}."
    return "\n".join((title, *values.dump(patch.content, 0), "")).encode()
