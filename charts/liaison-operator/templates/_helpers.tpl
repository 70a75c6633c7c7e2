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
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* labels of an object: dict "context" $ and optionally "labels", its own, which win over commonLabels. Merged, for a key written twice is refused by kustomize. */}}
{{- define "operator.labels" -}}
{{- $release := include "operator.selectorLabels" .context | fromYaml -}}
{{- $release = merge $release (dict
  "app.kubernetes.io/version" .context.Chart.AppVersion
  "app.kubernetes.io/part-of" "liaison"
  "app.kubernetes.io/managed-by" .context.Release.Service
  "helm.sh/chart" (printf "%s-%s" .context.Chart.Name .context.Chart.Version | replace "+" "_")) -}}
{{- merge $release (.labels | default dict) (.context.Values.commonLabels | default dict) | toYaml -}}
{{- end -}}

{{/* metadata of an object: dict "context" $ "name" <name> and optionally "annotations", "labels", "namespace" */}}
{{- define "operator.metadata" -}}
name: {{ .name | quote }}
{{- with .namespace }}
namespace: {{ . | quote }}
{{- end }}
labels:
  {{- include "operator.labels" . | nindent 2 }}
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
  name: {{ include "operator.serviceAccountName" . | quote }}
  namespace: {{ .Release.Namespace | quote }}
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
{{- $_ := set $rule "labels" (merge (dict) $rule.labels ($values.alertLabels | default dict)) -}}
{{- $_ := set $rule.annotations "runbook_url" (printf "%s/%s.md" (trimSuffix "/" $values.runbookURL) $rule.alert) -}}
{{- end -}}
{{- if eq (default "" $rule.alert) "LiaisonStationUnused" -}}
{{- /* its expression looks at one of these weeks */ -}}
{{- $_ := set $rule "for" (printf "%dw" (sub (int $values.unusedWeeks) 1)) -}}
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

{{/* values that would do nothing, as what they belong to is switched off: the value, the switch, and the value's default if it has one */}}
{{- define "operator.idleChecks" -}}
{{- range list
  (list "metrics.port" "metrics.enabled" 8443)
  (list "metrics.certificateSecret" "metrics.enabled")
  (list "metrics.certificateSecret" "metrics.secure")
  (list "metrics.tokenSecret.name" "metrics.enabled")
  (list "metrics.tokenSecret.name" "metrics.secure")
  (list "metrics.service.annotations" "metrics.enabled")
  (list "metrics.serviceMonitor.labels" "metrics.enabled")
  (list "metrics.serviceMonitor.labels" "metrics.serviceMonitor.enabled")
  (list "metrics.serviceMonitor.interval" "metrics.enabled")
  (list "metrics.serviceMonitor.interval" "metrics.serviceMonitor.enabled")
  (list "metrics.serviceMonitor.scrapeTimeout" "metrics.enabled")
  (list "metrics.serviceMonitor.scrapeTimeout" "metrics.serviceMonitor.enabled")
  (list "metrics.serviceMonitor.tlsConfig" "metrics.enabled" (dict "insecureSkipVerify" true))
  (list "metrics.serviceMonitor.tlsConfig" "metrics.secure" (dict "insecureSkipVerify" true))
  (list "metrics.serviceMonitor.tlsConfig" "metrics.serviceMonitor.enabled" (dict "insecureSkipVerify" true))
  (list "metrics.rules.labels" "metrics.enabled")
  (list "metrics.rules.labels" "metrics.rules.enabled")
  (list "metrics.rules.alertLabels" "metrics.enabled")
  (list "metrics.rules.alertLabels" "metrics.rules.enabled")
  (list "metrics.rules.disabled" "metrics.enabled")
  (list "metrics.rules.disabled" "metrics.rules.enabled")
  (list "metrics.rules.unusedWeeks" "metrics.enabled" 4)
  (list "metrics.rules.unusedWeeks" "metrics.rules.enabled" 4)
  (list "metrics.rules.runbookURL" "metrics.enabled" "docs/runbooks")
  (list "metrics.rules.runbookURL" "metrics.rules.enabled" "docs/runbooks")
  (list "dashboards.namespace" "dashboards.enabled")
  (list "dashboards.label.name" "dashboards.enabled" "grafana_dashboard")
  (list "dashboards.label.value" "dashboards.enabled" "1")
  (list "dashboards.folder" "dashboards.enabled")
  (list "dashboards.annotations" "dashboards.enabled")
  (list "networkPolicy.metricsFrom" "networkPolicy.enabled")
  (list "networkPolicy.metricsFrom" "metrics.enabled")
  (list "serviceAccount.annotations" "serviceAccount.create")
-}}
{{- $default := "" -}}
{{- if gt (len .) 2 -}}{{- $default = last . -}}{{- end -}}
{{- $value := include "operator.valueAt" (dict "context" $ "path" (first .)) | fromJson -}}
{{- $switch := include "operator.valueAt" (dict "context" $ "path" (index . 1)) | fromJson -}}
{{- if and (not $switch.is) (ne (toJson (default $default $value.is)) (toJson $default)) -}}
{{- fail (printf "%s is set but %s is false, so it would do nothing: set %s to true or remove %s" (first .) (index . 1) (index . 1) (first .)) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* what stands at a path of the values, as JSON under the key "is": dict "context" $ "path" "metrics.enabled" */}}
{{- define "operator.valueAt" -}}
{{- $value := .context.Values -}}
{{- range splitList "." .path -}}{{- $value = index $value . -}}{{- end -}}
{{- dict "is" $value | toJson -}}
{{- end -}}

{{/* how many seconds a duration like 1m30s has */}}
{{- define "operator.seconds" -}}
{{- $units := dict "ms" 0.001 "s" 1 "m" 60 "h" 3600 -}}
{{- $seconds := 0.0 -}}
{{- range regexFindAll "[0-9.]+(ms|s|m|h)" . -1 -}}
{{- $unit := regexFind "[a-z]+" . -}}
{{- $seconds = addf $seconds (mulf (trimSuffix $unit . | float64) (get $units $unit)) -}}
{{- end -}}
{{- $seconds -}}
{{- end -}}

{{/* Runtimes go by the digest: one that was kept in an upgrade runs the program of before under the new tag. What runs is known where helm speaks
to the cluster; where charts are rendered elsewhere nothing is known, and nothing refused. */}}
{{- define "operator.digestChecks" -}}
{{- $containers := lookup "apps/v1" "Deployment" .Release.Namespace (include "operator.fullname" .) | dig "spec" "template" "spec" "containers" (list) -}}
{{- range $container := $containers -}}
{{- if eq $container.name "operator" -}}
{{- include "operator.digestCheck" (dict "context" $ "path" "image" "image" $.Values.image "running" $container.image) -}}
{{- range $container.args -}}
{{- if hasPrefix "--intake-image=" . -}}
{{- include "operator.digestCheck" (dict "context" $ "path" "intake.image" "image" $.Values.intake.image "running" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* dict "context" $ "path" "image" "image" <values> "running" <what ends in a reference to the image that runs> */}}
{{- define "operator.digestCheck" -}}
{{- $tag := .image.tag | default .context.Chart.AppVersion -}}
{{- $kept := printf "@%s" .image.digest -}}
{{- if and .image.digest (hasSuffix $kept .running) -}}
{{- $before := trimSuffix $kept .running | regexFind ":[^:/]+$" | trimPrefix ":" -}}
{{- if and $before (ne $before $tag) -}}
{{- fail (printf "%s.digest is still that of %s; load.sh of this release prints the new one. To stay with that image set %s.tag to %s" .path $before .path $before) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* values that contradict each other, or a limit of the operator's */}}
{{- define "operator.checks" -}}
{{- include "operator.idleChecks" . -}}
{{- include "operator.digestChecks" . -}}
{{- if and (not .Values.leaderElection.enabled) (gt (int .Values.replicas) 1) -}}
{{- fail (printf "replicas is %d but leaderElection.enabled is false: two operators would work against each other. Switch leader election on or set replicas to 1" (int .Values.replicas)) -}}
{{- end -}}
{{- $interval := include "operator.seconds" .Values.backlog.interval | float64 -}}
{{- if or (lt $interval 1.0) (gt $interval 300.0) -}}
{{- fail (printf "backlog.interval is %s: stations are asked once a second at most, and every 5m at least, as the alert LiaisonFiguresStale takes figures of 15m for stale" .Values.backlog.interval) -}}
{{- end -}}
{{- with .Values.metrics.serviceMonitor -}}
{{- if and .interval .scrapeTimeout (gt (include "operator.seconds" .scrapeTimeout | float64) (include "operator.seconds" .interval | float64)) -}}
{{- fail (printf "metrics.serviceMonitor.scrapeTimeout is %s but metrics.serviceMonitor.interval is %s, and Prometheus takes no timeout longer than the interval: lower the one or raise the other" .scrapeTimeout .interval) -}}
{{- end -}}
{{- end -}}
{{- if and (ne .Values.metrics.tokenSecret.key "token") (not (include "operator.metricsTokenSecret" .)) -}}
{{- fail "metrics.tokenSecret.key is set but there is no token: name its Secret in metrics.tokenSecret.name or remove metrics.tokenSecret.key" -}}
{{- end -}}
{{- if and (ne .Values.dashboards.folderAnnotation "grafana_folder") (not .Values.dashboards.folder) -}}
{{- fail "dashboards.folderAnnotation is set but dashboards.folder is not: name the folder or remove dashboards.folderAnnotation" -}}
{{- end -}}
{{- if and .Values.metrics.enabled (eq (int .Values.metrics.port) (int .Values.health.port)) -}}
{{- fail (printf "metrics.port and health.port are both %d: choose another for one of them" (int .Values.health.port)) -}}
{{- end -}}
{{- if and .Values.dashboards.enabled (hasKey (.Values.commonLabels | default dict) .Values.dashboards.label.name) -}}
{{- fail (printf "dashboards.label.name and commonLabels both set the label %s: choose another label for one of them" .Values.dashboards.label.name) -}}
{{- end -}}
{{- range $disabled := .Values.metrics.rules.disabled -}}
{{- if not (contains (printf "alert: %s\n" $disabled) ($.Files.Get "files/rules.yaml")) -}}
{{- fail (printf "metrics.rules.disabled names %s, which is no alert: docs/runbooks has a page for each alert there is" $disabled) -}}
{{- end -}}
{{- end -}}
{{- end -}}
