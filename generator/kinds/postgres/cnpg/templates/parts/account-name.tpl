{{/* Name of the members' service account, which the operator makes. */}}
{{- define "[[ define ]].serviceAccountName" -}}
{{- include "[[ define ]].fullname" . -}}
{{- end }}
