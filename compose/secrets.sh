#!/usr/bin/env bash
# Draws this installation's secrets and a certificate of its own into compose/secrets/. What is there is kept,
# so that it may be run again, and certificates and passwords from elsewhere put there first.
#
#   compose/secrets.sh [NAME…]    names under which the site is reached; localhost where none is given
set -euo pipefail
cd "$(dirname "$0")"
command -v openssl >/dev/null || { echo "secrets.sh needs openssl." >&2; exit 1; }

site=10001     # the user of the images of site, proxy and TorchServe
database=999   # the user and group of the official images of MySQL and MariaDB

# Root gives each file to those who read it, and nobody else may. Docker mounts files with their owners, so anybody
# else leaves them readable within a folder that only they can enter.
umask 077
mkdir -p secrets
guard() {  # FILE OWNER GROUP MODE
  if [ "$(id -u)" = 0 ]; then chown "$2:$3" "$1" && chmod "$4" "$1"; else chmod 0444 "$1"; fi
}

draw() {  # NAME BYTES OWNER GROUP MODE
  local file=secrets/$1
  [ -e "$file" ] && return
  openssl rand -base64 "$2" | tr -d '\n' > "$file.part"
  guard "$file.part" "$3" "$4" "$5"
  mv "$file.part" "$file"
  echo "Drew $file"
}

certify() {  # NAME…
  local names=() each
  [ -e secrets/tls_certificate ] && return
  for each in "$@"; do
    if [[ $each =~ ^[0-9.]+$|: ]]; then names+=("IP:$each"); else names+=("DNS:$each"); fi
  done
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj "/CN=$1" \
    -addext "subjectAltName=$(IFS=,; echo "${names[*]}")" -addext extendedKeyUsage=serverAuth \
    -keyout secrets/tls_key.part -out secrets/tls_certificate.part 2>/dev/null
  guard secrets/tls_key.part $site $site 0400
  guard secrets/tls_certificate.part $site $site 0444
  mv secrets/tls_key.part secrets/tls_key
  mv secrets/tls_certificate.part secrets/tls_certificate
  echo "Made secrets/tls_certificate for $* (self-signed: browsers will ask)"
}

draw secret_key 48 $site $site 0400
draw metrics_token 24 $site $site 0400
draw administrator_password 15 $site $site 0400
draw database_password 24 $site $database 0440
draw database_root_password 24 $database $database 0400
if [ $# = 0 ]; then certify localhost 127.0.0.1 ::1; else certify "$@"; fi
