"""Finds the open cases that doses answer, for all people whose doses were written, in one query.

A missing dose is answered by a dose of the same person with every proposed fact, vaccine and day
among them; a wrong detail, by its own dose once it has what was proposed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from citizens.models import Citizen
from corrections.lifecycle import OPEN
from corrections.models import AnsweredCase, Correction, Kind
from doses import facts
from doses.announcements import dose_written, doses_written
from doses.facts import Field
from doses.models import Dose
from vaxreg import db_time

# The search begins with the people and their few open cases: the doses of nobody else are read.
FIND = """
WITH person AS MATERIALIZED (
    SELECT DISTINCT coalesce(merged_into_id, id) AS kept FROM citizens_citizen
     WHERE id = ANY(%(citizens)s::bigint[])
), part AS MATERIALIZED (
    SELECT kept, kept AS id FROM person
    UNION ALL
    SELECT kept, citizen.id FROM person JOIN citizens_citizen citizen ON merged_into_id = kept
), asked AS MATERIALIZED (
    SELECT kept, correction.id, kind, dose_id, named_site_id, proposed
      FROM part JOIN corrections_correction correction ON citizen_id = part.id
     WHERE status = ANY(%(open)s) AND NOT on_appeal AND proposed <> '{}'
       AND (kind = %(wrong)s OR kind = %(missing)s AND dose_id IS NULL)
), found AS MATERIALIZED (
    SELECT DISTINCT ON (asked.id) asked.id, dose.id AS dose_id
      FROM asked
      JOIN part USING (kept)
      JOIN doses_dose dose ON dose.citizen_id = part.id
      JOIN doses_vaccine vaccine ON vaccine.id = dose.vaccine_id
      LEFT JOIN organizations_organization site ON site.id = dose.organization_id
     WHERE dose.status = %(completed)s AND dose.provenance <> %(declared)s
       AND CASE asked.kind WHEN %(wrong)s THEN dose.id = asked.dose_id
           ELSE proposed ? 'vaccine' AND proposed ? 'given_on'
                AND coalesce(named_site_id, dose.organization_id) = dose.organization_id END
       AND coalesce(proposed->>'vaccine', vaccine.code) = vaccine.code
       AND starts_with(dose.given_on::text, coalesce(proposed->>'given_on', ''))
       AND coalesce(proposed->>'organization', site.public_id::text, '')
           = coalesce(site.public_id::text, '')
       AND coalesce(proposed->>'lot', dose.lot) = dose.lot
       AND coalesce(proposed->>'position', dose.kind || '-' || dose.ordinal)
           = dose.kind || '-' || dose.ordinal
     ORDER BY asked.id, dose.id
), gone AS (
    DELETE FROM corrections_answeredcase old USING asked
     WHERE old.correction_id = asked.id AND NOT EXISTS (SELECT FROM found WHERE found.id = asked.id)
)
INSERT INTO corrections_answeredcase AS known (correction_id, dose_id, found_at)
SELECT id, dose_id, %(now)s FROM found ORDER BY id
ON CONFLICT (correction_id) DO UPDATE SET dose_id = excluded.dose_id, found_at = excluded.found_at
 WHERE known.dose_id <> excluded.dose_id
"""


def listen() -> None:
    """Connect to the announcements of doses."""
    dose_written.connect(_on_dose, dispatch_uid="corrections.answered")
    doses_written.connect(_on_doses, dispatch_uid="corrections.answered")


def find(citizens: Iterable[int]) -> None:
    """Bring the answered cases of these people (ids) in step with their doses."""
    values: dict[str, Any] = {
        "citizens": sorted(citizens),
        "open": sorted(OPEN),
        "wrong": Kind.WRONG_FIELDS.value,
        "missing": Kind.MISSING_DOSE.value,
        "completed": Dose.Status.COMPLETED.value,
        "declared": Dose.Provenance.SELF_DECLARED.value,
        "now": db_time.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND, values)


def drop(case: Correction) -> None:
    """Forget the answer of a case that closes."""
    AnsweredCase.objects.filter(correction=case).delete()


def is_answered(case: Correction, dose: Dose) -> bool:
    """Whether the dose says what the case proposes: the rule of the query, for one locked pair."""
    proposed: Mapping[str, str] = case.proposed
    if dose.status != Dose.Status.COMPLETED or not proposed:
        return False
    if facts.differing(dose, dict(proposed)):
        return False
    if case.kind == Kind.WRONG_FIELDS:
        return dose.pk == case.dose_id
    if case.kind != Kind.MISSING_DOSE or case.dose_id is not None:
        return False
    is_theirs = Citizen.objects.whole(case.citizen).filter(pk=dose.citizen_id).exists()
    is_there = case.named_site_id in (None, dose.organization_id)
    return is_theirs and is_there and {Field.VACCINE, Field.GIVEN_ON} <= set(proposed)


def _on_dose(*, dose: Dose, **_more: Any) -> None:
    find([dose.citizen_id])


def _on_doses(*, citizens: set[int], **_more: Any) -> None:
    find(citizens)
