
{{/* Host of [[ out.name ]][% if view.direct %] for migrations[% endif %]: from the values, or of the same release. */}}
{{- define "[[ view.helper(out.name) ]]" -}}
[% if out.namespace %]
{{- (.Values.connections.[[ view.key(out.name) ]]).host | default [[ out.far_host ]] -}}
[% else %]
{{- (.Values.connections.[[ view.key(out.name) ]]).host | default (printf "%s[[ out.service ]]" (include "[[ define ]].prefix" .)) -}}
[% endif %]
{{- end }}
