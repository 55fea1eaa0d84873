#!/bin/sh
# Writes the public port, which nginx cannot read from the environment, into the configuration, and runs nginx.
set -eu
sed "s/@HTTPS_PORT@/${HTTPS_PORT:-443}/" /etc/pymano/nginx.conf > /tmp/nginx.conf
exec nginx -c /tmp/nginx.conf -g 'daemon off;'
