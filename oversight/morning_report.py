"""The morning report: the overdue report by e-mail to every health officer who did not refuse it.

Sent at 07:30 (Asia/Ho_Chi_Minh) every day, because the 48 hours include weekends. Also sent when
nothing is overdue: otherwise officers could not tell that from a broken mail server. A job looks
each minute who has not got it yet; from 10:00 on it is not sent any more.
"""

import datetime as dt
import logging
import time
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from background import counting
from corrections.clocks.deadlines import HERE
from messaging import preferences
from messaging.actions import send
from messaging.models import Channel, Message, Refusal
from organizations.models import Membership, Organization
from organizations.scope import Scope
from oversight import silence
from oversight.report.words import headline
from reporting import compute
from reporting.compute import Report, ReportRow
from vaxreg import db_time, ui
from vaxreg.addresses import absolute

log = logging.getLogger(__name__)

PURPOSE = "report.morning"
SENT_FROM, SENT_UNTIL = dt.time(7, 30), dt.time(10)
# A message that could not be delivered until noon is dropped.
USELESS_AFTER = dt.time(12)
# How many organizations are named, those with most overdue cases first.
MOST_NAMED = 5
# Seconds for one pass: less than Celery's time limit, and than the minute until the next pass.
PASS = 40


REPORT = counting.register(
    counting.Work(
        "oversight.morning_report",
        "morning reports",
        lambda key: "of {} to user {} and others".format(*key.partition(":")[::2]),
    )
)


class NotCounted(Exception):
    """Open cases could not be counted: without them the report would say that all is well."""


@dataclass
class Readers:
    """Officers who oversee the same organizations and therefore get the same report."""

    scope: Scope
    users: list[User] = field(default_factory=list)


@dataclass(frozen=True)
class Words:
    """A report as an e-mail in one language."""

    subject: str
    text: str


def send_reports(seconds: float = PASS) -> int:
    """Send today's report to officers who have not got it yet; return how many were sent.

    Does nothing before 07:30 and from 10:00 on. The next pass continues. A report that fails is
    tried again by the next pass, and does not stop the others.
    """
    until = time.monotonic() + seconds
    here = db_time.now().astimezone(HERE)
    if not SENT_FROM <= here.time() < SENT_UNTIL:
        return 0
    written = 0
    for readers in _waiting(here.date()):
        if time.monotonic() >= until:
            break
        try:
            with counting.counted(REPORT, [f"{here.date()}:{readers.users[0].pk}"]) as begun:
                written += _write(readers, here) if begun else 0
        except Exception:
            log.exception("the morning report was not sent: %s", _places(readers.scope))
    return written


def is_for(user_id: int) -> bool:
    """Tell whether this user is a health officer now."""
    return _officers().filter(user=user_id).exists()


def words(report: Report, scope: Scope, silent: int) -> Words:
    """Return a report as an e-mail, in the active language."""
    late = report.total.queue.overdue
    subject = (
        ngettext("%(cases)s case overdue", "%(cases)s cases overdue", late)
        if late
        else _("Nothing overdue")
    )
    parts = [
        [headline(report), _soon(report.total.queue.soon)],
        _worst(report),
        _silent(silent),
        [_("The whole report: %(link)s") % {"link": absolute(reverse("oversight"))}],
        [
            _("As of %(time)s. For: %(places)s.")
            % {"time": ui.minute(report.at), "places": _places(scope)}
        ],
    ]
    return Words(
        f"{subject % {'cases': ui.number(late)}} · {_places(scope)}"[:200],
        "\n\n".join("\n".join(lines) for lines in parts if lines),
    )


def _officers() -> "QuerySet[Membership]":
    return Membership.objects.live().filter(role=Membership.Role.OFFICER)


def _waiting(day: dt.date) -> list[Readers]:
    """Return officers without the day's report, grouped by what they oversee, highest first."""
    written = Message.objects.filter(
        dedupe_key=Concat(
            Value(_key(day)), Cast(OuterRef("user_id"), CharField()), output_field=CharField()
        )
    )
    refused = Refusal.objects.filter(user=OuterRef("user_id"), purpose=PURPOSE)
    rows = (
        _officers()
        .filter(~Exists(written), ~Exists(refused), user__is_active=True, user__email__gt="")
        .select_related("user", "organization")
        .order_by("organization__path", "user_id")
    )
    tops: dict[int, list[Organization]] = defaultdict(list)
    users: dict[int, User] = {}
    for row in rows:
        users[row.user_id] = row.user
        # Highest first: an organization inside another one is counted there already.
        if not any(row.organization.path.startswith(top.path) for top in tops[row.user_id]):
            tops[row.user_id].append(row.organization)
    groups: dict[tuple[int, ...], Readers] = {}
    for user_id, overseen in tops.items():
        group = groups.setdefault(
            tuple(top.pk for top in overseen), Readers(Scope(tuple(overseen)))
        )
        group.users.append(users[user_id])
    return list(groups.values())


def _key(day: dt.date) -> str:
    return f"morning:{day.isoformat()}:user:"


def _write(readers: Readers, here: dt.datetime) -> int:
    """Write the same report to all readers, each in their language and with their own link."""
    report = compute.report(readers.scope)
    if "queue" in report.failed:
        raise NotCounted
    silent = silence.summary(readers.scope, db_time.now()).organizations
    in_language: dict[str, Words] = {}
    for user in readers.users:
        with translation.override(user.language):
            if user.language not in in_language:
                in_language[user.language] = words(report, readers.scope, silent)
            said = in_language[user.language]
            send(
                purpose=PURPOSE,
                channel=Channel.EMAIL,
                recipient=user.email or "",
                subject=said.subject,
                text=f"{said.text}\n\n{_ending(user)}",
                user_id=user.pk,
                dedupe_key=f"{_key(here.date())}{user.pk}",
                useless_after=dt.datetime.combine(here.date(), USELESS_AFTER, HERE),
            )
    return len(readers.users)


def _soon(soon: int) -> str:
    if not soon:
        return _("None is due within the next 12 hours.")
    return ngettext(
        "%(cases)s case is due within the next 12 hours.",
        "%(cases)s cases are due within the next 12 hours.",
        soon,
    ) % {"cases": ui.number(soon)}


def _worst(report: Report) -> list[str]:
    """Return lines with the organizations that have most overdue cases, and their addresses."""
    late = report.late_rows[:MOST_NAMED]
    lines = [_("Most overdue:")] if late else []
    for number, row in enumerate(late, start=1):
        if row.organization is not None:
            lines += [
                f"{number}. {_late(row, row.organization)}",
                f"   {_page(row, row.organization)}",
            ]
    return lines


def _late(row: ReportRow, organization: Organization) -> str:
    queue = row.queue
    values = {
        "organization": organization.label,
        "cases": ui.number(queue.overdue),
        "longer": ui.number(queue.late_longer),
    }
    if queue.late_longer == queue.overdue:
        return _("%(organization)s: %(cases)s overdue, all of them for over 3 days") % values
    if queue.late_longer:
        return _("%(organization)s: %(cases)s overdue, %(longer)s of them for over 3 days") % values
    return _("%(organization)s: %(cases)s overdue") % values


def _page(row: ReportRow, organization: Organization) -> str:
    if row.is_part:
        query = urlencode({"under": str(organization.public_id)})
        return absolute(f"{reverse('oversight')}?{query}")
    return absolute(reverse("oversight-site", args=[organization.public_id]))


def _silent(silent: int) -> list[str]:
    if not silent:
        return []
    sentence = ngettext(
        "%(number)s organization does not answer: %(link)s",
        "%(number)s organizations do not answer: %(link)s",
        silent,
    )
    values = {"number": ui.number(silent), "link": absolute(reverse("oversight-silence"))}
    return [sentence % values]


def _ending(user: User) -> str:
    return _(
        "You get this e-mail every morning because you are a health officer. To switch it off: %(link)s"
    ) % {"link": preferences.link(user.pk, PURPOSE)}


def _places(scope: Scope) -> str:
    return ", ".join(top.label for top in scope.tops)


OFFER = preferences.Offer(
    purpose=PURPOSE,
    title=gettext_lazy("Morning report by e-mail"),
    description=gettext_lazy(
        "Every day at 07:30: what is overdue in your area, and where most of it lies."
    ),
    is_for=is_for,
)
