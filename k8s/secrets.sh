#!/usr/bin/env bash
# Draws what an overlay's installation keeps secret, and a certificate of its own, into overlays/OVERLAY/secrets/.
# What is there is kept, so that it may be run again, and passwords and certificates from elsewhere put there first.
#
#   k8s/secrets.sh OVERLAY    dev or production
set -euo pipefail
cd "$(dirname "$0")"
command -v openssl >/dev/null || { echo "secrets.sh needs openssl." >&2; exit 1; }
overlay=overlays/${1:?Say which overlay: dev or production.}
[ -f "$overlay/site.env" ] || { echo "There is no $overlay." >&2; exit 1; }

umask 077
mkdir -p "$overlay/secrets"
cd "$overlay/secrets"

keep() {  # NAME COMMAND…: what the command prints, whole or not at all, unless there is something
  local name=$1
  shift
  [ -e "$name" ] && return
  "$@" > "$name.part"
  mv "$name.part" "$name"
  echo "Made $overlay/secrets/$name"
}

draw() { openssl rand -base64 "$1" | tr -d '\n'; }

certify() {  # NAME
  [ -e tls.crt ] && return
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj "/CN=$1" \
    -addext "subjectAltName=DNS:$1" -addext extendedKeyUsage=serverAuth \
    -keyout tls.key.part -out tls.crt.part 2>/dev/null
  mv tls.key.part tls.key
  mv tls.crt.part tls.crt
  echo "Made $overlay/secrets/tls.crt for $1 (self-signed: browsers will ask)"
}

host=$(sed -n 's/^ALLOWED_HOSTS=\([^,]*\).*/\1/p' ../site.env)
keep secret_key draw 48
keep metrics_token draw 24
keep database_password draw 24
[ "$overlay" != overlays/dev ] || keep database_root_password draw 24
keep administrator printf admin
keep administrator_email printf 'admin@%s' "$host"
keep administrator_password draw 18
certify "$host"

# What is somebody else's to say.
missing=$(sed -n 's:.*secrets/\(s3_[a-z_]*\).*:\1:p' ../kustomization.yaml | while read -r name; do
  [ -s "$name" ] || echo "  $overlay/secrets/$name"
done)
[ -z "$missing" ] || { echo "Put these there:"; echo "$missing"; exit 1; } >&2
