{{- define "operator.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The stations' NetworkPolicies let in pods of this name, so no value changes it. */}}
{{- define "operator.selectorLabels" -}}
app.kubernetes.io/name: liaison-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "operator.labels" -}}
{{ include "operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: liaison
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* metadata of an object: dict "context" $ "name" <name> and optionally "annotations", "labels", "namespace" */}}
{{- define "operator.metadata" -}}
name: {{ .name }}
{{- with .namespace }}
namespace: {{ . }}
{{- end }}
labels:
  {{- include "operator.labels" .context | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (dict) (.annotations | default dict) (.context.Values.commonAnnotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "operator.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name must name an existing ServiceAccount when serviceAccount.create is false" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* image reference: dict "context" $ "image" <values> */}}
{{- define "operator.image" -}}
{{- $tag := .image.tag | default .context.Chart.AppVersion -}}
{{- $name := .image.repository -}}
{{- with .image.registry -}}{{- $name = printf "%s/%s" . $name -}}{{- end -}}
{{- if .image.digest -}}
{{- printf "%s:%s@%s" $name $tag .image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name $tag -}}
{{- end -}}
{{- end -}}

{{/* the rules that controller-gen wrote from the code */}}
{{- define "operator.rules" -}}
{{- (.Files.Get "files/role.yaml" | fromYaml).rules | toYaml -}}
{{- end -}}

{{- define "operator.subject" -}}
- kind: ServiceAccount
  name: {{ include "operator.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}

{{/* name of the Secret with the token that scrapers bear; empty where the API server is asked who they are, or nobody is */}}
{{- define "operator.metricsTokenSecret" -}}
{{- if and .Values.metrics.enabled .Values.metrics.secure -}}
{{- if .Values.metrics.tokenSecret.name -}}
{{- .Values.metrics.tokenSecret.name -}}
{{- else if .Values.watchNamespaces -}}
{{- include "operator.fullname" . }}-metrics-token
{{- end -}}
{{- end -}}
{{- end -}}

{{/* the groups of files/rules.yaml: each alert with the county's labels and the place of its runbook, and without those that are disabled */}}
{{- define "operator.ruleGroups" -}}
{{- $values := .Values.metrics.rules -}}
{{- $groups := list -}}
{{- range $group := (.Files.Get "files/rules.yaml" | fromYaml).groups -}}
{{- $rules := list -}}
{{- range $rule := $group.rules -}}
{{- if $rule.alert -}}
{{- $_ := set $rule "labels" (merge (dict) $rule.labels $values.alertLabels) -}}
{{- $_ := set $rule.annotations "runbook_url" (printf "%s/%s.md" (trimSuffix "/" $values.runbookURL) $rule.alert) -}}
{{- end -}}
{{- if not (and $rule.alert (has $rule.alert $values.disabled)) -}}
{{- $rules = append $rules $rule -}}
{{- end -}}
{{- end -}}
{{- if $rules -}}
{{- $groups = append $groups (set $group "rules" $rules) -}}
{{- end -}}
{{- end -}}
{{- toYaml $groups -}}
{{- end -}}

{{/* values that contradict each other */}}
{{- define "operator.checks" -}}
{{- if and (not .Values.leaderElection.enabled) (gt (int .Values.replicas) 1) -}}
{{- fail (printf "replicas is %d but leaderElection.enabled is false: two operators would work against each other. Switch leader election on or set replicas to 1" (int .Values.replicas)) -}}
{{- end -}}
{{- if and (not .Values.metrics.enabled) .Values.metrics.certificateSecret -}}
{{- fail "metrics.certificateSecret is set but metrics.enabled is false: enable the metrics or remove the certificate" -}}
{{- end -}}
{{- if and (not .Values.metrics.secure) .Values.metrics.certificateSecret -}}
{{- fail "metrics.certificateSecret is set but metrics.secure is false: serve the metrics securely or remove the certificate" -}}
{{- end -}}
{{- if and (not (and .Values.metrics.enabled .Values.metrics.secure)) .Values.metrics.tokenSecret.name -}}
{{- fail "metrics.tokenSecret.name is set but the metrics are not served securely: set metrics.enabled and metrics.secure or remove the token" -}}
{{- end -}}
{{- if and .Values.metrics.enabled (eq (int .Values.metrics.port) (int .Values.health.port)) -}}
{{- fail (printf "metrics.port and health.port are both %d: choose another for one of them" (int .Values.health.port)) -}}
{{- end -}}
{{- if and .Values.dashboards.enabled (hasKey .Values.commonLabels .Values.dashboards.label.name) -}}
{{- fail (printf "dashboards.label.name and commonLabels both set the label %s: choose another label for one of them" .Values.dashboards.label.name) -}}
{{- end -}}
{{- if and (not .Values.dashboards.enabled) .Values.dashboards.folder -}}
{{- fail "dashboards.folder is set but dashboards.enabled is false: enable the dashboards or remove the folder" -}}
{{- end -}}
{{- if and (not .Values.networkPolicy.enabled) .Values.networkPolicy.metricsFrom -}}
{{- fail "networkPolicy.metricsFrom is set but networkPolicy.enabled is false: enable the policy or remove the peers" -}}
{{- end -}}
{{- range $disabled := .Values.metrics.rules.disabled -}}
{{- if not (contains (printf "alert: %s\n" $disabled) ($.Files.Get "files/rules.yaml")) -}}
{{- fail (printf "metrics.rules.disabled names %s, which is no alert: docs/runbooks has a page for each alert there is" $disabled) -}}
{{- end -}}
{{- end -}}
{{- end -}}
