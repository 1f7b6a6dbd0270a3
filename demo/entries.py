"""Bulk inserts of doses, in the state in which `doses.actions.record` leaves each.

They skip the checks in Python, which take too long for thousands of rows; the constraints of the
database still apply.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from doses.models import Dose

# In the order of the fields of Entry; ids are drawn first, for use in both tables.
WRITE = """
WITH entry AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('doses_dose', 'id')) AS id, entered.*
    FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::bigint[], %s::smallint[], %s::text[],
        %s::timestamptz[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::text[])
    AS entered (citizen_id, vaccine_id, given_on, organization_id, ordinal, provenance,
        at, kind, lot, by_id, by_organization_id, correction_reference)
), dose AS (
    INSERT INTO doses_dose (id, public_id, citizen_id, vaccine_id, given_on, organization_id, lot,
        kind, ordinal, status, provenance, recorded_at, revised_at, revision)
    SELECT id, gen_random_uuid(), citizen_id, vaccine_id, given_on, organization_id, lot,
        kind, ordinal, 'completed', provenance, at, at, 1
    FROM entry ORDER BY id
), revision AS (
    INSERT INTO doses_doserevision (dose_id, number, vaccine_id, given_on, organization_id, lot,
        kind, ordinal, status, provenance, at, by_id, by_organization_id, correction_reference, why)
    SELECT id, 1, vaccine_id, given_on, organization_id, lot,
        kind, ordinal, 'completed', provenance, at, by_id, by_organization_id,
        correction_reference, ''
    FROM entry ORDER BY id
)
SELECT id FROM entry ORDER BY id
"""


class Entry(NamedTuple):
    """A dose to be written: ids of citizen, vaccine and site; when and by whom it was entered."""

    citizen: int
    vaccine: int
    given_on: date
    organization: int
    ordinal: int
    provenance: str
    at: datetime
    kind: str = Dose.Kind.PRIMARY
    lot: str = ""
    # None: the system.
    by: int | None = None
    by_organization: int | None = None
    correction_reference: str = ""


def write(entries: Iterable[Entry]) -> list[int]:
    """Store doses, each with its first revision; return their ids in the same order."""
    columns = [list(column) for column in zip(*entries, strict=True)]
    if not columns:
        return []
    with connection.cursor() as cursor:
        cursor.execute(WRITE, columns)
        return [pk for (pk,) in cursor.fetchall()]
