#!/usr/bin/env bash
# Starts a PostgreSQL of the tests' own on a port of its own, which forgets everything if the machine stops: making and
# dropping a database for each test is then several times faster. Usage: postgres.sh FOLDER PORT, FOLDER a new one.
set -euo pipefail
folder=$(realpath -m "$1")
programs=$(dirname "$(ls -d /usr/lib/postgresql/*/bin/initdb /usr/local/bin/initdb 2> /dev/null | sort -V | tail -1)")
mkdir -p "$folder"
as_owner=()
if [ "$(id -u)" = 0 ]; then # it refuses to run as root
    chown postgres "$folder"
    as_owner=(runuser -u postgres --)
fi
cd "$folder"
"${as_owner[@]}" "$programs/initdb" --pgdata="$folder/data" --username=postgres --auth=trust --encoding=UTF8 \
    --locale=C.UTF-8 --no-sync > /dev/null
options="-p $2 -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c max_connections=300"
options="$options -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
"${as_owner[@]}" "$programs/pg_ctl" --pgdata="$folder/data" --wait --log="$folder/log" --options="$options" start > /dev/null
head -1 "$folder/data/postmaster.pid" > "$folder/pid"
