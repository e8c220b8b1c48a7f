[% for part, controller, policy in workloads %]
[% if not loop.first %]

[% endif %]
{{/* Replicas: those that run, so that an upgrade does not undo `kubectl scale`; the value, once that has changed. */}}
{{- define "[[ define ]].[[ part ]]replicas" -}}
{{- $value := .Values.[[ part ]]replicas | int | toString -}}
{{- $live := lookup "apps/v1" "[[ controller ]]" .Release.Namespace (include "[[ define ]].[[ part ]]fullname" .) -}}
{{- $before := dig "metadata" "annotations" "generator.dev/replicas" $value $live -}}
{{- if and $live (eq $before $value)[% if policy %] (eq .Values.replicaPolicy "preserve")[% endif %] -}}
{{- $live.spec.replicas -}}
{{- else -}}
{{- $value -}}
{{- end -}}
{{- end }}
[% endfor %]
