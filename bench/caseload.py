"""The cases of a whole country, open and closed, after sixty days of a campaign.

Set-based: all random values are drawn once into a temporary table, the same for the same seed, and
each table is filled from it. Only for a database without cases: ids are numbered from one. Events
of filing are left out, because no report reads them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from accounts.models import User
from bench import dataset
from corrections.clocks import policies
from doses.models import Vaccine
from organizations.models import Organization
from reporting import daily_job
from vaxreg import db_time

CITIZENS_TO_CASES = 10


@dataclass(frozen=True)
class CountrySize:
    """The size of the country. share: share of the cases that are in the first province."""

    organizations: int
    corrections: int
    open: int
    share: float = 0.6
    days: int = 60

    def part(self, divisor: int, *, same_tree: bool = False) -> "CountrySize":
        """Return a country smaller by this divisor; same_tree: only with fewer cases."""
        return CountrySize(
            self.organizations if same_tree else self.organizations // divisor,
            self.corrections // divisor,
            self.open // divisor,
            self.share,
            self.days,
        )


# A pseudo-random fraction between 0 and 1 for each (number, purpose).
FRACTION = """
CREATE OR REPLACE FUNCTION pg_temp.fraction(number bigint, purpose int) RETURNS float8
LANGUAGE sql IMMUTABLE AS $$
    SELECT (hashint8extended(number, %(seed)s * 100 + purpose) & 1048575)::float8 / 1048576
$$
"""
# Sites, and departments of provinces without sites: no province is without cases.
DESKS = """
CREATE TEMPORARY TABLE desk AS
SELECT site.id, coalesce(centre.id, site.id) AS centre_id,
    coalesce(centre.part_of_id = %(first)s, false) AS in_first,
    row_number() OVER (
        PARTITION BY coalesce(centre.part_of_id = %(first)s, false) ORDER BY site.id
    ) - 1 AS number,
    row_number() OVER (ORDER BY site.id) - 1 AS place
FROM organizations_organization site
LEFT JOIN organizations_organization centre
    ON centre.id = site.part_of_id AND centre.kind = 'district_centre'
WHERE site.kind = 'commune_station' OR (
    site.kind = 'provincial_department'
    AND NOT EXISTS (SELECT FROM organizations_organization part WHERE part.part_of_id = site.id)
)
"""
# A third of the open cases is in time, the oldest are weeks late. Of the closed ones 70 % were
# decided within 48 hours; 1 % were reopened and decided a second time.
DRAWN = """
CREATE TEMPORARY TABLE drawn AS
WITH counts AS (
    SELECT in_first, count(*) AS desks FROM desk GROUP BY in_first
), raw AS (
    SELECT number, number > %(closed)s AS is_open,
        pg_temp.fraction(number, 1) < %(share)s AS in_first,
        pg_temp.fraction(number, 2) AS which_desk, pg_temp.fraction(number, 3) AS how_old,
        pg_temp.fraction(number, 4) AS how_long, pg_temp.fraction(number, 5) AS in_time,
        pg_temp.fraction(number, 6) AS which_kind, pg_temp.fraction(number, 7) AS which_status,
        pg_temp.fraction(number, 8) AS chance,
        1 + floor(pg_temp.fraction(number, 9) * %(citizens)s)::bigint AS citizen_id
    FROM generate_series(1, %(total)s::bigint) number
), aged AS (
    SELECT *,
        CASE WHEN NOT is_open THEN 60 + (%(span)s - 60) * how_old
            WHEN in_time < 0.35 THEN 172800 * how_old
            ELSE least(172800 - 432000 * ln(1 - how_old), %(span)s) END AS age,
        CASE WHEN in_time < 0.7 THEN 3600 * (1 + 46 * how_long)
            ELSE 172800 - 144000 * ln(1 - how_long) END AS wanted
    FROM raw
), lasting AS (
    SELECT *, CASE WHEN wanted < age THEN wanted ELSE age * (0.05 + 0.9 * how_long) END AS lasted
    FROM aged
), placed AS (
    SELECT lasting.*, CASE WHEN chance < 0.02 THEN desk.centre_id ELSE desk.id END AS holder_id,
        %(now)s::timestamptz - age * interval '1 second' AS received_at
    FROM lasting JOIN counts USING (in_first) JOIN desk
        ON desk.in_first = lasting.in_first AND desk.number = floor(which_desk * counts.desks)
), told AS (
    SELECT row_number() OVER (ORDER BY received_at, number) AS id, citizen_id, holder_id,
        received_at, age, lasted, is_open, chance,
        CASE WHEN which_kind < 0.45 THEN 'wrong_fields' WHEN which_kind < 0.75 THEN 'missing_dose'
            WHEN which_kind < 0.83 THEN 'identity' WHEN which_kind < 0.88 THEN 'not_mine'
            WHEN which_kind < 0.93 THEN 'never_given' WHEN which_kind < 0.97 THEN 'duplicate'
            ELSE 'split_record' END AS kind,
        CASE WHEN NOT is_open THEN
                CASE WHEN which_status < 0.80 THEN 'accepted'
                    WHEN which_status < 0.86 THEN 'partly_accepted'
                    WHEN which_status < 0.98 THEN 'refused' ELSE 'withdrawn' END
            WHEN which_status < 0.08 AND age BETWEEN 7200 AND 144000 THEN 'waiting'
            WHEN which_status < 0.18 THEN 'in_review' WHEN which_status < 0.30 THEN 'kept'
            ELSE 'queued' END AS status
    FROM placed
)
SELECT *,
    CASE WHEN is_open THEN NULL ELSE received_at + lasted * interval '1 second' END AS stopped_at,
    NOT is_open AND status = 'accepted' AND chance > 0.9875 AS is_twice,
    received_at + lasted * 0.5 * interval '1 second' AS first_stopped_at,
    received_at + lasted * 0.6 * interval '1 second' AS reopened_at,
    CASE WHEN status = 'waiting' THEN received_at + age * 0.5 * interval '1 second' END AS paused_at,
    CASE WHEN is_open AND age BETWEEN 180000 AND 1700000 AND id %% 50 = 0
        THEN %(now)s::timestamptz - age / 20 * interval '1 second' END AS reminded_at
FROM told
"""
CITIZENS = """
INSERT INTO citizens_citizen (id, public_id, full_name, search_name, date_of_birth, sex, phone,
    workplace, provenance)
SELECT number, gen_random_uuid(), 'Nguyễn Văn ' || number, 'nguyen van ' || number,
    date '1950-01-01' + (number %% 20000)::int, 'male', '', '', 'site_entry'
FROM generate_series(1, %(citizens)s::bigint) number
"""
DOSES = """
INSERT INTO doses_dose (id, public_id, citizen_id, vaccine_id, given_on, organization_id, lot, kind,
    ordinal, status, provenance, revision)
SELECT citizen, gen_random_uuid(), citizen, %(vaccine)s, date '2021-09-01' + (citizen %% 60)::int,
    desk.id, 'FG3712', 'primary', 1, 'completed', 'site_entry', 1
FROM generate_series(1, %(citizens)s::bigint) citizen
JOIN desk ON desk.place = citizen %% (SELECT count(*) FROM desk)
"""
FILINGS = """
INSERT INTO corrections_filing (id, public_id, key, content_hash, channel, words, has_no_paper,
    received_at, citizen_id, filed_by_id, contact_phone)
SELECT id, gen_random_uuid(), 'bench-' || id, '', 'web', '', true, received_at, citizen_id,
    %(person)s, ''
FROM drawn
"""
CORRECTIONS = """
INSERT INTO corrections_correction (id, public_id, reference, kind, dose_id, subject, recorded,
    proposed, site_text, status, routing_reason, received_at, due_at, paused_at, answer_by,
    reviewer_id, picked_up_at, decided_at, decided_by_id, ground, remark, version, citizen_id,
    holder_id, filing_id, bounces, on_appeal, warnings, reminded_at)
SELECT id, gen_random_uuid(), 'B' || id, kind,
    CASE WHEN kind IN ('wrong_fields', 'not_mine', 'never_given', 'duplicate') THEN citizen_id END,
    'bench:' || id, CASE kind WHEN 'wrong_fields' THEN '{"vaccine": "AZ"}' ELSE '{}' END::jsonb,
    CASE kind WHEN 'wrong_fields' THEN '{"vaccine": "PF"}' ELSE '{}' END::jsonb, '', status, '{}',
    received_at, CASE WHEN is_twice THEN reopened_at ELSE received_at END + interval '48 hours',
    paused_at, paused_at + interval '7 days',
    CASE status WHEN 'in_review' THEN %(person)s END,
    CASE status WHEN 'in_review' THEN %(now)s::timestamptz END,
    CASE status WHEN 'withdrawn' THEN NULL ELSE stopped_at END,
    CASE WHEN stopped_at IS NOT NULL AND status <> 'withdrawn' THEN %(person)s END,
    CASE status WHEN 'refused' THEN 'nothing_matches' ELSE '' END, '', 1, citizen_id, holder_id, id, 0,
    false, '[]', reminded_at
FROM drawn
"""
# The review clock, the statutory clock, and a second review clock of reopened cases.
CLOCKS = """
INSERT INTO corrections_clock (id, kind, number, length, started_at, due_at, milestones_passed,
    next_milestone_at, stopped_how, stopped_at, holder_id, correction_id, policy_id, undone_at)
SELECT id, 'review', 1, interval '48 hours', received_at, received_at + interval '48 hours',
    CASE WHEN is_open AND age > 172800 THEN 6 ELSE 0 END,
    CASE WHEN is_open AND age <= 172800 AND paused_at IS NULL
        THEN %(now)s::timestamptz + interval '1 day' END,
    CASE WHEN is_open THEN '' WHEN status = 'withdrawn' THEN 'withdrawn' ELSE 'decided' END,
    CASE WHEN is_twice THEN first_stopped_at ELSE stopped_at END,
    CASE WHEN NOT is_open THEN holder_id END, id, %(policy)s,
    CASE WHEN is_twice THEN reopened_at END
FROM drawn
UNION ALL
SELECT %(total)s + id, 'statutory', 1, interval '4 days', received_at,
    received_at + interval '4 days', 0, NULL, 'answered', least(%(now)s::timestamptz,
    received_at + interval '1 hour'), holder_id, id, %(policy)s, NULL
FROM drawn
UNION ALL
SELECT 2 * %(total)s + id, 'review', 2, interval '48 hours', reopened_at,
    reopened_at + interval '48 hours', 0, NULL, 'decided', stopped_at, holder_id, id, %(policy)s,
    NULL
FROM drawn WHERE is_twice
"""
PAUSES = """
INSERT INTO corrections_pause (since, ends_at, ended_by, clock_id)
SELECT paused_at, paused_at + interval '7 days', '', id FROM drawn WHERE paused_at IS NOT NULL
"""
HOLDINGS = """
INSERT INTO corrections_holding (since, until, correction_id, organization_id, opens)
SELECT received_at, CASE WHEN is_twice THEN first_stopped_at ELSE stopped_at END, id, holder_id,
    true
FROM drawn
UNION ALL
SELECT reopened_at, stopped_at, id, holder_id, true FROM drawn WHERE is_twice
"""
# Every deadline that passed while its clock ran; for one in ten the giver is not the holder.
BREACHES = """
INSERT INTO corrections_breach (correction_id, clock_id, rung, at, holder_id, giver_id, written_at,
    counts_at)
SELECT id, id, rung, received_at + late, holder_id,
    CASE WHEN id %% 10 = 0 THEN (SELECT min(desk.id) FROM desk) ELSE holder_id END,
    received_at + late + interval '20 seconds', received_at + late
FROM drawn, (VALUES ('due', interval '48 hours'), ('three_days', interval '72 hours'))
    AS rungs (rung, late)
WHERE paused_at IS NULL AND received_at + late + interval '20 seconds'
    < least(%(now)s::timestamptz, CASE WHEN is_twice THEN first_stopped_at ELSE stopped_at END)
"""
EVENTS = """
INSERT INTO corrections_correctionevent (step, from_status, to_status, party, at, remark, data,
    by_id, organization_id, correction_id, holder_id)
SELECT CASE status WHEN 'refused' THEN 'refuse' WHEN 'withdrawn' THEN 'withdraw' ELSE 'accept' END,
    'queued', status, CASE status WHEN 'withdrawn' THEN 'citizen' ELSE 'reviewer' END, stopped_at,
    '', '{}'::jsonb, %(person)s, holder_id, id, NULL::bigint
FROM drawn WHERE NOT is_open
UNION ALL
SELECT 'reopen', 'accepted', 'queued', 'citizen', reopened_at, '', '{}', %(person)s, NULL, id, NULL
FROM drawn WHERE is_twice
UNION ALL
SELECT 'remind', status, status, 'overseer', reminded_at, '', '{}', %(person)s, holder_id, id,
    holder_id
FROM drawn WHERE reminded_at IS NOT NULL
"""
# The organizations were at their places before the first case.
PLACES = """
UPDATE organizations_place SET since = %(now)s::timestamptz - (%(span)s + 86400) * interval '1 second'
"""
FILLING = (CITIZENS, DOSES, FILINGS, CORRECTIONS, CLOCKS, PAUSES, HOLDINGS, BREACHES, EVENTS)
NUMBERED = (
    "citizens_citizen",
    "doses_dose",
    "corrections_filing",
    "corrections_correction",
    "corrections_clock",
)


def build(size: CountrySize, *, sites: int, seed: int) -> None:
    """Write the country and its cases. sites: number per district."""
    departments = dataset.build_country(districts_of(size, sites), sites, citizens=0)
    _fill(size, departments[0], seed)
    with connection.cursor() as cursor:
        # Without statistics for the new rows, PostgreSQL would choose nested loops for each query.
        cursor.execute("ANALYZE")


def keep_figures() -> None:
    """Close the past days and count today, as the job does each minute."""
    while daily_job.close_days():
        continue
    daily_job.refresh()


def districts_of(size: CountrySize, sites: int, provinces: int = 63) -> list[int]:
    """Return the number of districts of each province; 1 in 20 districts is in the first one.

    In a small country some provinces have no districts, so that every district has sites.
    """
    districts = max(2, (size.organizations - provinces - 1) // (sites + 1))
    in_first = max(1, round(districts / 20))
    others, more = divmod(districts - in_first, provinces - 1)
    return [in_first, *(others + (number < more) for number in range(provinces - 1))]


def _fill(size: CountrySize, first: Organization, seed: int) -> None:
    parameters: dict[str, Any] = {
        "seed": seed,
        "first": first.pk,
        "total": size.corrections,
        "closed": size.corrections - size.open,
        "citizens": max(1, size.corrections // CITIZENS_TO_CASES),
        "share": size.share,
        "span": timedelta(days=size.days).total_seconds(),
        "now": db_time.now(),
        "person": User.objects.order_by("pk").values_list("pk", flat=True)[0],
        "policy": policies.current().pk,
        "vaccine": Vaccine.objects.order_by("pk").values_list("pk", flat=True)[0],
    }
    with connection.cursor() as cursor, _unchecked(cursor) as may_date_back:
        if may_date_back:
            cursor.execute(PLACES, parameters)
        for statement in (FRACTION, DESKS, "ANALYZE desk", DRAWN, "ANALYZE drawn", *FILLING):
            cursor.execute(statement, parameters)
        for table in NUMBERED:
            # Never set it back: numbers drawn in a rolled-back transaction stay used.
            cursor.execute(
                "SELECT setval(name, greatest(%s, nextval(name)))"
                " FROM pg_get_serial_sequence(%s, 'id') AS name",
                [3 * size.corrections + 1, table],
            )
        cursor.execute("DROP TABLE drawn, desk")


@contextmanager
def _unchecked(cursor: Any) -> Iterator[bool]:
    """Disable triggers and foreign keys while we write, like a restored backup; yield if allowed.

    The exclusion constraint of holdings is dropped: no query reads by its index, and checking three
    million rows takes longer than writing them.
    """
    cursor.execute("SELECT current_setting('is_superuser') = 'on'")
    if not cursor.fetchone()[0]:
        yield False
        return
    cursor.execute("ALTER TABLE corrections_holding DROP CONSTRAINT holding_never_overlaps")
    cursor.execute("SET session_replication_role = replica")
    yield True
    cursor.execute("SET session_replication_role = origin")
