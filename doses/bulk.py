"""Record and revise many doses at once, in SQL, as `doses.actions` does one by one.

What comes in is a query; each dose gets its revision in the same statement. A constraint refuses
what `doses.actions` refuses; a dose that is on record is left out, not refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction
from django.db.models.expressions import DatabaseDefault

from doses import later
from doses.models import DoseFacts
from organizations.models import Organization
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

FACTS: dict[str, models.Field[Any, Any]] = {
    str(field.column): field
    for field in DoseFacts._meta.get_fields()
    if isinstance(field, models.Field)
}
# Ordered as the indexes of doses are: rows of one person are written side by side. The rows that
# were asked for stand behind the doses made of them: the planner, who knows the number of neither,
# would join them in a nested loop.
RECORD = """
WITH source AS MATERIALIZED (
    SELECT asked.*, nextval((SELECT pg_get_serial_sequence('doses_dose', 'id'))) AS dose_id
      FROM ({source}) asked
      JOIN citizens_citizen person
        ON person.id = asked.citizen_id AND asked.given_on >= person.date_of_birth
      JOIN doses_vaccine vaccine ON vaccine.id = asked.vaccine_id
      LEFT JOIN doses_vaccinegroup whole ON whole.id = vaccine.group_id
     WHERE asked.given_on >= coalesce(whole.first_given_on, asked.given_on)
     ORDER BY asked.citizen_id, asked.given_on
), made AS (
    INSERT INTO doses_dose (id, public_id, citizen_id, recorded_at, revised_at, revision, {facts})
    SELECT dose_id, gen_random_uuid(), citizen_id, %(now)s, %(now)s, 1, {values} FROM source
    ON CONFLICT DO NOTHING
    RETURNING *
), revisions AS (
    INSERT INTO doses_doserevision (dose_id, number, by_id, by_organization_id, why,
           correction_reference, at, {facts})
    SELECT id, 1, %(by)s, %(by_organization)s, %(why)s, '', %(now)s, {facts} FROM made
)
SELECT NULL AS row, id, citizen_id FROM made
 UNION ALL
SELECT row, dose_id, NULL FROM source
"""
REVISE = """
WITH source AS MATERIALIZED ({source}), changed AS (
    UPDATE doses_dose dose
       SET {changes}, revision = dose.revision + 1, revised_at = greatest(%(now)s, dose.revised_at)
      FROM source WHERE dose.id = source.dose_id AND dose.revision = source.revision
    RETURNING dose.*, source.row
), revisions AS (
    INSERT INTO doses_doserevision (dose_id, number, by_id, by_organization_id, why,
           correction_reference, at, {facts})
    SELECT id, revision, %(by)s, %(by_organization)s, %(why)s, '', revised_at, {facts} FROM changed
)
SELECT row, id, citizen_id, revision FROM changed
"""


LEAVE = """
INSERT INTO doses_warningleft (dose_id, revision, code, values, by_id, at)
SELECT source.dose_id, source.revision, doubt.one ->> 'code', doubt.one -> 'values', %(by)s, %(now)s
  FROM ({source}) source
 CROSS JOIN LATERAL jsonb_array_elements(source.doubts) WITH ORDINALITY AS doubt (one, place)
 ORDER BY source.row, doubt.place
"""


@dataclass(frozen=True)
class WrittenDose:
    """The row of the query that it comes from, the dose, and the revision that was written."""

    row: int
    dose: int
    revision: int


@dataclass(frozen=True)
class Trace:
    """What each revision says: by whom, for which organization, and why. by: None for the system."""

    by: "User | None"
    by_organization: Organization | None
    why: str

    @property
    def values(self) -> dict[str, Any]:
        """The same as parameters of a query, with the moment."""
        return {
            "now": db_time.now(),
            "by": self.by.pk if self.by else None,
            "by_organization": self.by_organization.pk if self.by_organization else None,
            "why": self.why,
        }


@transaction.atomic
def record_many(
    source: str,
    parameters: Mapping[str, Any],
    *,
    facts: Sequence[str],
    provenance: str,
    trace: Trace,
) -> list[WrittenDose]:
    """Record the doses that a query returns, each with its first revision; return those written.

    source: a SELECT with the columns `row`, `citizen_id` (of the kept record) and those of `facts`
    (names of columns; the others get their defaults). All are given in Viet Nam. Left out are doses
    that are on record, and those before the person was born or the first dose of the vaccine.
    """
    known = {**_defaults(), "provenance": "%(provenance)s"} | {name: name for name in facts}
    statement = RECORD.format(
        source=source,
        facts=", ".join(FACTS),
        values=", ".join(known[column] for column in FACTS),
    )
    values = {**parameters, **trace.values, "provenance": provenance, **_values()}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    later.announce({citizen for _row, _dose, citizen in rows if citizen is not None})
    return _numbered(rows)


@transaction.atomic
def revise_many(
    source: str,
    parameters: Mapping[str, Any],
    *,
    facts: Sequence[str],
    trace: Trace,
) -> list[WrittenDose]:
    """Change facts of the doses that a query returns, as new revisions; return those changed.

    source: a SELECT with the columns `row`, `dose_id`, `revision` (the one that is changed: a dose
    that has another by now is left as it is) and those of `facts`.
    """
    statement = REVISE.format(
        source=source,
        changes=", ".join(f"{name} = source.{name}" for name in facts),
        facts=", ".join(FACTS),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {**parameters, **trace.values})
        rows = cursor.fetchall()
    later.announce({citizen for _row, _dose, citizen, _revision in rows})
    return [WrittenDose(row, dose, revision) for row, dose, _citizen, revision in rows]


def leave_many(source: str, parameters: Mapping[str, Any], *, by: "User | None") -> None:
    """Store the warnings that were left standing about many doses.

    source: a SELECT with the columns `row` (their order), `dose_id`, `revision` and `doubts`, a JSON
    list of objects with "code" and "values".
    """
    values = {**parameters, "by": by.pk if by else None, "now": db_time.now()}
    with connection.cursor() as cursor:
        cursor.execute(LEAVE.format(source=source), values)


def _numbered(rows: Sequence[tuple[int | None, int, int | None]]) -> list[WrittenDose]:
    """Return the doses that were made, with the rows that they come from."""
    made = {dose for _row, dose, citizen in rows if citizen is not None}
    return [
        WrittenDose(row, dose, 1)
        for row, dose, _citizen in rows
        if row is not None and dose in made
    ]


def _defaults() -> dict[str, str]:
    return {column: f"%(default_{column})s" for column in FACTS}


def _values() -> dict[str, Any]:
    """Return the value of each fact that nobody has given."""
    found = {}
    for column, field in FACTS.items():
        value: Any = field.get_default()
        if isinstance(value, DatabaseDefault):
            value = getattr(value, "expression").value  # noqa: B009 — unknown to the stubs
        found[f"default_{column}"] = field.get_db_prep_save(value, connection)
    return found
