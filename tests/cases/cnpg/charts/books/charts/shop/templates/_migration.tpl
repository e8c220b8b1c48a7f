{{/* Pod of the migration. The Job's name has its hash: a Job can't be changed, only replaced. */}}
{{- define "books.shop.migration" -}}
metadata:
  labels:
    app.kubernetes.io/name: shop-migrate
    app.kubernetes.io/instance: {{ .Release.Name }}
    app.kubernetes.io/component: migrate
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .Values.global.imagePullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  serviceAccountName: {{ include "books.shop.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  restartPolicy: Never
  initContainers:
    - name: wait-for-ledger
      image: "{{ with .Values.global.imageRegistry | default .Values.wait.image.registry }}{{ . }}/{{ end }}{{ .Values.wait.image.repository }}:{{ .Values.wait.image.tag }}{{ with .Values.wait.image.digest }}@{{ . }}{{ end }}"
      imagePullPolicy: {{ .Values.wait.image.pullPolicy }}
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      terminationMessagePolicy: FallbackToLogsOnError
      command:
        - timeout
        - {{ .Values.wait.timeoutSeconds | int64 | quote }}
        - sh
        - -c
        - until nc -z -w 2 "$HOST" "$PORT"; do sleep 2; done
      env:
        - name: HOST
          value: {{ include "books.shop.ledger.directHost" . }}
        - name: PORT
          value: "5432"
      resources:
        requests:
          cpu: 10m
          memory: 16Mi
          ephemeral-storage: 8Mi
        limits:
          cpu: 100m
          memory: 32Mi
          ephemeral-storage: 16Mi
    - name: wait-for-notes
      image: "{{ with .Values.global.imageRegistry | default .Values.wait.image.registry }}{{ . }}/{{ end }}{{ .Values.wait.image.repository }}:{{ .Values.wait.image.tag }}{{ with .Values.wait.image.digest }}@{{ . }}{{ end }}"
      imagePullPolicy: {{ .Values.wait.image.pullPolicy }}
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      terminationMessagePolicy: FallbackToLogsOnError
      command:
        - timeout
        - {{ .Values.wait.timeoutSeconds | int64 | quote }}
        - sh
        - -c
        - until nc -z -w 2 "$HOST" "$PORT"; do sleep 2; done
      env:
        - name: HOST
          value: {{ include "books.shop.notes.directHost" . }}
        - name: PORT
          value: "5432"
      resources:
        requests:
          cpu: 10m
          memory: 16Mi
          ephemeral-storage: 8Mi
        limits:
          cpu: 100m
          memory: 32Mi
          ephemeral-storage: 16Mi
  containers:
    - name: migrate
      image: "{{ with .Values.global.imageRegistry | default .Values.image.registry }}{{ . }}/{{ end }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ with .Values.image.digest }}@{{ . }}{{ end }}"
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      terminationMessagePolicy: FallbackToLogsOnError
      command:
        - "shop"
        - "migrate"
      env:
        - name: LEDGER_HOST
          value: {{ include "books.shop.ledger.directHost" . }}
        - name: LEDGER_PORT
          value: "5432"
        - name: LEDGER_DATABASE
          value: "ledger"
        - name: LEDGER_USER
          value: "keeper"
        - name: LEDGER_PASSWORD
          valueFrom:
            secretKeyRef:
              name: ledger-credentials
              key: password
        - name: NOTES_HOST
          value: {{ include "books.shop.notes.directHost" . }}
        - name: NOTES_PORT
          value: "5432"
        - name: NOTES_DATABASE
          value: "notes"
        - name: NOTES_USER
          value: "app"
        - name: NOTES_PASSWORD
          valueFrom:
            secretKeyRef:
              name: notes-credentials
              key: password
        {{- range $name, $value := .Values.env }}
        - name: {{ $name }}
          value: {{ $value | quote }}
        {{- end }}
        {{- range $name, $secret := .Values.secretEnv }}
        - name: {{ $name }}
          valueFrom:
            secretKeyRef:
              name: {{ $secret.name }}
              key: {{ $secret.key }}
        {{- end }}
      {{- with .Values.migration.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 512Mi
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
