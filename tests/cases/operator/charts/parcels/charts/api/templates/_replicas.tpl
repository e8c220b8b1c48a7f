{{/* Replicas: those that run, so that an upgrade does not undo `kubectl scale`; the value, once that has changed. */}}
{{- define "parcels.api.replicas" -}}
{{- $value := .Values.replicas | int | toString -}}
{{- $live := lookup "apps/v1" "Deployment" .Release.Namespace (include "parcels.api.fullname" .) -}}
{{- $before := dig "metadata" "annotations" "generator.dev/replicas" $value $live -}}
{{- if and $live (eq $before $value) -}}
{{- $live.spec.replicas -}}
{{- else -}}
{{- $value -}}
{{- end -}}
{{- end }}
