{{/* Name of the service account. */}}
{{- define "[[ define ]].serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "[[ define ]].fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}
