{{- define "station.name" -}}
{{- default .Release.Name .Values.nameOverride -}}
{{- end -}}

{{- define "station.rosterName" -}}
{{- default (include "station.name" .) .Values.roster.name -}}
{{- end -}}

{{/* metadata of an object: dict "context" $ "name" <name> "annotations" <its own, or nothing> */}}
{{- define "station.metadata" -}}
name: {{ .name }}
namespace: {{ .context.Release.Namespace }}
labels:
  app.kubernetes.io/name: liaison-station
  app.kubernetes.io/instance: {{ .context.Release.Name }}
  app.kubernetes.io/part-of: liaison
  app.kubernetes.io/managed-by: {{ .context.Release.Service }}
  helm.sh/chart: {{ printf "%s-%s" .context.Chart.Name .context.Chart.Version | replace "+" "_" }}
  {{- with .context.Values.labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (dict) (default dict .annotations) .context.Values.annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* values that contradict each other; what one value alone gets wrong is the schema's matter */}}
{{- define "station.checks" -}}
{{- $name := include "station.name" . -}}
{{- if or (gt (len $name) 40) (not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name)) -}}
{{- fail (printf "the station would be named %q, but a name begins with a letter, holds only a-z, 0-9 and -, and has at most 40 characters: choose another release name or set nameOverride" $name) -}}
{{- end -}}
{{- range .Values.township.villages -}}
{{- if not (hasPrefix $.Values.township.code .code) -}}
{{- fail (printf "township.villages: %s has code %s, which does not begin with the township's code %s: check that the village belongs to %s" .name .code $.Values.township.code $.Values.township.name) -}}
{{- end -}}
{{- end -}}
{{- include "station.accountChecks" . -}}
{{- if .Values.roster.create -}}
{{- include "station.rosterChecks" . -}}
{{- else -}}
{{- range $key := list "deputies" "leaders" "reception" "additionalReceptions" "overrides" "duty" -}}
{{- if index $.Values.roster $key -}}
{{- fail (printf "roster.%s is set but roster.create is false: create the roster with this release, or keep its rules where it is declared" $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* an account is known by its username and has one role */}}
{{- define "station.accountChecks" -}}
{{- $taken := dict -}}
{{- range concat (list .Values.staff.head) .Values.staff.administrators (default list .Values.staff.deputies) -}}
{{- if .username -}}
{{- if hasKey $taken .username -}}
{{- fail (printf "staff: the username %s stands twice among head, administrators and deputies: give each an account of its own" .username) -}}
{{- end -}}
{{- $_ := set $taken .username true -}}
{{- end -}}
{{- end -}}
{{- if and .Values.staff.deputies (not (or .Values.roster.create .Values.roster.name)) -}}
{{- fail "staff.deputies are set but the station has no roster that could know them: create it with this release, or name one in roster.name" -}}
{{- end -}}
{{- with .Values.intake.exposure -}}
{{- if not $.Values.intake.host -}}
{{- fail "intake.exposure is set but intake.host is not: give the DNS name under which the station is published" -}}
{{- end -}}
{{- if and .ingress .gateway -}}
{{- fail "intake.exposure has both ingress and gateway: keep the one that the cluster has" -}}
{{- end -}}
{{- end -}}
{{- with .Values.open311 -}}
{{- if and .requireKey (not .keysSecretRef) -}}
{{- fail "open311.requireKey is true but open311.keysSecretRef is not set: name the Secret with the keys, or nobody could use the interface" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "station.rosterChecks" -}}
{{- $roster := .Values.roster -}}
{{- if not $roster.deputies -}}
{{- fail "roster.deputies is empty but roster.create is true: list the deputies, or set roster.create to false and name an existing roster in roster.name" -}}
{{- end -}}
{{- $known := dict -}}
{{- range $roster.deputies -}}
{{- if hasKey $known .id -}}
{{- fail (printf "roster.deputies: two deputies have the id %s: give each an id of its own" .id) -}}
{{- end -}}
{{- $_ := set $known .id true -}}
{{- end -}}
{{- range .Values.township.villages -}}
{{- if and .liaisonDeputy (not (hasKey $known .liaisonDeputy)) -}}
{{- fail (printf "township.villages: %s names liaisonDeputy %s, who is not in roster.deputies: list that deputy or correct the id" .name .liaisonDeputy) -}}
{{- end -}}
{{- end -}}
{{- range .Values.staff.deputies -}}
{{- if not (hasKey $known .deputy) -}}
{{- fail (printf "staff.deputies: account %s is of deputy %s, who is not in roster.deputies: list that deputy or correct the id" .username .deputy) -}}
{{- end -}}
{{- end -}}
{{- with $roster.reception -}}
{{- if gt (int (default 2 .deputies)) (len $roster.deputies) -}}
{{- fail (printf "roster.reception asks for %d deputies but the roster has %d: lower reception.deputies or list more deputies" (int (default 2 .deputies)) (len $roster.deputies)) -}}
{{- end -}}
{{- if gt (int (default 0 .leaders)) (len $roster.leaders) -}}
{{- fail (printf "roster.reception asks for %d leaders but the roster has %d: list the leaders or lower reception.leaders" (int .leaders) (len $roster.leaders)) -}}
{{- end -}}
{{- end -}}
{{- range $roster.additionalReceptions -}}
{{- if gt (int (default 2 .deputies)) (len $roster.deputies) -}}
{{- fail (printf "roster.additionalReceptions: %s asks for %d deputies but the roster has %d: lower its deputies or list more deputies" .name (int (default 2 .deputies)) (len $roster.deputies)) -}}
{{- end -}}
{{- if gt (int (default 0 .leaders)) (len $roster.leaders) -}}
{{- fail (printf "roster.additionalReceptions: %s asks for %d leaders but the roster has %d: list the leaders or lower its leaders" .name (int .leaders) (len $roster.leaders)) -}}
{{- end -}}
{{- end -}}
{{- range $override := $roster.overrides -}}
{{- range $override.deputies -}}
{{- if not (hasKey $known .) -}}
{{- fail (printf "roster.overrides: the one of %s names deputy %s, who is not in roster.deputies: list that deputy or correct the id" $override.date .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with $roster.duty -}}
{{- if gt (int (default 1 .deputiesPerDay)) (len $roster.deputies) -}}
{{- fail (printf "roster.duty asks for %d deputies per day but the roster has %d: lower duty.deputiesPerDay or list more deputies" (int .deputiesPerDay) (len $roster.deputies)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
