{{/* Name of the chart, as the labels have it. */}}
{{- define "[[ define ]].name" -}}
[[ component.name ]]
{{- end }}

{{/* What stands before every name: nothing when the release is named after its chart. */}}
{{- define "[[ define ]].prefix" -}}
{{- if not (or (eq .Release.Name "[[ chart.name ]]") (and .Chart.IsRoot (eq .Release.Name .Chart.Name))) -}}
{{- if gt (len .Release.Name) [[ chart.prefix_budget ]] -}}
{{- printf "%s-%s-" (.Release.Name | trunc [[ chart.prefix_budget - 6 ]] | trimSuffix "-") (.Release.Name | sha256sum | trunc 5) -}}
{{- else -}}
{{- printf "%s-" .Release.Name -}}
{{- end -}}
{{- end -}}
{{- end }}

[% include "parts/fullname.tpl" %]

{{/* Labels of every object; the component's role is a literal line below each use. */}}
{{- define "[[ define ]].labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "[[ define ]].selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: [[ platform.name ]]
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pods. They never change, since selectors are immutable. */}}
{{- define "[[ define ]].selectorLabels" -}}
app.kubernetes.io/name: [[ component.name ]]
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
[% if view.runs %]

[% include "parts/account-name.tpl" %]
[% endif %]
[% for out in view.hosts %]
[% include "parts/host.tpl" %]
[% endfor %]
[% if view.migrates %]
[% with view = view.migration %]
[% for out in view.hosts %]
[% include "parts/host.tpl" %]
[% endfor %]
[% endwith %]
[% endif %]
