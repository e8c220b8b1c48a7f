{{/* A quantity, given as the context, in bytes. */}}
{{- define "watch.prometheus.bytes" -}}
{{- $text := toString . -}}
{{- if regexMatch "[eE][-+]?[0-9]+$" $text -}}
{{- printf "%.9f" (float64 $text) -}}
{{- else -}}
{{- $number := regexFind "^[0-9.]+" $text -}}
{{- $units := dict "n" 1e-9 "u" 1e-6 "m" 1e-3 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 "Ei" 1152921504606846976 -}}
{{- printf "%.9f" (mulf (float64 $number) (get $units (trimPrefix $number $text) | default 1)) -}}
{{- end -}}
{{- end }}

{{/* What is wrong with a smaller size of volumes that exist. Given the root, the StatefulSet's name and the size; nothing without a cluster. */}}
{{- define "watch.prometheus.shrunk" -}}
{{- $live := lookup "apps/v1" "StatefulSet" (index . 0).Release.Namespace (index . 1) -}}
{{- $size := index . 2 -}}
{{- $name := index . 1 -}}
{{- range dig "spec" "volumeClaimTemplates" list $live -}}
{{- $had := dig "spec" "resources" "requests" "storage" "0" . -}}
{{- if lt (include "watch.prometheus.bytes" $size | float64) (include "watch.prometheus.bytes" $had | float64) -}}
{{- printf "%v is below the %v that the volumes of StatefulSet %s have, and a volume never shrinks; set it back, or move the data to a component with another name" $size $had $name -}}
{{- end -}}
{{- end -}}
{{- end }}
