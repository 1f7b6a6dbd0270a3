"""Backups of the PostgreSQL of `./run`: kept by `./run --backup`, brought back by `--restore`.

PostgreSQL's own tools do the work (docs/adr/0056-backups-by-postgresqls-own-tools.md): a base backup
each night, and every change as it is committed.
"""
