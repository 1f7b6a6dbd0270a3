"""Finds doses that may stand on a record twice, for all people whose doses were written, in one query.

Two doses of one product are near when they were given on one day, when less than half of the
shortest interval of the product lies between them (the dated rules, docs/adr/0048), or when day and
month are changed about and number or lot is the same.
"""

import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from citizens.announcements import records_joined
from citizens.models import Citizen
from doses.announcements import dose_written, doses_settled
from doses.models import Dose, VaccineRule
from review.models import DosePairSweep
from vaxreg import db_time

# Records in a query of the sweep, seconds for one call, and days until it begins anew.
BATCH = 5_000
PASS = 40
EVERY = timedelta(days=7)
ONE_ROW = 1

# What was decided stands as long as neither dose has changed.
STANDS = """(known.state = 'open' OR known.state = 'both_given'
            AND (known.one_revision, known.other_revision)
                = (excluded.one_revision, excluded.other_revision))"""
# It begins with the people and reads their doses by the index, person by person (OFFSET): the
# planner takes the doses of a person for far too many.
FIND = """
WITH person AS MATERIALIZED (
    SELECT DISTINCT coalesce(merged_into_id, id) AS kept FROM citizens_citizen
     WHERE id = ANY(%(citizens)s::bigint[])
), part AS MATERIALIZED (
    SELECT kept, kept AS id FROM person
    UNION ALL
    SELECT kept, citizen.id FROM person JOIN citizens_citizen citizen ON merged_into_id = kept
), dose AS MATERIALIZED (
    SELECT part.kept, dose.id, dose.vaccine_id, vaccine.group_id, dose.given_on,
           dose.organization_id, dose.kind, dose.ordinal, dose.lot, dose.revision
      FROM part
     CROSS JOIN LATERAL (
           SELECT * FROM doses_dose
            WHERE citizen_id = part.id AND status = %(completed)s AND provenance <> %(declared)s
                  AND organization_id IS NOT NULL
           OFFSET 0) dose
      JOIN doses_vaccine vaccine ON vaccine.id = dose.vaccine_id
), rule AS MATERIALIZED (
    SELECT *, value * CASE span WHEN 'day' THEN 1 WHEN 'month' THEN 30 ELSE 365 END AS days
      FROM doses_vaccinerule WHERE about = %(interval)s
), alike AS MATERIALIZED (
    SELECT one.kept, one.id AS one, other.id AS other, one.organization_id AS one_site,
           other.organization_id AS other_site, one.revision AS one_revision,
           other.revision AS other_revision, abs(one.given_on - other.given_on) AS days,
           CASE WHEN one.given_on = other.given_on THEN 'same_day'
                WHEN abs(one.given_on - other.given_on) * 2 < (SELECT max(days) FROM rule)
                     AND abs(one.given_on - other.given_on) * 2 < (
                     SELECT min(days) FROM rule
                      WHERE rule.group_id = one.group_id
                        AND coalesce(rule.vaccine_id, one.vaccine_id) = one.vaccine_id
                        AND coalesce(from_on, '-infinity') <= greatest(one.given_on, other.given_on)
                        AND coalesce(until_on, 'infinity') >= greatest(one.given_on, other.given_on)
                     ) THEN 'close'
                WHEN to_char(one.given_on, 'YYYYMMDD') = to_char(other.given_on, 'YYYYDDMM')
                     AND ((one.kind, one.ordinal) = (other.kind, other.ordinal)
                          OR (one.lot = other.lot AND one.lot <> '')) THEN 'swapped'
           END AS near
      FROM dose one JOIN dose other USING (kept, vaccine_id)
     WHERE one.id < other.id
), found AS MATERIALIZED (
    SELECT * FROM alike WHERE near IS NOT NULL
), gone AS (
    UPDATE review_dosepair pair
       SET state = CASE WHEN EXISTS (
               SELECT FROM doses_dose dose
                WHERE dose.id IN (pair.one_id, pair.other_id) AND dose.status <> %(completed)s
           ) THEN 'one_left' ELSE 'gone' END,
           state_at = %(now)s, decided_by_id = NULL
     WHERE citizen_id IN (SELECT id FROM part) AND state IN ('open', 'both_given')
       AND NOT EXISTS (
           SELECT FROM found WHERE found.one = pair.one_id AND found.other = pair.other_id)
)
INSERT INTO review_dosepair AS known (public_id, citizen_id, one_id, other_id, one_site_id,
       other_site_id, one_revision, other_revision, near, days, state, found_at, state_at)
SELECT gen_random_uuid(), kept, one, other, one_site, other_site, one_revision, other_revision,
       near, days, 'open', %(now)s, %(now)s
  FROM found ORDER BY one, other
ON CONFLICT (one_id, other_id) DO UPDATE
   SET (citizen_id, one_site_id, other_site_id, one_revision, other_revision, near, days)
       = (excluded.citizen_id, excluded.one_site_id, excluded.other_site_id,
          excluded.one_revision, excluded.other_revision, excluded.near, excluded.days),
       state = CASE WHEN {stands} THEN known.state ELSE 'open' END,
       state_at = CASE WHEN {stands} THEN known.state_at ELSE %(now)s END,
       decided_by_id = CASE WHEN {stands} THEN known.decided_by_id END,
       unsure_at = CASE WHEN {stands} THEN known.unsure_at END
 WHERE known.state NOT IN ('open', 'both_given')
    OR (known.citizen_id, known.one_site_id, known.other_site_id, known.one_revision,
        known.other_revision, known.near, known.days)
       IS DISTINCT FROM
       (excluded.citizen_id, excluded.one_site_id, excluded.other_site_id, excluded.one_revision,
        excluded.other_revision, excluded.near, excluded.days)
""".replace("{stands}", STANDS)


def listen() -> None:
    """Connect to the announcements of doses, and of records that became one."""
    dose_written.connect(_on_dose, dispatch_uid="review.twice")
    doses_settled.connect(_on_people, dispatch_uid="review.twice")
    records_joined.connect(_on_people, dispatch_uid="review.twice")


def find(citizens: Iterable[int]) -> None:
    """Bring the pairs of these people (ids of any part of their records) in step with their doses."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, parameters(citizens))


def parameters(citizens: Iterable[int]) -> dict[str, Any]:
    """Return the values of the query for these people."""
    return {
        "citizens": sorted(citizens),
        "completed": Dose.Status.COMPLETED.value,
        "declared": Dose.Provenance.SELF_DECLARED.value,
        "interval": VaccineRule.About.SHORTEST_INTERVAL.value,
        "now": db_time.now(),
    }


def sweep(seconds: float = PASS) -> int:
    """Look at the next people, in the order of their ids; return how many.

    For what no announcement tells: doses written side by side by two, or in SQL, and new rules.
    Each batch is a transaction of its own; the next call goes on there. A sweep that is through
    begins anew a week after it began.
    """
    until = time.monotonic() + seconds
    done = 0
    while time.monotonic() < until:
        number = _next_batch()
        if not number:
            break
        done += number
    return done


@transaction.atomic
def _next_batch() -> int:
    DosePairSweep.objects.bulk_create([DosePairSweep(pk=ONE_ROW)], ignore_conflicts=True)
    rows = DosePairSweep.objects.select_for_update(skip_locked=True)
    row = rows.filter(pk=ONE_ROW).first()
    now = db_time.now()
    if row is None or (row.ended_at is not None and now < row.begun_at + EVERY):
        return 0
    if row.ended_at is not None:
        row.after, row.begun_at, row.ended_at = 0, now, None
    people = Citizen.objects.filter(pk__gt=row.after, merged_into=None).order_by("pk")
    ids = list(people.values_list("pk", flat=True)[:BATCH])
    if ids:
        find(ids)
        row.after = ids[-1]
    if len(ids) < BATCH:
        row.ended_at = now
    row.save()
    return len(ids)


def _on_dose(*, dose: Dose, **_more: Any) -> None:
    find([dose.citizen_id])


def _on_people(*, citizens: set[int], **_more: Any) -> None:
    find(citizens)
