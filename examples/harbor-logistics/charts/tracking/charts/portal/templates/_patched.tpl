{{/*
Merge a patch into an object, in place: `list OBJECT PATCH`. Maps are merged by key, lists of named
things by name; null removes a key, `$patch: delete` a named thing. All else takes the old's place.
*/}}
{{- define "tracking.portal.merged" -}}
{{- $object := index . 0 }}
{{- range $key, $value := index . 1 }}
{{- $old := get $object $key }}
{{- if kindIs "invalid" $value }}
{{- $_ := unset $object $key }}
{{- else if and (kindIs "map" $value) (kindIs "map" $old) }}
{{- include "tracking.portal.merged" (list $old $value) }}
{{- else if and (include "tracking.portal.named" $value) (include "tracking.portal.named" $old) }}
{{- $new := list }}
{{- range $one := $old }}
{{- $kept := true }}
{{- range $value }}
{{- if eq .name $one.name }}
{{- $kept = ne (get . "$patch") "delete" }}
{{- include "tracking.portal.merged" (list $one .) }}
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
{{- define "tracking.portal.named" -}}
{{- $named := kindIs "slice" . }}
{{- if $named }}
{{- range . }}
{{- $named = and $named (kindIs "map" .) (hasKey . "name") }}
{{- end }}
{{- end }}
{{- if $named }}true{{- end }}
{{- end }}
