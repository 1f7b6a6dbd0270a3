"""Count the sums of sites again where something changed: days first, then how far each site is.

One writer at a time (an advisory lock); recording a dose never waits for it. See docs/adr/0045.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, cast

from django.db import connection, transaction
from django.db.models import Count, Q, Sum
from django.db.models.expressions import RawSQL

from citizens.models import Citizen
from doses.models import VaccinationSession
from recording.models import Deadline, GivenCount, SiteChange, SiteDay
from recording.site_days import issues
from vaxreg import db_time

# Changes read at once, days of sites in a query, and seconds for one call.
BATCH = 2_000
DAYS = 500
PASS = 40
# The key of the advisory lock; an arbitrary number that nothing else uses.
LOCK = 20_210_920

# A row for all that the site gave, and one for each deadline that binds it.
PROGRESS = """
INSERT INTO recording_siteprogress AS known (organization_id, deadline_id, given, covered, entered,
       verified, days_behind, first_behind_on)
SELECT site.id, deadline.id,
       coalesce(sum(given), 0),
       coalesce(sum(least(given, entered)) FILTER (WHERE given IS NOT NULL), 0),
       coalesce(sum(entered), 0),
       coalesce(sum(verified), 0), count(*) FILTER (WHERE given > entered),
       min(day) FILTER (WHERE given > entered)
  FROM organizations_organization site
  JOIN (
        SELECT NULL::bigint AS id, 'infinity'::date AS given_until, '' AS path
        WHERE %(whole)s
        UNION ALL
        SELECT one.id, given_until, path FROM recording_deadline one
          JOIN organizations_organization top ON top.id = binds_id
         WHERE withdrawn_at IS NULL AND (%(deadline)s::bigint IS NULL OR one.id = %(deadline)s)
       ) deadline ON starts_with(site.path, deadline.path)
  JOIN recording_siteday sums ON sums.organization_id = site.id AND day <= deadline.given_until
 WHERE %(sites)s::bigint[] IS NULL OR site.id = ANY(%(sites)s)
 GROUP BY site.id, deadline.id
    ON CONFLICT (deadline_id, organization_id) DO UPDATE
   SET given = excluded.given, covered = excluded.covered, entered = excluded.entered,
       verified = excluded.verified, days_behind = excluded.days_behind,
       first_behind_on = excluded.first_behind_on
"""
FORGET_PROGRESS = "DELETE FROM recording_siteprogress WHERE organization_id = ANY(%s)"
NOTE_ALL = """
INSERT INTO recording_sitechange (organization_id, day)
SELECT DISTINCT organization_id, given_on FROM doses_dose WHERE organization_id IS NOT NULL
UNION SELECT organization_id, "on" FROM doses_vaccinationsession
UNION SELECT organization_id, day FROM recording_givencount
UNION SELECT organization_id, day FROM recording_siteday
"""

# The days of each site (id) that are counted again.
Days = dict[int, set[date]]


def update_sums(seconds: float = PASS) -> int:
    """Count what changed, the oldest first; return how many changes were dealt with.

    Each batch is a transaction of its own; the next call does what is left.
    """
    until = time.monotonic() + seconds
    done = 0
    while time.monotonic() < until:
        number = _fold()
        if not number:
            break
        done += number
    return done


def recount_everything() -> None:
    """Note every day of every site as changed: after the tables were filled by other means."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE_ALL)


def is_behind() -> bool:
    """Whether any change is still to be counted."""
    return SiteChange.objects.exists()


def waits(sites: Collection[int]) -> bool:
    """Whether changes of these sites (ids), or of people, are still to be counted."""
    return SiteChange.objects.filter(
        Q(organization_id__in=sites) | Q(organization_id=None)
    ).exists()


@transaction.atomic
def _fold() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    new = list(Deadline.objects.filter(withdrawn_at=None, counted_at=None).order_by("pk"))
    for deadline in new:
        _count_deadline(deadline, db_time.now())
    changes = list(SiteChange.objects.order_by("pk")[:BATCH])
    days = _days_of(changes)
    wanted = sorted((site, day) for site, some in days.items() for day in some)
    for start in range(0, len(wanted), DAYS):
        _count_days(wanted[start : start + DAYS])
    if days:
        with connection.cursor() as cursor:
            # Sites whose last row has gone have none here either.
            cursor.execute(FORGET_PROGRESS, [list(days)])
            cursor.execute(PROGRESS, {"sites": list(days), "deadline": None, "whole": True})
    SiteChange.objects.filter(pk__in=[one.pk for one in changes]).delete()
    return len(changes) + len(new)


def _count_deadline(deadline: Deadline, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(PROGRESS, {"sites": None, "deadline": deadline.pk, "whole": False})
    deadline.counted_at = now
    deadline.save(update_fields=["counted_at"])


def _days_of(changes: Iterable[SiteChange]) -> Days:
    found: Days = defaultdict(set)
    people, whole = set(), set()
    for one in changes:
        if one.citizen_id is not None:
            people.add(one.citizen_id)
        elif one.organization_id is not None and one.day is not None:
            found[one.organization_id].add(one.day)
        elif one.organization_id is not None:
            whole.add(one.organization_id)
    if people:
        parts = Citizen.objects.wholes(Citizen.objects.filter(pk__in=people))
        doses = issues.counted().filter(citizen__in=parts.values("pk")).order_by()
        for site, day in doses.values_list("organization", "given_on").distinct():
            found[site].add(day)
    rows = SiteDay.objects.filter(organization__in=whole).order_by()
    for site, day in rows.values_list("organization", "day"):
        found[site].add(day)
    return found


def _count_days(wanted: list[tuple[int, date]]) -> None:
    """Write the rows of these days of sites (ids) anew; a day without anything has none."""
    found = issues.conditions()
    doses = issues.counted().filter(pk__in=_rows("doses_dose", "given_on", wanted)).order_by()
    columns = {issue.value: Count("pk", filter=condition) for issue, condition in found.items()}
    counted = doses.values("organization_id", "given_on").annotate(
        entered=Count("pk"),
        verified=Count("pk", filter=issues.verified()),
        same_day=Count("pk", filter=issues.entered_within(issues.AT_ONCE)),
        within_week=Count("pk", filter=issues.entered_within(issues.A_WEEK)),
        complete=Count("pk", filter=~issues.any_of(found, issues.LACKS)),
        valid=Count("pk", filter=~issues.any_of(found, issues.INVALID)),
        **columns,
    )
    sums: dict[tuple[int, date], dict[str, Any]] = {
        (row.pop("organization_id"), row.pop("given_on")): row
        for row in cast(Iterable[dict[str, Any]], counted)
    }
    given = _given(wanted)
    rows = [
        SiteDay(
            organization_id=site, day=day, given=given.get((site, day)), **sums.get((site, day), {})
        )
        for site, day in wanted
        if (site, day) in sums or (site, day) in given
    ]
    SiteDay.objects.filter(pk__in=_rows("recording_siteday", "day", wanted)).delete()
    SiteDay.objects.bulk_create(rows)


def _given(wanted: list[tuple[int, date]]) -> dict[tuple[int, date], int]:
    """Return the sites' own counts: of the whole day where one is stated, else of its sessions."""
    sessions = VaccinationSession.objects.filter(
        pk__in=_rows("doses_vaccinationsession", "on", wanted), given_doses__isnull=False
    ).exclude(status=VaccinationSession.Status.CANCELLED)
    summed = sessions.order_by().values("organization_id", "on").annotate(number=Sum("given_doses"))
    stated = GivenCount.objects.filter(pk__in=_rows("recording_givencount", "day", wanted))
    newest = stated.order_by("organization_id", "day", "-pk").distinct("organization_id", "day")
    return {
        **{
            (site, day): number
            for site, day, number in summed.values_list("organization_id", "on", "number")
        },
        **{
            (site, day): number
            for site, day, number in newest.values_list("organization_id", "day", "doses")
        },
    }


def _rows(table: str, day: str, wanted: list[tuple[int, date]]) -> RawSQL:
    """Return the ids of the rows of a table on these days of these sites: a look-up for each."""
    statement = f"""
        SELECT found.id
          FROM unnest(%s::bigint[], %s::date[]) AS wanted (site, day)
          JOIN {table} found ON found.organization_id = wanted.site AND found."{day}" = wanted.day
    """  # noqa: S608 — names of our own
    return RawSQL(statement, [[site for site, _day in wanted], [one for _site, one in wanted]])  # noqa: S611
