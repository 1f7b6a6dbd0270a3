#!/bin/sh
# Brings the database back to a moment: restore.sh '2026-11-29 14:30:00+07'. Nothing is deleted.
# Everything but the service `backup` is stopped before (docs/operations.md, "Backup and restore").
set -eu
moment=${1:?"which moment? As '2026-11-29 14:30:00+07', with a zone"}
data=${PGDATA:?}
server=vaxreg
new="$(dirname "$data")/restoring"

# Root may move folders of the volume; programs run as the server's user.
as_server() { if [ "$(id -u)" = 0 ]; then gosu postgres "$@"; else "$@"; fi; }

say() { echo "restore | $*"; }

# PostgreSQL refuses a moment after the last change that is kept, and says when that was.
give_up() {
    tail -n 20 "$new.log"
    say "the changes do not lead to $moment (see above); the data that were there are untouched"
    say "if it says that recovery ended before the target, take the time of the last transaction"
    say "that it names; before that: rm -r $new"
    exit 1
}

case $moment in
    *[0-9][T\ ][0-9]*[+-][0-9][0-9] | *[0-9][T\ ][0-9]*[+-][0-9][0-9]:[0-9][0-9] | *[0-9][T\ ][0-9]*Z) ;;
    *) say "$moment has no zone; write it as '2026-11-29 14:30:00+07'"; exit 2 ;;
esac
# Its processes are in another container, so it is asked by the network.
if pg_isready --quiet --host "${DATABASE_HOST:-db}"; then
    say "the database still runs: docker compose stop db, and all that writes to it"
    exit 1
fi
if [ -e "$new" ]; then
    say "$new is of an earlier try; remove it first: rm -r $new"
    exit 1
fi
staging="$(dirname "$data")/staging"
mkdir -p "$staging"
mkdir -m 700 "$new"
: > "$new.log"
[ "$(id -u)" != 0 ] || chown postgres: "$new" "$new.log" "$staging"
say "backups:"
as_server barman list-backups "$server"
# With --get-wal the unfinished segment comes too; without it the last minutes are lost in silence.
as_server barman restore --get-wal --target-time "$moment" --target-action promote \
    --staging-path "$staging" --staging-location local "$server" auto "$new"
say "playing the changes up to $moment ..."
# A socket of its own and no network: nobody writes before the restore has been looked at.
as_server pg_ctl -D "$new" -w -t 86400 -l "$new.log" \
    -o "-c listen_addresses= -c unix_socket_directories=/tmp -c hba_file=$new/pg_hba.conf" start || {
    give_up
}
while [ "$(psql -h /tmp -U "${POSTGRES_USER:-vaxreg}" -d postgres -Atc 'SELECT pg_is_in_recovery()')" != f ]; do
    if ! as_server pg_ctl -D "$new" status > /dev/null; then
        give_up
    fi
    sleep 1
done
last=$(psql -h /tmp -U "${POSTGRES_USER:-vaxreg}" -d postgres -Atc 'SELECT pg_last_xact_replay_timestamp()')
as_server pg_ctl -D "$new" -w -m fast stop
# Barman's settings of the recovery are not for later.
sed -i '/^recovery_target\|^restore_command/d' "$new/postgresql.auto.conf"
if [ -e "$data" ]; then
    aside="$data-set-aside-$(date -u +%Y%m%dT%H%M%SZ)"
    mv "$data" "$aside"
    say "what was there is in $aside; delete it when you are sure"
fi
mv "$new" "$data"
rm -r "$staging"
say "RESTORED. The last change in it was committed at ${last:-the time of the backup}."
say "Next: docker compose up -d; then barman backup $server (the old backups stay good for moments before)."
