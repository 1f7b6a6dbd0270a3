"""Send the reminders of doses that are due soon: each person once for each dose, by day.

One sender at a time (an advisory lock). Who is overdue for longer than GRACE is not written to: a
site that switches reminders on calls these from its list.
"""

import time
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import cast

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone, translation

from citizens.models import Citizen, RecordLink, RecordLinkQuerySet
from messaging.actions import send_to_citizen
from messaging.models import Refusal
from organizations.models import Organization
from recording.due.announcements import disputed
from recording.due.models import NextDose, NextDoseQuerySet, Reminder, ReminderSetting
from recording.due.reminders import PURPOSE, TOLD, in_force, words
from vaxreg import db_time, ui

# Hours in Viet Nam in which reminders are sent, the last one excluded.
FROM_HOUR, UNTIL_HOUR = 8, 20
# For so long after the first day a reminder that was missed is still sent.
GRACE = timedelta(days=7)
# A reminder that could not be sent for so long is no longer of use.
USEFUL = timedelta(days=3)
# Reminders in one transaction, and seconds for one call.
BATCH = 100
PASS = 40
# The key of the advisory lock; an arbitrary number that nothing else uses.
LOCK = 20_240_611
IN_TIME = """
SELECT due.id
  FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) AS wanted (site, course, days)
  JOIN recording_nextdose due
    ON due.organization_id = wanted.site AND due.group_id = wanted.course
   AND due.due_on BETWEEN %s AND %s + wanted.days
"""

# Settings by site (id; closed predecessors too) and group (id).
Settings = Mapping[tuple[int, int], ReminderSetting]


def send_due(seconds: float = PASS) -> int:
    """Send the reminders whose day has come; return how many. By night none."""
    if not FROM_HOUR <= timezone.localtime(db_time.now()).hour < UNTIL_HOUR:
        return 0
    settings = _by_site(in_force())
    until = time.monotonic() + seconds
    sent, after = 0, 0
    while settings and time.monotonic() < until:
        number, after = _send(settings, after)
        sent += number
        if not after:
            break
    return sent


@transaction.atomic
def _send(settings: Settings, after: int) -> tuple[int, int]:
    """Send to the next people; return how many, and the id of the last row, 0 at the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0, 0
    now = db_time.now()
    rows = list(_waiting(settings, timezone.localdate(now)).filter(pk__gt=after)[:BATCH])
    openers = _first_openers(rows)
    with_case = disputed({(due.citizen_id, due.group_id) for due in rows}) if rows else set()
    sent = 0
    for due in rows:
        opener = openers.get(due.citizen_id)
        if opener is not None and (due.citizen_id, due.group_id) not in with_case:
            setting = settings[due.organization_id, due.group_id]
            sent += _remind(due, opener, setting, now)
    return sent, rows[-1].pk if len(rows) == BATCH else 0


def _waiting(settings: Settings, day: date) -> NextDoseQuerySet:
    """Return what is due soon by these settings, and has an account that may be told of it."""
    direct = _openers().filter(citizen=OuterRef("citizen"))
    by_part = _openers().filter(citizen__merged_into=OuterRef("citizen"))
    about = Reminder.objects.filter(
        group=OuterRef("group"), kind=OuterRef("kind"), ordinal=OuterRef("ordinal")
    )
    return (
        NextDose.objects.named(day)
        .filter(
            Exists(direct) | Exists(by_part),
            ~Exists(about.filter(citizen=OuterRef("citizen"))),
            ~Exists(about.filter(citizen__merged_into=OuterRef("citizen"))),
            pk__in=_in_time(settings, day),
        )
        .exclude(citizen__in=Citizen.objects.restricted().values("pk"))
        .order_by("pk")
    )


def _in_time(settings: Settings, day: date) -> RawSQL:
    """Return the ids of what is due soon enough: a look-up for each site and group."""
    sites = [site for site, _group in settings]
    groups = [group for _site, group in settings]
    days = [one.days_before for one in settings.values()]
    return RawSQL(IN_TIME, [sites, groups, days, day - GRACE, day])  # noqa: S611


def _openers() -> RecordLinkQuerySet:
    """Return the links of people who may be told: by a verified phone, and who have not refused."""
    refused = Refusal.objects.filter(user=OuterRef("user"), purpose=PURPOSE)
    links = RecordLink.objects.live().filter(
        ~Exists(refused), relation__in=TOLD, user__phone_verified=True, user__closed_at=None
    )
    return links.filter(user__phone__gt="")


def _first_openers(rows: Iterable[NextDose]) -> dict[int, RecordLink]:
    """Return whom each person's reminder goes to: themselves, else the first guardian."""
    people = [due.citizen_id for due in rows]
    of_them = Q(citizen__in=people) | Q(citizen__merged_into__in=people)
    links = _openers().filter(of_them).select_related("user", "citizen")
    found: dict[int, RecordLink] = {}
    for link in links.order_by("-relation", "pk"):
        found.setdefault(link.citizen.merged_into_id or link.citizen_id, link)
    return found


def _remind(due: NextDose, opener: RecordLink, setting: ReminderSetting, now: datetime) -> int:
    user = opener.user
    texts = ui.in_each_language(lambda: words(opener.relation, setting.organization, due.due_on))
    with translation.override(user.language):
        message = send_to_citizen(
            purpose=PURPOSE,
            phone=user.phone or "",
            user_id=user.pk,
            text=texts[user.language],
            texts=texts,
            may_wait=True,
            useless_after=now + USEFUL,
            dedupe_key=f"{PURPOSE}:{due.citizen_id}:{due.group_id}:{due.position}",
        )
    if message is None:
        return 0
    Reminder.objects.create(
        citizen_id=due.citizen_id,
        group_id=due.group_id,
        kind=due.kind,
        ordinal=due.ordinal,
        setting=setting,
        message=message,
        at=now,
    )
    return 1


def _by_site(settings: Iterable[ReminderSetting]) -> Settings:
    """Return the settings by the sites whose people they are about: closed predecessors too."""
    closed = Organization.objects.filter(successor__isnull=False).order_by("successor")
    pairs = cast(Iterable[tuple[int, int]], closed.values_list("successor", "pk"))
    before = {
        into: [pk for _into, pk in some] for into, some in groupby(pairs, key=lambda pair: pair[0])
    }
    found: dict[tuple[int, int], ReminderSetting] = {}
    for one in settings:
        line = [one.organization_id]
        for site in line:
            found.setdefault((site, one.group_id), one)
            line += [pk for pk in before.get(site, []) if pk not in line]
    return found
