{{/* Replicas: those that run, so that an upgrade does not undo `kubectl scale`; the value, once that has changed. */}}
{{- define "tracking.orders-db.replicas" -}}
{{- $value := .Values.replicas | int | toString -}}
{{- $live := lookup "apps/v1" "StatefulSet" .Release.Namespace (include "tracking.orders-db.fullname" .) -}}
{{- $before := dig "metadata" "annotations" "generator.dev/replicas" $value $live -}}
{{- if and $live (eq $before $value) (eq .Values.replicaPolicy "preserve") -}}
{{- $live.spec.replicas -}}
{{- else -}}
{{- $value -}}
{{- end -}}
{{- end }}

{{/* Replicas: those that run, so that an upgrade does not undo `kubectl scale`; the value, once that has changed. */}}
{{- define "tracking.orders-db.pooler.replicas" -}}
{{- $value := .Values.pooler.replicas | int | toString -}}
{{- $live := lookup "apps/v1" "Deployment" .Release.Namespace (include "tracking.orders-db.pooler.fullname" .) -}}
{{- $before := dig "metadata" "annotations" "generator.dev/replicas" $value $live -}}
{{- if and $live (eq $before $value) -}}
{{- $live.spec.replicas -}}
{{- else -}}
{{- $value -}}
{{- end -}}
{{- end }}
