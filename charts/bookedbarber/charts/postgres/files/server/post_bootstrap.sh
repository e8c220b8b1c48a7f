#!/bin/sh
# Patroni runs it once, on the first leader, with a connection string: roles, database, extensions.
set -eu

exec psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --file /scripts/post_bootstrap.sql "$1"
