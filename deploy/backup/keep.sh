#!/bin/sh
# Keeps backups by Barman: changes as they are committed, a base backup each night.
set -eu
: "${BACKUP_PASSWORD:?of the role barman}"
server=vaxreg
umask 077
export PGPASSFILE="$HOME/.pgpass"
printf '*:*:*:barman:%s\n' "$BACKUP_PASSWORD" > "$PGPASSFILE"

log() { echo "$(date -u +%FT%TZ) $*"; }

# Makes a full backup on Sundays and when there is none; on other nights what has changed since the last.
base_backup() {
    if [ "$(date +%u)" != 7 ] && [ -n "$(barman list-backups --minimal "$server")" ] \
        && barman backup "$server" --wait --wait-timeout 600 --incremental latest; then
        return
    fi
    barman backup "$server" --wait --wait-timeout 600
}

barman --quiet cron
# Else the first backup waits until a segment is full by itself.
barman switch-wal --force --archive --archive-timeout 60 "$server" || log "no segment archived yet"
done_for=$(barman list-backups --minimal "$server" | sed -n '1s/^\(.\{8\}\).*/\1/p')
while :; do
    # Receives changes again if that has stopped, archives them, removes what is too old.
    barman --quiet cron || log "barman cron has failed; trying again in a minute"
    today=$(date +%Y%m%d)
    if [ -z "$done_for" ] || { [ "$done_for" != "$today" ] && [ "$(date +%H)" -ge 2 ]; }; then
        if base_backup && barman verify-backup "$server" latest; then
            done_for=$today
            (umask 022 && touch /stamps/last-good)
        else
            log "NO BACKUP: see the lines above and /backup/barman.log; trying again in ten minutes"
            sleep 600
        fi
    fi
    sleep 60 &
    wait $!
done
