-- Makes Barman's role, or renews its password: it reads what is written, and no table.
-- psql -v password=... -f role.sql, as the owner of the server; may be run again.
SET client_min_messages = warning;
SELECT 'CREATE ROLE barman' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'barman')
\gexec
ALTER ROLE barman WITH LOGIN REPLICATION PASSWORD :'password';
GRANT pg_read_all_settings, pg_read_all_stats, pg_checkpoint TO barman;
GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean), pg_backup_stop(boolean) TO barman;
GRANT EXECUTE ON FUNCTION pg_switch_wal(), pg_create_restore_point(text) TO barman;
