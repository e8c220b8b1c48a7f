[% if s.pooler %]
{{/* Name of the pooler's objects. */}}
{{- define "[[ define ]].pooler.fullname" -}}
{{ include "[[ define ]].prefix" . }}[[ s.pooler.name ]]
{{- end }}

{{/* Labels of the pooler's objects. */}}
{{- define "[[ define ]].pooler.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: [[ s.pooler.name ]]
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: [[ platform.name ]]
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

[% endif %]
{{/* Selects the members, and the Jobs that make them: what is of the cluster, but no pooler. */}}
{{- define "[[ define ]].members" -}}
matchLabels:
  cnpg.io/cluster: {{ include "[[ define ]].fullname" . }}
matchExpressions:
  - key: cnpg.io/podRole
    operator: NotIn
    values: [pooler]
{{- end }}

{{/* Server parameters that the operator or this chart decides on: no value may name them. */}}
{{- define "[[ define ]].reserved" -}}
[% for line in reserved %]
[[ line ]]
[% endfor %]
{{- end }}

{{/* MiB of shared_buffers: a quarter of the limit, and no more than is requested. The operator wants that. */}}
{{- define "[[ define ]].sharedBuffers" -}}
{{- $quarter := div (include "[[ define ]].memory" . | int) 4 -}}
{{- $requested := include "[[ define ]].mebibytes" (dig "requests" "memory" "" (.Values.resources | default dict)) | int -}}
{{- ternary (min $quarter $requested) $quarter (gt $requested 0) -}}
{{- end }}

{{/* Server parameters, as text: the operator takes no other type. */}}
{{- define "[[ define ]].parameters" -}}
{{- $memory := include "[[ define ]].memory" . | int }}
{{- $volume := include "[[ define ]].mebibytes" .Values.storage.size | int }}
{{- $parameters := .Values.parameters | default dict -}}
max_connections: {{ .Values.maxConnections | int64 | quote }}
superuser_reserved_connections: "5"
{{- if not (hasKey $parameters "shared_buffers") }}
shared_buffers: {{ include "[[ define ]].sharedBuffers" . }}MB
{{- end }}
{{- if not (hasKey $parameters "effective_cache_size") }}
effective_cache_size: {{ div (mul $memory 5) 8 }}MB
{{- end }}
{{- if not (hasKey $parameters "maintenance_work_mem") }}
maintenance_work_mem: {{ div $memory 16 }}MB
{{- end }}
{{- if not (hasKey $parameters "wal_keep_size") }}
wal_keep_size: {{ min 1024 (div $volume 20) }}MB
{{- end }}
{{- if not (hasKey $parameters "max_slot_wal_keep_size") }}
{{- /* A member that never comes back must not fill the disk of the others. */}}
max_slot_wal_keep_size: {{ min 20480 (div $volume 5) }}MB
{{- end }}
[% if s.backup %]
{{- if and .Values.backup.enabled (not (hasKey $parameters "archive_timeout")) }}
archive_timeout: 60s
{{- end }}
[% endif %]
{{- range $name, $value := $parameters }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}
[% if s.backup %]

{{/* Path in the store. The generation follows it, as the name of the server that writes there. */}}
{{- define "[[ define ]].storePath" -}}
s3://{{ .Values.backup.bucket }}/{{ with .Values.backup.path }}{{ . }}/{{ end }}
{{- end }}

{{/* Where in the store this cluster writes: nothing is shared between namespaces and components. */}}
{{- define "[[ define ]].backupPlace" -}}
{{ .Release.Namespace }}/{{ include "[[ define ]].fullname" . }}
{{- end }}

{{/* How the store is reached. */}}
{{- define "[[ define ]].store" -}}
{{- with .Values.backup.endpoint }}
endpointURL: {{ . }}
{{- end }}
{{- with .Values.backup.caSecret }}
endpointCA:
  name: {{ . }}
  key: ca.crt
{{- end }}
s3Credentials:
  {{- if .Values.backup.secret }}
  accessKeyId:
    name: {{ .Values.backup.secret }}
    key: access-key-id
  secretAccessKey:
    name: {{ .Values.backup.secret }}
    key: secret-access-key
  {{- else }}
  inheritFromIAMRole: true
  {{- end }}
wal:
  compression: gzip
  maxParallel: 2
{{- end }}
[% endif %]
