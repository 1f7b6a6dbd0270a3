"""Find again what is due where something changed: people who changed first, then a walk over all.

One writer at a time (an advisory lock); recording a dose never waits for it. The rule itself is
doses/schedule.py, the one that the person's own page shows: here it is asked for many people.
"""

import time
from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from citizens.models import Citizen
from doses.models import Dose, Vaccine
from doses.schedule import DueDose, Schedule, fingerprint
from recording.due.models import DueChange, DueSweep, NextDose
from vaxreg import db_time

# People in one transaction, and seconds for one call.
BATCH = 1_000
PASS = 20
# The key of the advisory lock; an arbitrary number that nothing else uses.
LOCK = 20_240_610
# What a row says besides whose it is.
COLUMNS = ("organization_id", "last_dose_id", "kind", "ordinal", "due_on", "ends_on")
NOTE_ENDED = """
INSERT INTO recording_duechange (citizen_id)
SELECT DISTINCT citizen_id FROM recording_nextdose WHERE ends_on <= %s
"""

# The rows of each person (id) and group (id) as they should be.
Wanted = dict[tuple[int, int], NextDose]


def update(seconds: float = PASS) -> int:
    """Find what is due for people who changed, then go on with the walk; return how many people.

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


def sweep() -> DueSweep:
    """Begin to find what is due for everybody, from the first person on."""
    return DueSweep.objects.create(fingerprint=fingerprint(_today()), at=db_time.now())


def follow_calendar() -> None:
    """Note what the days themselves changed: ages that came, and steps that came into force or left.

    Begins a walk over everybody when the schedule is another one than at the last walk.
    """
    with connection.cursor() as cursor:
        cursor.execute(NOTE_ENDED, [_today()])
    newest = DueSweep.objects.first()
    if newest is None or newest.fingerprint != fingerprint(_today()):
        sweep()


def is_behind() -> bool:
    """Whether some people were not looked at yet."""
    newest = DueSweep.objects.first()
    return DueChange.objects.exists() or (newest is not None and newest.finished_at is None)


@transaction.atomic
def _fold() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    changes = list(DueChange.objects.order_by("pk")[:BATCH])
    if changes:
        _find({one.citizen_id for one in changes})
        DueChange.objects.filter(pk__in=[one.pk for one in changes]).delete()
        return len(changes)
    return _walk()


def _walk() -> int:
    walk = DueSweep.objects.first()
    if walk is None or walk.finished_at is not None:
        return 0
    following = Citizen.objects.filter(pk__gt=walk.done_until).order_by("pk")
    people = list(following.values_list("pk", flat=True)[:BATCH])
    if people:
        _find(people)
        walk.done_until = people[-1]
    if len(people) < BATCH:
        walk.finished_at = db_time.now()
    walk.save(update_fields=["done_until", "finished_at"])
    return len(people)


def _find(citizens: Collection[int]) -> None:
    """Write the rows of these people (ids of any part of their records) anew, where they differ."""
    named = set(citizens)
    rows = Citizen.objects.filter(pk__in=named).values_list("pk", "merged_into")
    kept = {into or pk for pk, into in rows}
    whole = Citizen.objects.filter(Q(pk__in=kept) | Q(merged_into__in=kept))
    born: dict[int, date] = {}
    person: dict[int, int] = {}
    for pk, into, day in whole.values_list("pk", "merged_into", "date_of_birth"):
        person[pk] = into or pk
        if into is None:
            born[pk] = day
    wanted = _wanted(born, person)
    stand = {
        (one.citizen_id, one.group_id): one
        for one in NextDose.objects.filter(citizen__in=named | set(person))
    }
    gone = [one.pk for key, one in stand.items() if key not in wanted]
    NextDose.objects.filter(pk__in=gone).delete()
    differing = [
        one for key, one in wanted.items() if key not in stand or not _is_same(one, stand[key])
    ]
    NextDose.objects.bulk_create(
        differing,
        update_conflicts=True,
        unique_fields=["citizen", "group"],
        update_fields=[name.removesuffix("_id") for name in COLUMNS],
    )


def _wanted(born: dict[int, date], person: dict[int, int]) -> Wanted:
    """Return the rows of people by their dates of birth. person: the kept record of each part."""
    vaccines = Vaccine.objects.in_bulk()
    doses: dict[int, list[Dose]] = defaultdict(list)
    # What people declared themselves counts nowhere else until it is verified (product rule 8).
    counted = Dose.objects.completed().exclude(provenance=Dose.Provenance.SELF_DECLARED)
    columns = ("citizen_id", "vaccine_id", "organization_id", "given_on", "kind", "ordinal")
    for dose in counted.filter(citizen__in=person).only(*columns).order_by():
        dose.vaccine = vaccines[dose.vaccine_id]
        doses[person[dose.citizen_id]].append(dose)
    schedule = Schedule(_today())
    found: Wanted = {}
    for citizen, given in doses.items():
        last = max(given, key=lambda dose: (dose.given_on, dose.pk))
        for due in schedule.due_next(given, born[citizen]):
            row = _row(citizen, due, due.last or last)
            if row is not None:
                found[citizen, due.group.pk] = row
    return found


def _row(citizen: int, due: DueDose, last: Dose) -> NextDose | None:
    """Return what stands at the site of the last dose; None if that was given abroad."""
    if last.organization_id is None:
        return None
    kind, ordinal = due.position.rsplit("-", 1)
    return NextDose(
        citizen_id=citizen,
        group_id=due.group.pk,
        organization_id=last.organization_id,
        last_dose_id=last.pk,
        kind=kind,
        ordinal=int(ordinal),
        due_on=due.due_on,
        ends_on=due.ends_on,
    )


def _is_same(one: NextDose, other: NextDose) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in COLUMNS)


def _today() -> date:
    return timezone.localdate(db_time.now())
