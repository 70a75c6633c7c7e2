{{- define "station.name" -}}
{{- default .Release.Name .Values.nameOverride -}}
{{- end -}}

{{- define "station.rosterName" -}}
{{- default (include "station.name" .) .Values.roster.name -}}
{{- end -}}

{{/* metadata of an object: dict "context" $ "name" <name> "annotations" <its own, or nothing> */}}
{{- define "station.metadata" -}}
name: {{ .name | quote }}
namespace: {{ .context.Release.Namespace | quote }}
labels:
  {{- include "station.labels" .context | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) (.context.Values.annotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The release's own win; the schema refuses them among the values. */}}
{{- define "station.labels" -}}
{{- merge (dict
  "app.kubernetes.io/name" "liaison-station"
  "app.kubernetes.io/instance" .Release.Name
  "app.kubernetes.io/part-of" "liaison"
  "app.kubernetes.io/managed-by" .Release.Service
  "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_")) (.Values.labels | default dict) | toYaml -}}
{{- end -}}

{{/* How the pod of helm test is pulled and placed: as test says, or else intake. Where neither names the image, the station that runs already
tells what the operator decided; where none runs yet, guessed is true. */}}
{{- define "station.testPod" -}}
{{- $intake := .Values.intake | default dict -}}
{{- $image := coalesce .Values.test.image $intake.image -}}
{{- $running := dict -}}
{{- if not $image -}}
{{- $running = lookup "apps/v1" "StatefulSet" .Release.Namespace (printf "%s-intake" (include "station.name" .)) | dig "spec" "template" "spec" (dict) -}}
{{- range $running.containers -}}
{{- if eq .name "intake" -}}{{- $image = .image -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- $pod := dict "guessed" (not $image) "image" (coalesce $image (printf "liaison.township.dev/liaison-intake:%s" .Chart.AppVersion)) -}}
{{- range $key := list "imagePullSecrets" "nodeSelector" "tolerations" -}}
{{- $_ := set $pod $key (coalesce (get $.Values.test $key) (get $intake $key) (get $running $key)) -}}
{{- end -}}
{{- toYaml $pod -}}
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
{{- $defaults := dict "horizonMonths" 3 "timeZone" "Asia/Shanghai" -}}
{{- range $key, $value := omit .Values.roster "create" "name" -}}
{{- if and $value (ne (toJson $value) (toJson (get $defaults $key))) -}}
{{- fail (printf "roster.%s is set but roster.create is false: create the roster with this release, or keep its rules where it is declared" $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $key, $value := omit .Values.test "enabled" -}}
{{- if and $value (not $.Values.test.enabled) -}}
{{- fail (printf "test.%s is set but test.enabled is false, so it would do nothing: set test.enabled to true or remove test.%s" $key $key) -}}
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
{{- with .Values.intake -}}
{{- if and .exposure (not .host) -}}
{{- fail "intake.exposure is set but intake.host is not: give the DNS name under which the station is published" -}}
{{- end -}}
{{- with .exposure -}}
{{- if and .ingress .gateway -}}
{{- fail "intake.exposure has both ingress and gateway: keep the one that the cluster has" -}}
{{- end -}}
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
{{- $serving := 0 -}}
{{- range $roster.deputies -}}
{{- if hasKey $known .id -}}
{{- fail (printf "roster.deputies: two deputies have the id %s: give each an id of its own" .id) -}}
{{- end -}}
{{- $_ := set $known .id true -}}
{{- if eq (default "Active" .status) "Active" -}}{{- $serving = add1 $serving -}}{{- end -}}
{{- end -}}
{{- $leaders := dict -}}
{{- range $roster.leaders -}}
{{- $_ := set $leaders .id true -}}
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
{{- if gt (int (default 2 .deputies)) (int $serving) -}}
{{- fail (printf "roster.reception asks for %d deputies but the roster has %d who serve: lower reception.deputies or list more deputies" (int (default 2 .deputies)) $serving) -}}
{{- end -}}
{{- if gt (int (default 0 .leaders)) (len $roster.leaders) -}}
{{- fail (printf "roster.reception asks for %d leaders but the roster has %d: list the leaders or lower reception.leaders" (int .leaders) (len $roster.leaders)) -}}
{{- end -}}
{{- end -}}
{{- range $roster.additionalReceptions -}}
{{- if gt (int (default 2 .deputies)) (int $serving) -}}
{{- fail (printf "roster.additionalReceptions: %s asks for %d deputies but the roster has %d who serve: lower its deputies or list more deputies" .name (int (default 2 .deputies)) $serving) -}}
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
{{- if and $override.leader (not (hasKey $leaders $override.leader)) -}}
{{- fail (printf "roster.overrides: the one of %s names leader %s, who is not in roster.leaders: list that leader or correct the id" $override.date $override.leader) -}}
{{- end -}}
{{- end -}}
{{- with $roster.duty -}}
{{- if gt (int (default 1 .deputiesPerDay)) (int $serving) -}}
{{- fail (printf "roster.duty asks for %d deputies per day but the roster has %d who serve: lower duty.deputiesPerDay or list more deputies" (int (default 1 .deputiesPerDay)) $serving) -}}
{{- end -}}
{{- end -}}
{{- end -}}
