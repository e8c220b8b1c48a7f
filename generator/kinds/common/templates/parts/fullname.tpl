{{/* Name of the objects. */}}
{{- define "[[ define ]].fullname" -}}
{{- .Values.fullnameOverride | default (printf "%s[[ component.name ]]" (include "[[ define ]].prefix" .)) -}}
{{- end }}
