{{/* Name of the objects. It is a label of the pods, by which network policies of others know them. */}}
{{- define "[[ define ]].fullname" -}}
{{- printf "%s[[ component.name ]]" (include "[[ define ]].prefix" .) -}}
{{- end }}
