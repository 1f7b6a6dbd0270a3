"""Takes indexes and foreign keys off the tables while they are filled, and puts them back.

An index over random keys and a foreign key cost more for each row than the row itself; made
afterwards, the database checks all rows at once. Check constraints stay, and triggers but for three.

What was taken off stands in a table of its own until it is back: a run that was killed is mended by
the next one.
"""

from collections.abc import Callable

from django.db import connection, transaction

from bench.generating.filling import TABLES
from corrections.lifecycle import DECIDING

LEDGER = "generate_taken_off"
# The tables with the most rows. The others keep their indexes, which are packed afterwards: a
# condition such as status IN (…) would come back in other words.
LARGE = (
    "citizens_citizen",
    "citizens_citizenrevision",
    "citizens_identitydocument",
    "doses_dose",
    "doses_doserevision",
    "matching_matchfeature",
)
# Triggers that do not run meanwhile. Coverage is computed at the end from all doses. Who decided is
# checked at the end too, by DECIDED_WRONGLY: for each row they ask ten tables without statistics.
NOT_RUN = (
    ("doses_dose", "uptake_dose_recorded"),
    ("corrections_correction", "nobody_decides_for_themselves"),
    ("corrections_correctionevent", "nobody_decides_for_themselves"),
)
# Decisions of somebody without a verified identity, or who has a record or files corrections: more
# than what the triggers refuse.
DECIDED_WRONGLY = """
SELECT count(*) FROM (
    SELECT DISTINCT unnest(ARRAY[decided_by_id, first_by_id]) AS decider FROM corrections_correction
    UNION
    SELECT DISTINCT by_id FROM corrections_correctionevent WHERE step = ANY(%s)
) AS who
WHERE decider IS NOT NULL AND (
    NOT EXISTS (
        SELECT FROM accounts_verifiedidentity WHERE user_id = decider AND ended_at IS NULL
    )
    OR EXISTS (SELECT FROM citizens_recordlink WHERE user_id = decider)
    OR EXISTS (SELECT FROM corrections_filing WHERE filed_by_id = decider)
)
"""
# The primary keys stay: rows come in their order, and other tables refer to them.
TAKEN = f"""
CREATE TABLE {LEDGER} AS
SELECT *, %(first_account)s::bigint AS first_account FROM (
SELECT 3 AS turn, conrelid::regclass::text AS of, conname::text AS name,
    format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname) AS off,
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
        pg_get_constraintdef(oid)) AS back
FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text = ANY(%(tables)s)
UNION ALL
SELECT 2, conrelid::regclass::text, conname::text,
    format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
        pg_get_constraintdef(oid))
FROM pg_constraint WHERE contype IN ('u', 'x') AND conrelid::regclass::text = ANY(%(large)s)
UNION ALL
SELECT 1, indrelid::regclass::text, indexrelid::regclass::text,
    format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index
WHERE indrelid::regclass::text = ANY(%(large)s)
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
) AS one
"""  # noqa: S608 (our names)


@transaction.atomic
def take_off(first_account: int) -> None:
    """Take them off, all or none. first_account: accounts with a greater id will be ours."""
    with connection.cursor() as cursor:
        # What is pending in this transaction would be in the way.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            TAKEN,
            {
                "tables": list(TABLES),
                "large": list(LARGE),
                "first_account": first_account,
            },
        )
        for table, trigger in NOT_RUN:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        cursor.execute(f"SELECT off FROM {LEDGER} ORDER BY turn DESC, name")  # noqa: S608
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


def put_back(tell: Callable[[str, int, int], None] | None = None) -> None:
    """Put them back; `tell` gets what is made, its number and how many there are."""
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(f"SELECT name, back FROM {LEDGER} ORDER BY turn, of, name")  # noqa: S608
        wanted = cursor.fetchall()
        for number, (name, statement) in enumerate(wanted, 1):
            if tell is not None:
                tell(name, number, len(wanted))
            with transaction.atomic():
                cursor.execute(f"DELETE FROM {LEDGER} WHERE name = %s", [name])  # noqa: S608
                cursor.execute(statement)
        cursor.execute(DECIDED_WRONGLY, [sorted(DECIDING)])
        if wrong := cursor.fetchone()[0]:
            raise RuntimeError(f"{wrong} people decided who may not")
        for table, trigger in NOT_RUN:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
        for table in set(TABLES) - set(LARGE):
            cursor.execute(f"REINDEX TABLE {table}")
        cursor.execute(f"DROP TABLE {LEDGER}")
        cursor.execute("RESET maintenance_work_mem")


def are_bare() -> bool:
    """Whether an earlier run was killed before everything was back."""
    return LEDGER in connection.introspection.table_names()


def empty() -> None:
    """Empty the tables of a registry that was not finished."""
    others = [table for table in TABLES if table != "accounts_user"]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join([*others, *referring(others)])}")
        cursor.execute(
            f"DELETE FROM accounts_user WHERE id > (SELECT max(first_account) FROM {LEDGER})"  # noqa: S608
        )


def referring(tables: list[str]) -> list[str]:
    """Return the other tables whose rows refer to rows of these, directly or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE found (id) AS (
                SELECT unnest(%(tables)s::regclass[])::oid
                UNION
                SELECT conrelid FROM pg_constraint
                JOIN found ON confrelid = found.id WHERE contype = 'f'
            ) SELECT id::regclass::text FROM found
              WHERE NOT id = ANY(%(tables)s::regclass[]::oid[]) ORDER BY 1""",
            {"tables": tables},
        )
        return [name for (name,) in cursor.fetchall()]
