"""The rights of the application's role: it owns nothing, and adds to history without changing it.

Another role owns the tables and migrates them. A table whose every change a trigger refuses
(`refuse_change`, ADR 5) can only be added to; so nobody who takes over the application can switch
the triggers off, empty a table, or change its columns.
"""

from django.db import connection, transaction
from psycopg import sql

# Bits of pg_trigger.tgtype (PostgreSQL, src/include/catalog/pg_trigger.h).
ON_DELETE, ON_UPDATE = 8, 16
TABLES = """
SELECT c.relname, COALESCE(bit_or(t.tgtype) & %s <> 0, false), COALESCE(bit_or(t.tgtype) & %s <> 0, false)
FROM pg_class c
LEFT JOIN (pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid AND p.proname = 'refuse_change')
    ON t.tgrelid = c.oid AND t.tgqual IS NULL AND t.tgattr::text = ''
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
GROUP BY c.relname ORDER BY c.relname
"""
# Read by health checks; only migrations write it.
READ_ONLY = frozenset({"django_migrations"})


@transaction.atomic
def make(role: str, password: str) -> None:
    """Make the role if it is not there, without any power, and set its password."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        statement = sql.SQL(
            f"{verb} ROLE {{}} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {{}}"
        ).format(sql.Identifier(role), sql.Literal(password or None))
        cursor.execute(statement.as_string(cursor.connection))


def limit_statements(role: str, milliseconds: int) -> None:
    """Let no statement of this role take longer: for a web process behind a pooler. 0: any time."""
    with connection.cursor() as cursor:
        statement = sql.SQL("ALTER ROLE {} SET statement_timeout = {}").format(
            sql.Identifier(role), sql.Literal(milliseconds)
        )
        cursor.execute(statement.as_string(cursor.connection))


@transaction.atomic
def grant(role: str) -> dict[str, tuple[str, ...]]:
    """Give this role, which must exist, its rights on every table; return them by table.

    To be run by the owner after each migration. Rights given before are taken back first.
    """
    name = sql.Identifier(role)
    given: dict[str, tuple[str, ...]] = {}
    with connection.cursor() as cursor:
        for text in (
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {0}",
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC, {0}",
            "GRANT USAGE ON SCHEMA public TO {0}",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {0}",
        ):
            cursor.execute(sql.SQL(text).format(name).as_string(cursor.connection))
        cursor.execute(TABLES, [ON_UPDATE, ON_DELETE])
        for table, keeps_rows, keeps_all in cursor.fetchall():
            given[table] = rights = _rights(table, changes=not keeps_rows, deletes=not keeps_all)
            words = sql.SQL(", ").join(sql.SQL(right) for right in rights)
            statement = sql.SQL("GRANT {} ON {} TO {}").format(words, sql.Identifier(table), name)
            cursor.execute(statement.as_string(cursor.connection))
    return given


def _rights(table: str, *, changes: bool, deletes: bool) -> tuple[str, ...]:
    if table in READ_ONLY:
        return ("SELECT",)
    more = [("UPDATE", changes), ("DELETE", deletes)]
    return ("SELECT", "INSERT", *(right for right, is_given in more if is_given))


def notice() -> str:
    """Return what is wrong with the role of this connection, for `/readyz`; "" when nothing is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles"
            " WHERE rolname = current_user"
        )
        name, *powers = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND pg_has_role(current_user, relowner, 'USAGE')"
        )
        owned = cursor.fetchone()[0]
    found = []
    if any(powers):
        found.append(f"the role {name} has powers of an administrator of the server")
    if owned:
        found.append(
            f"the role {name} owns {owned} tables and indexes, and can change and empty them"
        )
    return "; ".join(found)
