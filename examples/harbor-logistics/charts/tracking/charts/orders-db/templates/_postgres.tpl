{{/* Name of the pooler's objects. */}}
{{- define "tracking.orders-db.pooler.fullname" -}}
{{ include "tracking.orders-db.prefix" . }}orders-pool
{{- end }}

{{/* Labels of the pooler's objects. */}}
{{- define "tracking.orders-db.pooler.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "tracking.orders-db.pooler.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: harbor-logistics
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Labels that select the pooler's pods. */}}
{{- define "tracking.orders-db.pooler.selectorLabels" -}}
app.kubernetes.io/name: orders-pool
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Scheme of Patroni's and the agent's HTTP interfaces. */}}
{{- define "tracking.orders-db.scheme" -}}
{{- ternary "https" "http" .Values.tls.enabled -}}
{{- end }}

{{/* Where backups go: nothing is shared between namespaces, components and generations. */}}
{{- define "tracking.orders-db.backupPath" -}}
/{{ with .Values.backup.path }}{{ . }}/{{ end }}{{ .Release.Namespace }}/{{ include "tracking.orders-db.fullname" . }}/{{ .Values.backup.generation }}
{{- end }}

{{/* Where a restore reads. */}}
{{- define "tracking.orders-db.restorePath" -}}
/{{ with .Values.backup.path }}{{ . }}/{{ end }}{{ .Values.restore.from }}
{{- end }}

{{/* MiB of the log that may wait for the store: a fifth of the volume, which leaves it room. */}}
{{- define "tracking.orders-db.archiveLimit" -}}
{{- max 64 (div (include "tracking.orders-db.mebibytes" .Values.storage.size | int) 5) -}}
{{- end }}

{{/* Configuration of pgBackRest. It is read at each call: nothing starts anew for a change. */}}
{{- define "tracking.orders-db.pgbackrest" -}}
[global]
repo1-type=s3
repo1-path={{ include "tracking.orders-db.backupPath" . }}
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
archive-push-queue-max={{ include "tracking.orders-db.archiveLimit" . }}MiB
lock-path=/tmp/pgbackrest
log-level-file=off
log-level-console=off
log-level-stderr=warn

[db]
pg1-path=/home/postgres/pgdata/pgroot/data
pg1-socket-path=/var/run/postgresql
pg1-user=postgres
{{- end }}
