"""Letters to the sites that are behind: who gets one, sending, who has read it, reminding the rest.

A letter is a note of the health officer to each site (review/notes.py): staff get it by e-mail and
see it in their queue until somebody marks it as read. A worker writes the notes, so that a letter
to thousands of sites costs the page nothing.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from background import counting
from corrections import parties
from corrections.access import READING_ROLES
from organizations.models import Membership, Organization
from organizations.scope import Scope
from oversight.back_entry import progress
from oversight.back_entry.models import Broadcast, BroadcastSite
from recording.models import Deadline
from review import notes
from vaxreg import db_time, ui
from vaxreg.celery import hint

if TYPE_CHECKING:
    from accounts.models import User

# The rest is reminded once in this time. Sites written to at once, and seconds for one call.
REMIND_EVERY = timedelta(days=1)
BATCH = 50
PASS = 40
LETTER = counting.register(
    counting.Work(
        "oversight.letter", "letters to sites behind", lambda key: f"site of letter {key}"
    )
)


@dataclass(frozen=True)
class Letter:
    """Which sites a letter is for: those below an organization that entered too little."""

    deadline: Deadline
    under: Organization
    below: int
    uncounted: bool


@dataclass(frozen=True)
class LetterPreview:
    """Who gets it: sites, people, and sites where nobody can be told. first: the first few."""

    sites: int
    people: int
    nobody: int
    first: list[Organization]


@dataclass(frozen=True)
class Receipts:
    """Of the sites of a letter: read, not read, not sent yet; how many may be reminded now."""

    sites: int
    read: int
    unread: int
    waiting: int
    can_remind: int


def preview(letter: Letter, *, by: "User") -> LetterPreview:
    """Return who would get the letter."""
    found = _sites(letter, by)
    staff = Membership.objects.live().in_roles(READING_ROLES).can_be_told()
    told = staff.filter(organization__in=found.values("pk")).exclude(user=by)
    number = found.count()
    reached = told.order_by().values("organization").distinct().count()
    return LetterPreview(
        sites=number,
        people=told.order_by().values("user").distinct().count(),
        nobody=number - reached,
        first=list(found.order_by("path")[:10]),
    )


@transaction.atomic
def send(letter: Letter, text: str, *, by: "User") -> Broadcast:
    """Store the letter and the sites that get it; a worker writes to them.

    Raises PermissionDenied for a user who is no health officer of the area.
    """
    if parties.officer_desk(by, letter.under) is None:
        raise PermissionDenied
    broadcast = Broadcast.objects.create(
        deadline=letter.deadline,
        under=letter.under,
        below=letter.below,
        uncounted=letter.uncounted,
        text=text.strip(),
        by=by,
        at=db_time.now(),
    )
    ids = _sites(letter, by).values_list("pk", flat=True)
    far = progress.sites_in(Scope((letter.under,)), letter.deadline)
    known = {one.organization_id: one for one in far.filter(organization__in=ids)}
    BroadcastSite.objects.bulk_create(
        BroadcastSite(
            broadcast=broadcast,
            organization_id=pk,
            given=known[pk].given if pk in known else 0,
            covered=known[pk].covered if pk in known else 0,
        )
        for pk in ids
    )
    hint("oversight.send_letters")
    return broadcast


def remind(broadcast: Broadcast) -> int:
    """Ask for a reminder to every site that has not read the letter, once a day; return how many."""
    number = _to_remind(broadcast).update(remind_asked_at=db_time.now())
    if number:
        hint("oversight.send_letters")
    return number


def receipts(broadcast: Broadcast) -> Receipts:
    """Return how many of the sites have read the letter."""
    rows = broadcast.sites.filter(is_left_out=False)
    sent = rows.filter(note__isnull=False)
    read = sent.filter(note__read_at__isnull=False).count()
    return Receipts(
        sites=rows.count(),
        read=read,
        unread=sent.count() - read,
        waiting=rows.filter(note=None).count(),
        can_remind=_to_remind(broadcast).count(),
    )


def site_ids(broadcast: Broadcast) -> list[int]:
    """Return the ids of the rows of the letter: those that have not read it first."""
    return list(_in_order(broadcast).values_list("pk", flat=True))


def rows_of(broadcast: Broadcast, ids: Iterable[int]) -> "QuerySet[BroadcastSite]":
    """Return these rows of the letter, in the same order."""
    rows = _in_order(broadcast).filter(pk__in=list(ids))
    return rows.select_related("organization__part_of", "note__read_by")


def send_due(seconds: float = PASS) -> int:
    """Write the notes and reminders that wait; return how many sites were written to."""
    until = time.monotonic() + seconds
    done = 0
    while time.monotonic() < until:
        waiting = list(_waiting().order_by("pk").values_list("pk", flat=True)[:BATCH])
        aside = counting.set_aside_of(LETTER)
        batch = [pk for pk in waiting if str(pk) not in aside]
        written = sum(_write_counted(pk) for pk in batch)
        done += written
        if not written:
            break
    return done


def figures(given: int, covered: int, deadline: Deadline) -> str:
    """Return how far a site is, as the first line of its note."""
    values = {
        "day": ui.day(deadline.due_on),
        "source": deadline.source,
        "covered": ui.number(covered),
        "given": ui.number(given),
    }
    if not given:
        return _("%(source)s, by %(day)s: you have not said how many doses you gave.") % values
    return _("%(source)s, by %(day)s: %(covered)s of %(given)s doses entered.") % values


def _in_order(broadcast: Broadcast) -> "QuerySet[BroadcastSite]":
    last_read = F("note__read_at").desc(nulls_first=True)
    return broadcast.sites.order_by(last_read, "organization__path")


def _sites(letter: Letter, by: "User") -> "QuerySet[Organization]":
    scope = Scope((letter.under,))
    behind = progress.sites_in(scope, letter.deadline).filter(
        given__gt=0, covered__lt=F("given") * letter.below / 100.0
    )
    wanted = Q(pk__in=behind.values("organization"))
    if letter.uncounted:
        wanted |= Q(pk__in=progress.without_count(scope, letter.deadline).values("pk"))
    own = [desk.pk for desk in parties.officer_desks(by)]
    return Organization.objects.open().filter(wanted).exclude(pk__in=own)


def _to_remind(broadcast: Broadcast) -> "QuerySet[BroadcastSite]":
    before = db_time.now() - REMIND_EVERY
    ids = (
        broadcast.sites.filter(note__read_at=None, note__isnull=False)
        .annotate(last=Coalesce("remind_asked_at", "note__at"))
        .filter(last__lte=before)
        .values("pk")
    )
    return BroadcastSite.objects.filter(pk__in=ids)


def _waiting() -> "QuerySet[BroadcastSite]":
    to_remind = Q(remind_asked_at__isnull=False) & (
        Q(reminded_at=None) | Q(reminded_at__lt=F("remind_asked_at"))
    )
    return BroadcastSite.objects.filter(Q(note=None, is_left_out=False) | to_remind)


def _write_counted(pk: int) -> bool:
    with counting.counted(LETTER, [pk]) as begun:
        return bool(begun) and _write(pk)


@transaction.atomic
def _write(pk: int) -> bool:
    """Write the note to one site, or its reminder; False when another worker has the row."""
    rows = _waiting().select_related("broadcast__by", "broadcast__deadline", "organization", "note")
    row = rows.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
    if row is None:
        return False
    now = db_time.now()
    if row.note is not None:
        if row.note.read_at is None:
            notes.tell(row.note, again=timezone.localdate(now).isoformat())
        row.reminded_at = now
        row.save(update_fields=["reminded_at"])
        return True
    broadcast = row.broadcast
    # One note for all who work there; they read it in the language of the country.
    with translation.override(settings.LANGUAGE_CODE):
        first = figures(row.given, row.covered, broadcast.deadline)
    try:
        with transaction.atomic():
            row.note = notes.write_note(
                row.organization, by=broadcast.by, text=f"{first}\n\n{broadcast.text}"
            )
    except PermissionDenied:
        row.is_left_out = True
    row.save(update_fields=["note", "is_left_out"])
    return True
