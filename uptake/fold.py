"""Update the sums: compute the courses of changed citizens again, and add the differences.

These doses count, once per person and day, in any part of a merged record: completed and verified
ones. Proposed ones (self-declared) and those entered in error do not count.

- At least one dose: from the first such day.
- Primary series complete: from the day on which the number of primary doses is enough for one
  of the vaccines given so far: 1 for Janssen, 3 for Abdala, 2 for the others (`doses/data/vaccines.csv`).
  A mixed series is complete after as many doses as the vaccine that needs the fewest.
- Booster: the first dose of that kind after the primary series was complete. Kinds: Decision
  43/QĐ-BYT of 07/01/2022; an additional dose neither completes a series nor is a booster.

One writer at a time (an advisory lock); recording a dose never waits for it. See docs/adr/0021.
"""

import time
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from uptake.models import LOWEST_AGE, Band, Change, Measure
from uptake.places import EVERYWHERE, HOMES

# Changes read at once, and seconds for one call: less than the minute until the next one.
BATCH = 5_000
PASS = 40
# The key of the advisory lock; an arbitrary number that nothing else uses.
LOCK = 20_210_308

# asked: whose courses are computed again. part: the rows that make up each person.
ASKED = """
    CREATE TEMPORARY TABLE uptake_asked ON COMMIT DROP AS
    SELECT DISTINCT person FROM (
        SELECT unnest(%(changed)s::bigint[]) AS person
        UNION ALL
        SELECT merged_into_id FROM citizens_citizen
         WHERE id = ANY(%(changed)s::bigint[]) AND merged_into_id IS NOT NULL
    ) named;
"""
PARTS = """
    CREATE TEMPORARY TABLE uptake_part ON COMMIT DROP AS
    SELECT whole.id AS person, whole.id AS part, whole.area_id, whole.date_of_birth
      FROM uptake_asked JOIN citizens_citizen whole ON whole.id = person
     WHERE whole.merged_into_id IS NULL
    UNION ALL
    SELECT whole.id, part.id, whole.area_id, whole.date_of_birth
      FROM uptake_asked
      JOIN citizens_citizen whole ON whole.id = person AND whole.merged_into_id IS NULL
      JOIN citizens_citizen part ON part.merged_into_id = whole.id;
"""
ASKED_ALL = """
    CREATE TEMPORARY TABLE uptake_asked ON COMMIT DROP AS
    SELECT citizen_id AS person FROM uptake_course;
"""
PARTS_OF_ALL = """
    CREATE TEMPORARY TABLE uptake_part ON COMMIT DROP AS
    SELECT whole.id AS person, part.id AS part, whole.area_id, whole.date_of_birth
      FROM citizens_citizen part
      JOIN citizens_citizen whole ON whole.id = coalesce(part.merged_into_id, part.id);
"""
# A table instead of a sub-query: the planner cannot estimate the rows of a recursive query.
HOME = """
    CREATE TEMPORARY TABLE uptake_home ON COMMIT DROP AS {homes}
"""
HOME_OF_SOME = HOME.format(homes=HOMES.format(start="id IN (SELECT area_id FROM uptake_part)"))
HOME_OF_ALL = HOME.format(homes=EVERYWHERE)
FRESH = """
    CREATE TEMPORARY TABLE uptake_fresh ON COMMIT DROP AS
    WITH day AS (
        SELECT person, given_on,
               bool_or(kind = 'booster') AS is_booster,
               min(primary_doses) FILTER (WHERE kind = 'primary') AS needed
          FROM uptake_part
          JOIN doses_dose dose ON dose.citizen_id = part
          JOIN doses_vaccine vaccine ON vaccine.id = dose.vaccine_id
         WHERE status = 'completed' AND provenance <> 'self_declared'
           AND vaccine.group_id = (SELECT id FROM doses_vaccinegroup WHERE code = 'covid19')
         GROUP BY person, given_on
    ), counted AS (
        SELECT *, count(needed) OVER so_far >= min(needed) OVER so_far AS is_complete
          FROM day WINDOW so_far AS (PARTITION BY person ORDER BY given_on)
    ), completed AS (
        SELECT *, min(given_on) FILTER (WHERE is_complete) OVER (PARTITION BY person) AS complete_on
          FROM counted
    ), reached AS (
        SELECT person, min(given_on) AS one_dose_on, min(complete_on) AS complete_on,
               min(given_on) FILTER (WHERE is_booster AND given_on > complete_on) AS booster_on,
               array_agg(given_on ORDER BY given_on) AS dose_days
          FROM completed GROUP BY person
    )
    SELECT person, coalesce(home.place, '') AS place, date_of_birth AS born_on,
           one_dose_on, complete_on, booster_on, dose_days
      FROM reached
      JOIN uptake_part USING (person)
      LEFT JOIN uptake_home home USING (area_id)
     WHERE part = person;
"""

SOME_AGE = "date_part('year', age(reached.day::timestamp, born_on::timestamp))"
IN_BAND = "CASE {} ELSE '{}' END".format(
    " ".join(
        f"WHEN {SOME_AGE} >= {lowest} THEN '{band.value}'"
        for band, lowest in reversed(LOWEST_AGE.items())
    ),
    Band.UNDER_5.value,
)
DAYS_REACHED = ", ".join(f"('{measure.value}', {measure.value}_on)" for measure in Measure)
# People of courses, with their sign, by place, span, day, measure and band. Grouped first by
# district and day, which leaves few rows; then summed for province, country and month.
SUMS = """
    SELECT level.place, span.is_month, span.day, measure, band, sum(people)::integer AS people
      FROM (
        SELECT coalesce(substring(place FROM '^[^/]*/(?:[^/]*/)?'), '') AS place,
               reached.day, reached.measure, {band} AS band, sum(sign) AS people
          FROM ({courses}) course
         CROSS JOIN LATERAL (VALUES {days}) reached (measure, day)
         WHERE reached.day IS NOT NULL
         GROUP BY 1, 2, 3, 4
        HAVING sum(sign) <> 0
      ) lowest
     CROSS JOIN LATERAL (
        SELECT '' UNION SELECT lowest.place
        UNION SELECT substring(lowest.place FROM '^[^/]+/') WHERE lowest.place <> ''
     ) level (place)
     CROSS JOIN LATERAL (
        VALUES (FALSE, lowest.day), (TRUE, date_trunc('month', lowest.day::timestamp)::date)
     ) span (is_month, day)
     GROUP BY 1, 2, 3, 4, 5
    HAVING sum(people) <> 0
"""
# The same for communes within districts: by month, and of all ages together.
COMMUNE_SUMS = """
    SELECT place, date_trunc('month', reached.day::timestamp)::date AS month, reached.measure,
           sum(sign)::integer AS people
      FROM ({courses}) course
     CROSS JOIN LATERAL (VALUES {days}) reached (measure, day)
     WHERE reached.day IS NOT NULL AND place ~ '^[^/]+/[^/]+/[^/]+/$'
     GROUP BY 1, 2, 3
    HAVING sum(sign) <> 0
"""
EVERY_COURSE = "SELECT 1 AS sign, * FROM uptake_course"
CHANGED_COURSES = """
        SELECT -1 AS sign, uptake_course.*
          FROM uptake_course JOIN uptake_asked ON person = citizen_id
        UNION ALL
        SELECT 1, uptake_fresh.* FROM uptake_fresh"""
ALL_SUMS = SUMS.format(band=IN_BAND, days=DAYS_REACHED, courses=EVERY_COURSE)
DIFFERENCE = SUMS.format(band=IN_BAND, days=DAYS_REACHED, courses=CHANGED_COURSES)
SAME_ROW = """
    (told.place, told.is_month, told.day, told.measure, told.band)
    = (new.place, new.is_month, new.day, new.measure, new.band)"""
ADD = f"""
    MERGE INTO uptake_uptake told USING ({DIFFERENCE}) new ON {SAME_ROW}
    WHEN MATCHED AND told.people + new.people = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET people = told.people + new.people
    WHEN NOT MATCHED THEN INSERT (place, is_month, day, measure, band, people)
        VALUES (new.place, new.is_month, new.day, new.measure, new.band, new.people)
"""  # noqa: S608 — no value from outside in it
REPLACE = f"""
    MERGE INTO uptake_uptake told USING ({ALL_SUMS}) new ON {SAME_ROW}
    WHEN MATCHED AND told.people <> new.people THEN UPDATE SET people = new.people
    WHEN NOT MATCHED THEN INSERT (place, is_month, day, measure, band, people)
        VALUES (new.place, new.is_month, new.day, new.measure, new.band, new.people)
    WHEN NOT MATCHED BY SOURCE THEN DELETE
"""  # noqa: S608 — no value from outside in it
SAME_COMMUNE = """
    (told.place, told.month, told.measure) = (new.place, new.month, new.measure)"""
ADD_COMMUNES = f"""
    MERGE INTO uptake_communeuptake told
    USING ({COMMUNE_SUMS.format(days=DAYS_REACHED, courses=CHANGED_COURSES)}) new ON {SAME_COMMUNE}
    WHEN MATCHED AND told.people + new.people = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET people = told.people + new.people
    WHEN NOT MATCHED THEN INSERT (place, month, measure, people)
        VALUES (new.place, new.month, new.measure, new.people)
"""  # noqa: S608 — no value from outside in it
REPLACE_COMMUNES = f"""
    MERGE INTO uptake_communeuptake told
    USING ({COMMUNE_SUMS.format(days=DAYS_REACHED, courses=EVERY_COURSE)}) new ON {SAME_COMMUNE}
    WHEN MATCHED AND told.people <> new.people THEN UPDATE SET people = new.people
    WHEN NOT MATCHED THEN INSERT (place, month, measure, people)
        VALUES (new.place, new.month, new.measure, new.people)
    WHEN NOT MATCHED BY SOURCE THEN DELETE
"""  # noqa: S608 — no value from outside in it
# Doses by province and day, with the sign of the course; grouped first by area and day.
DOSES = """
    SELECT level.place, lowest.day, sum(doses)::integer AS doses
      FROM (
        SELECT place, given.day, sum(sign) AS doses
          FROM ({courses}) course CROSS JOIN LATERAL unnest(dose_days) given (day)
         GROUP BY 1, 2
        HAVING sum(sign) <> 0
      ) lowest
     CROSS JOIN LATERAL (
        SELECT '' UNION SELECT substring(lowest.place FROM '^[^/]+/') WHERE lowest.place <> ''
     ) level (place)
     GROUP BY 1, 2
    HAVING sum(doses) <> 0
"""
SAME_DAY = "(told.place, told.day) = (new.place, new.day)"
ADD_DOSES = f"""
    MERGE INTO uptake_dosesgiven told USING ({DOSES.format(courses=CHANGED_COURSES)}) new
       ON {SAME_DAY}
    WHEN MATCHED AND told.doses + new.doses = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET doses = told.doses + new.doses
    WHEN NOT MATCHED THEN INSERT (place, day, doses) VALUES (new.place, new.day, new.doses)
"""  # noqa: S608 — no value from outside in it
REPLACE_DOSES = f"""
    MERGE INTO uptake_dosesgiven told USING ({DOSES.format(courses=EVERY_COURSE)}) new
       ON {SAME_DAY}
    WHEN MATCHED AND told.doses <> new.doses THEN UPDATE SET doses = new.doses
    WHEN NOT MATCHED THEN INSERT (place, day, doses) VALUES (new.place, new.day, new.doses)
    WHEN NOT MATCHED BY SOURCE THEN DELETE
"""  # noqa: S608 — no value from outside in it
FORGET = """
    DELETE FROM uptake_course USING uptake_asked
     WHERE citizen_id = uptake_asked.person
       AND NOT EXISTS (SELECT FROM uptake_fresh fresh WHERE fresh.person = citizen_id)
"""
FACTS = "place, born_on, one_dose_on, complete_on, booster_on, dose_days"
KEEP = f"""
    INSERT INTO uptake_course AS told (citizen_id, {FACTS})
    SELECT person, {FACTS} FROM uptake_fresh
    ON CONFLICT (citizen_id) DO UPDATE
       SET ({FACTS}) = (excluded.place, excluded.born_on, excluded.one_dose_on,
                        excluded.complete_on, excluded.booster_on, excluded.dose_days)
     WHERE (told.place, told.born_on, told.one_dose_on, told.complete_on, told.booster_on,
            told.dose_days)
           IS DISTINCT FROM (excluded.place, excluded.born_on, excluded.one_dose_on,
                             excluded.complete_on, excluded.booster_on, excluded.dose_days)
"""  # noqa: S608 — no value from outside in it
MOVED = """
    INSERT INTO uptake_change (citizen_id)
    SELECT citizen_id FROM uptake_course course
      JOIN citizens_citizen citizen ON citizen.id = course.citizen_id
      LEFT JOIN uptake_home home USING (area_id)
     WHERE course.place <> coalesce(home.place, '')
"""


@dataclass
class Rebuilt:
    """Number of rows after a rebuild, and how many of them had been wrong."""

    courses: int
    sums: int
    wrong_courses: int
    wrong_sums: int


def update_sums(seconds: float = PASS) -> int:
    """Update the sums, batch by batch; return the number of changes read.

    Does nothing while another call holds the lock. The next call does what is left after `seconds`.
    """
    until = time.monotonic() + seconds
    done = 0
    while taken := _fold_some():
        done += taken
        if time.monotonic() > until:
            break
    return done


@transaction.atomic
def rebuild() -> Rebuilt:
    """Compute all courses and sums from all doses of the country; return what was wrong."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        # Delete them first: changes made from now on create new rows.
        Change.objects.all().delete()
        cursor.execute(ASKED_ALL)
        cursor.execute(PARTS_OF_ALL)
        wrong_courses = _store_courses(cursor)
        cursor.execute("ANALYZE uptake_course")
        cursor.execute(REPLACE)
        wrong_sums = cursor.rowcount
        cursor.execute(REPLACE_COMMUNES)
        wrong_sums += cursor.rowcount
        cursor.execute(REPLACE_DOSES)
        wrong_sums += cursor.rowcount
        cursor.execute(
            "SELECT (SELECT count(*) FROM uptake_course), (SELECT count(*) FROM uptake_uptake)"
        )
        courses, sums = cursor.fetchone()
        return Rebuilt(courses, sums, wrong_courses, wrong_sums)


@transaction.atomic
def _fold_some() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            """DELETE FROM uptake_change
                WHERE id IN (SELECT id FROM uptake_change ORDER BY id LIMIT %s)
               RETURNING citizen_id""",
            [BATCH],
        )
        changed = [citizen for (citizen,) in cursor.fetchall()]
        people = sorted({citizen for citizen in changed if citizen is not None})
        if None in changed:
            cursor.execute(HOME_OF_ALL)
            cursor.execute("ANALYZE uptake_home")
            cursor.execute(MOVED)
            cursor.execute("DROP TABLE uptake_home")
        if people:
            cursor.execute(ASKED, {"changed": people})
            cursor.execute(PARTS)
            _store_courses(cursor, ADD, ADD_COMMUNES, ADD_DOSES)
        return len(changed)


def _store_courses(cursor: CursorWrapper, *then: str) -> int:
    """Store the courses of `asked`, after running `then` to compare; return how many differed."""
    cursor.execute("ANALYZE uptake_asked; ANALYZE uptake_part")
    cursor.execute(HOME_OF_SOME)
    cursor.execute("ANALYZE uptake_home")
    cursor.execute(FRESH)
    cursor.execute("ANALYZE uptake_fresh")
    for statement in then:
        cursor.execute(statement)
    cursor.execute(FORGET)
    differed: int = cursor.rowcount
    cursor.execute(KEEP)
    differed += cursor.rowcount
    # Not only at commit: tests and the demo call it several times in one transaction.
    cursor.execute("DROP TABLE uptake_asked, uptake_part, uptake_home, uptake_fresh")
    return differed
