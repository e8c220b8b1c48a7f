[% if s.pooler %]
{{/* Name of the pooler's objects. */}}
{{- define "[[ define ]].pooler.fullname" -}}
{{ include "[[ define ]].prefix" . }}[[ s.pooler.name ]]
{{- end }}

{{/* Labels of the pooler's objects. */}}
{{- define "[[ define ]].pooler.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "[[ define ]].pooler.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: [[ platform.name ]]
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pooler's pods. */}}
{{- define "[[ define ]].pooler.selectorLabels" -}}
app.kubernetes.io/name: [[ s.pooler.name ]]
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

[% endif %]
{{/* Scheme of Patroni's and the agent's HTTP interfaces. */}}
{{- define "[[ define ]].scheme" -}}
{{- ternary "https" "http" .Values.tls.enabled -}}
{{- end }}
[% if s.backup %]

{{/* Where backups go: nothing is shared between namespaces, components and generations. */}}
{{- define "[[ define ]].backupPath" -}}
/{{ with .Values.backup.path }}{{ . }}/{{ end }}{{ .Release.Namespace }}/{{ include "[[ define ]].fullname" . }}/{{ .Values.backup.generation }}
{{- end }}

{{/* Where a restore reads. */}}
{{- define "[[ define ]].restorePath" -}}
/{{ with .Values.backup.path }}{{ . }}/{{ end }}{{ .Values.restore.from }}
{{- end }}

{{/* MiB of the log that may wait for the store: a fifth of the volume, which leaves it room. */}}
{{- define "[[ define ]].archiveLimit" -}}
{{- max 64 (div (include "[[ define ]].mebibytes" .Values.storage.size | int) 5) -}}
{{- end }}

{{/* Configuration of pgBackRest. It is read at each call: nothing starts anew for a change. */}}
{{- define "[[ define ]].pgbackrest" -}}
[global]
repo1-type=s3
repo1-path={{ include "[[ define ]].backupPath" . }}
repo1-s3-bucket={{ .Values.backup.bucket }}
repo1-s3-region={{ .Values.backup.region }}
{{- if .Values.backup.endpoint }}
repo1-s3-endpoint={{ .Values.backup.endpoint }}
repo1-s3-uri-style=path
{{- else }}
repo1-s3-endpoint=s3.{{ .Values.backup.region }}.amazonaws.com
{{- end }}
{{- if not .Values.backup.secret }}
repo1-s3-key-type=web-id
{{- end }}
{{- if .Values.backup.caSecret }}
repo1-storage-ca-file=/store/ca.crt
{{- end }}
repo1-retention-full={{ .Values.backup.keep | int64 }}
# Small files share an object.
repo1-bundle=y
compress-type=zst
start-fast=y
# A store that does not answer is given up soon, and asked again.
io-timeout=30
# The log waits for the store in pg_wal. Above this it is dropped, before the volume is full.
archive-push-queue-max={{ include "[[ define ]].archiveLimit" . }}MiB
lock-path=/tmp/pgbackrest
log-level-file=off
log-level-console=off
log-level-stderr=warn

[db]
pg1-path=/home/postgres/pgdata/pgroot/data
pg1-socket-path=/var/run/postgresql
pg1-user=postgres
{{- end }}
[% endif %]
