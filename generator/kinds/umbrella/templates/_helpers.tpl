{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "[[ define ]].prefix" -}}
{{- if ne .Release.Name "[[ chart.name ]]" -}}
{{- if gt (len .Release.Name) [[ chart.prefix_budget ]] -}}
{{- printf "%s-%s-" (.Release.Name | trunc [[ chart.prefix_budget - 6 ]] | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Name of objects of the chart as a whole. */}}
{{- define "[[ define ]].fullname" -}}
{{ include "[[ define ]].prefix" . }}[[ chart.name ]]
{{- end }}
[% if chart.policies %]

{{/* Name of objects of the whole cluster, which have a word of ten characters behind it. */}}
{{- define "[[ define ]].clusterName" -}}
{{- $name := printf "%s-%s" .Release.Namespace (include "[[ define ]].fullname" .) -}}
{{- if gt (len $name) 53 -}}
{{- printf "%s-%s" ($name | trunc 47 | trimSuffix "-") ($name | sha256sum | trunc 5) -}}
{{- else -}}
{{- $name -}}
{{- end -}}
{{- end }}
[% endif %]

{{/* Labels of every object; the object's role is a literal line below each use. */}}
{{- define "[[ define ]].labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: [[ chart.name ]]
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: [[ platform.name ]]
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
[% if chart.routes %]

{{/* Name of the Secret with the certificate of the public addresses. */}}
{{- define "[[ define ]].tlsSecretName" -}}
{{- .Values.tls.secretName | default (printf "%s-tls" (include "[[ define ]].fullname" .)) -}}
{{- end }}
[% endif %]
[% for component in chart.components if component.name in chart.routed %]

{{/* Service of [[ component.name ]], which a public address leads to. */}}
{{- define "[[ define ]].routedService.[[ component.name ]]" -}}
[% if component.link.service == component.name %]
{{- [[ value(component.name, "fullnameOverride") ]] | default (printf "%s[[ component.name ]]" (include "[[ define ]].prefix" .)) -}}
[% else %]
{{- printf "%s[[ component.link.service ]]" (include "[[ define ]].prefix" .) -}}
[% endif %]
{{- end }}
[% endfor %]
