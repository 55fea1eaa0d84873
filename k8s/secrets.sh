#!/usr/bin/env bash
# Draws an overlay's secrets and a certificate of its own into k8s/overlays/OVERLAY/secrets/, from where kustomize takes
# them. What is there is kept, so that it may be run again, and passwords and certificates from elsewhere put there first.
#
#   k8s/secrets.sh dev|production [NAME…]    names under which the site is reached; the overlay's where none is given
set -euo pipefail
cd "$(dirname "$0")"
overlay=${1:-}
kustomization=overlays/$overlay/kustomization.yaml
[ -n "$overlay" ] && [ -f "$kustomization" ] || { echo "Usage: k8s/secrets.sh dev|production [NAME…]" >&2; exit 2; }
shift
command -v openssl >/dev/null || { echo "secrets.sh needs openssl." >&2; exit 1; }

umask 077
folder=overlays/$overlay/secrets
mkdir -p "$folder"

draw() {  # NAME BYTES
  local file=$folder/$1
  [ -e "$file" ] && return
  openssl rand -base64 "$2" | tr -d '\n' > "$file.part"
  mv "$file.part" "$file"
  echo "Drew k8s/$file"
}

certify() {  # NAME…
  local names=() each
  [ -e "$folder/tls.crt" ] && return
  for each in "$@"; do
    if [[ $each =~ ^[0-9.]+$|: ]]; then names+=("IP:$each"); else names+=("DNS:$each"); fi
  done
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj "/CN=$1" \
    -addext "subjectAltName=$(IFS=,; echo "${names[*]}")" -addext extendedKeyUsage=serverAuth \
    -keyout "$folder/tls.key.part" -out "$folder/tls.crt.part" 2>/dev/null
  mv "$folder/tls.key.part" "$folder/tls.key"
  mv "$folder/tls.crt.part" "$folder/tls.crt"
  echo "Made k8s/$folder/tls.crt for $* (self-signed: browsers will ask)"
}

is_wanted() {  # NAME: whether the overlay has such a file
  grep -q "secrets/$1\b" "$kustomization"
}

draw secret_key 48
draw metrics_token 24
draw administrator_password 15
# Those of a database in the cluster are ours to draw; an external one already has its own.
if is_wanted database_root_password; then
  draw database_password 24
  draw database_root_password 24
fi
if [ $# = 0 ]; then
  IFS=, read -ra names < <(sed -n 's/^ *- ALLOWED_HOSTS=//p' "$kustomization")
  set -- "${names[@]}"
fi
certify "$@"

missing=
for name in database_password pictures_s3_access_key pictures_s3_secret_key; do
  if is_wanted "$name" && [ ! -e "$folder/$name" ]; then
    echo "Put this into k8s/$folder/$name: it comes from elsewhere" >&2
    missing=yes
  fi
done
[ -z "$missing" ]
