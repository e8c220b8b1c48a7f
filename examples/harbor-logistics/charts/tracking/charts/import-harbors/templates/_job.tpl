{{/* Pod of the Job. The Job's name has its hash: a Job can't be changed, only replaced. */}}
{{- define "tracking.import-harbors.pod" -}}
metadata:
  labels:
    {{- include "tracking.import-harbors.selectorLabels" . | nindent 4 }}
    app.kubernetes.io/component: job
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
  serviceAccountName: {{ include "tracking.import-harbors.serviceAccountName" . }}
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
    - name: wait-for-orders-db
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
          value: {{ include "tracking.import-harbors.orders-db.host" . }}
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
    - name: import-harbors
      image: "{{ with .Values.global.imageRegistry | default .Values.image.registry }}{{ . }}/{{ end }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ with .Values.image.digest }}@{{ . }}{{ end }}"
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      terminationMessagePolicy: FallbackToLogsOnError
      command:
        - "import"
        - "--set"
        - "{{ "{{" }} un/locode }}"
      env:
        - name: ORDERS_DB_HOST
          value: {{ include "tracking.import-harbors.orders-db.host" . }}
        - name: ORDERS_DB_PORT
          value: "5432"
        - name: ORDERS_DB_DATABASE
          value: "orders"
        - name: ORDERS_DB_USER
          value: "tracking"
        - name: ORDERS_DB_PASSWORD
          valueFrom:
            secretKeyRef:
              name: orders-db-credentials
              key: database-password
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
      {{- with .Values.resources }}
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
