"""A checksum of each generated table: the same for the same seed.

Left out is what differs by its nature: the numbers of transactions, and encrypted numbers, of which
the same one is another text each time (their keyed hashes are compared).
"""

from django.db import connection

from bench.generating.filling import TABLES

LEFT_OUT = {"id_number", "tx"}
# Of these tables "number" is an encrypted number, not a count.
ENCRYPTED = {"citizens_identitydocument": "number"}
SEALED = {"recorded", "proposed", "decided", "pending"}


def checksums() -> dict[str, str]:
    """Return 32 hexadecimal digits for each table."""
    return {table: _of(table) for table in TABLES}


def _of(table: str) -> str:
    with connection.cursor() as cursor:
        columns = [
            column.name
            for column in connection.introspection.get_table_description(cursor, table)
            if column.name not in LEFT_OUT and column.name != ENCRYPTED.get(table)
        ]
        values = ", ".join(
            f"{name} #- '{{id_number}}'" if name in SEALED else name for name in columns
        )
        cursor.execute(
            f"""SELECT md5(coalesce(string_agg(one, '' ORDER BY one), '')) FROM (
                SELECT md5(row({values})::text) AS one FROM {table}) AS rows"""  # noqa: S608
        )
        return str(cursor.fetchone()[0])
