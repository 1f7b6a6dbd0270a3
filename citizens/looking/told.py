"""What a citizen reads about staff who saw the record: who, doing what, how often that day, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from citizens import links
from citizens.models import Citizen, RecordVisit
from organizations.models import Membership
from vaxreg import db_time

SHOWN = timedelta(days=90)
MOST = 30
# Rows of which these lines are made: a case that is decided is opened many times.
MOST_ROWS = 300
Why, Seen, Ground = RecordVisit.Why, RecordVisit.Seen, RecordVisit.Ground


@dataclass(frozen=True)
class StaffVisit:
    """Staff saw the record: the last time of a day, and how many times that day.

    who: role and organization. doing: what they did, as the end of a sentence.
    """

    at: datetime
    who: str
    doing: str
    reason: str
    times: int


def staff_visits(record: Citizen) -> list[StaffVisit]:
    """Return when staff saw the record lately, the newest first."""
    seen = (
        RecordVisit.objects.filter(
            citizen__in=Citizen.objects.whole(record), at__gt=db_time.now() - SHOWN
        )
        .exclude(why__in=links.READ_BY_HOLDERS)
        .select_related("organization")
        .order_by("-at", "-pk")[:MOST_ROWS]
    )
    return _by_day(seen)[:MOST]


def who_of(visit: RecordVisit) -> str:
    """Return role and organization of the one who looked; "health staff" where neither is known.

    Of an app that the person let in: its name.
    """
    if visit.why == Why.APP:
        return visit.app
    parts = (
        str(Membership.Role(visit.role).label) if visit.role in Membership.Role.values else "",
        visit.organization.name if visit.organization else "",
    )
    return " · ".join(filter(None, parts)) or _("Health staff")


def doing_of(visit: RecordVisit) -> str:
    """Return what staff did when they saw the record, as the end of a sentence."""
    words = {"reference": visit.reference}
    match visit.why, visit.seen:
        case (Why.BREAK_GLASS, _seen):
            return _("opened the record in an emergency")
        case (Why.CALL, _seen):
            return _("saw the phone number, to call")
        case (Why.APP, _seen):
            return _("read the record, as you or your family had agreed")
        case (Why.LIST, _seen):
            return _("saw the name in a list")
        case (_why, Seen.PAIR):
            return _("compared two records that may be of one person")
        case (Why.REVIEW, Seen.CASE):
            return _("while reviewing %(reference)s") % words
        case (_why, Seen.CASE):
            return _("while overseeing %(reference)s") % words
        case (_why, Seen.PHOTO) if visit.reference:
            return _("saw a photo of %(reference)s") % words
        case (_why, Seen.PHOTO):
            return _("saw the photos sent to open the record")
        case (_why, Seen.REQUEST):
            return _("while handling a request about the record")
        case (_why, Seen.PRINT):
            return _("printed a vaccination certificate")
        case (Why.HOTLINE, _seen) if visit.ground == Ground.NO_CALL:
            return _("was about to ask a caller who they are")
        case (Why.HOTLINE, _seen):
            return _("during a call to the hotline")
    return visit.get_why_display()


def _by_day(visits: Iterable[RecordVisit]) -> list[StaffVisit]:
    """Return one line for the same thing done by the same side on one day, the newest first."""
    lines: dict[tuple[object, ...], StaffVisit] = {}
    for one in visits:
        day = timezone.localdate(one.at)
        who, doing = who_of(one), doing_of(one)
        key = (day, who, doing, one.reason)
        first = lines.get(key)
        lines[key] = StaffVisit(
            at=first.at if first else one.at,
            who=who,
            doing=doing,
            reason=one.reason,
            times=first.times + 1 if first else 1,
        )
    return list(lines.values())
