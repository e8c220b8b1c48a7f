{{/* Pod that configures. The Job's name has its hash: a Job can't be changed, only replaced. */}}
{{- define "bookedbarber.postgres.configure" -}}
metadata:
  labels:
    app.kubernetes.io/name: postgres-configure
    app.kubernetes.io/instance: {{ .Release.Name }}
    app.kubernetes.io/component: configure
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/dynamic: {{ include "bookedbarber.postgres.dynamic" . | sha256sum }}
    checksum/script: {{ .Files.Get "files/jobs/configure.py" | sha256sum }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- with .Values.global.imagePullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  serviceAccountName: {{ include "bookedbarber.postgres.fullname" . }}-configure
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  restartPolicy: Never
  {{- with .Values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: configure
      image: "{{ with .Values.global.imageRegistry | default .Values.image.registry }}{{ . }}/{{ end }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ with .Values.image.digest }}@{{ . }}{{ end }}"
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      terminationMessagePolicy: FallbackToLogsOnError
      command: [python3, /scripts/configure.py]
      env:
        - name: HOME
          value: /tmp
        - name: PYTHONDONTWRITEBYTECODE
          value: "1"
        - name: PATRONI_URL
          value: {{ include "bookedbarber.postgres.scheme" . }}://{{ include "bookedbarber.postgres.fullname" . }}-primary:8008
        - name: PATRONI_USERNAME
          value: patroni
        - name: PATRONI_PASSWORD
          valueFrom:
            secretKeyRef:
              name: {{ .Values.credentialsSecret }}
              key: patroni-password
        {{- if .Values.tls.enabled }}
        - name: TLS_DIR
          value: /tls
        {{- end }}
      {{- with .Values.job.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - name: config
          mountPath: /etc/patroni
          readOnly: true
        - name: scripts
          mountPath: /scripts
          readOnly: true
        {{- if .Values.tls.enabled }}
        - name: tls
          mountPath: /tls
          readOnly: true
        {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "bookedbarber.postgres.fullname" . }}-patroni
    - name: scripts
      configMap:
        name: {{ include "bookedbarber.postgres.fullname" . }}-scripts
    {{- if .Values.tls.enabled }}
    {{- /* Only the CA: the Job shows no certificate of its own. */}}
    - name: tls
      secret:
        secretName: {{ include "bookedbarber.postgres.tlsSecret" . }}
        items:
          - key: ca.crt
            path: ca.crt
    {{- end }}
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
