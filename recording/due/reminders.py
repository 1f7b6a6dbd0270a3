"""Reminders by SMS of a site: who switched them on for which vaccines, and what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.models import RecordLink
from doses.models import VaccineGroup
from doses.vaccines import group_name
from messaging import preferences
from messaging.models import GONE_STATES, State
from organizations.models import Organization
from recording.access import leads
from recording.due.models import Reminder, ReminderSetting
from vaxreg import db_time, ui
from vaxreg.addresses import absolute

if TYPE_CHECKING:
    from accounts.models import User

PURPOSE = "dose_due"
DAYS_BEFORE = 3
# Whose links are told: the person, or who takes care of a child.
TOLD = (RecordLink.Relation.SELF, RecordLink.Relation.GUARDIAN)


@dataclass(frozen=True)
class Outcome:
    """How many reminders were sent, wait to be sent, or never reached anybody."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0


@dataclass(frozen=True)
class GroupReminders:
    """The reminders of a site about the doses of one group. setting: None before the first one."""

    group: VaccineGroup
    name: str
    setting: ReminderSetting | None
    outcome: Outcome

    @property
    def is_on(self) -> bool:
        return self.setting is not None and self.setting.is_on

    @property
    def days_before(self) -> int:
        return self.setting.days_before if self.setting else DAYS_BEFORE


def switch(
    site: Organization, group: VaccineGroup, *, is_on: bool, days_before: int, by: "User"
) -> ReminderSetting:
    """Switch reminders of a group on or off from now on. Raises PermissionDenied for nobody's lead."""
    if not leads(by, site):
        raise PermissionDenied(
            _("Only the lead of the site switches reminders on: they are sent in its name.")
        )
    setting = ReminderSetting(
        organization=site,
        group=group,
        is_on=is_on,
        days_before=days_before,
        by=by,
        at=db_time.now(),
    )
    setting.full_clean()
    setting.save(force_insert=True)
    return setting


def in_force() -> list[ReminderSetting]:
    """Return the settings of all open sites by which reminders are sent."""
    newest = ReminderSetting.objects.order_by("organization_id", "group_id", "-pk")
    open_sites = newest.filter(organization__in=Organization.objects.open().values("pk"))
    open_sites = open_sites.select_related("organization")
    return [one for one in open_sites.distinct("organization_id", "group_id") if one.is_on]


def of_site(site: Organization) -> list[GroupReminders]:
    """Return every vaccine group, those with reminders first; three queries."""
    newest = ReminderSetting.objects.filter(organization=site).order_by("group_id", "-pk")
    settings = {one.group_id: one for one in newest.distinct("group_id").select_related("by")}
    outcomes = _outcomes(site)
    found = [
        GroupReminders(
            group, group_name(group), settings.get(group.pk), outcomes.get(group.pk, Outcome())
        )
        for group in VaccineGroup.objects.all()
    ]
    return sorted(found, key=lambda one: (not one.is_on, one.name))


def words(relation: str, site: Organization, due_on: date) -> str:
    """Return the text of a reminder, without the name and the vaccine: an SMS lies open."""
    said = {
        "day": ui.day(due_on),
        "site": site.name,
        "link": absolute(reverse("accounts:account")),
    }
    if relation == RecordLink.Relation.GUARDIAN:
        return (
            _(
                "Sổ Tiêm: by the schedule, a dose of a child whose record you open is due on %(day)s."
                " %(site)s. To stop such reminders: %(link)s"
            )
            % said
        )
    return (
        _(
            "Sổ Tiêm: by the schedule, your next dose is due on %(day)s. %(site)s. To stop such"
            " reminders: %(link)s"
        )
        % said
    )


def _outcomes(site: Organization) -> Mapping[int, Outcome]:
    gone, failed = Q(message__state__in=GONE_STATES), Q(message__state=State.GIVEN_UP)
    rows = (
        Reminder.objects.filter(setting__organization=site)
        .order_by()
        .values("group")
        .annotate(
            sent=Count("pk", filter=gone),
            waiting=Count("pk", filter=~gone & ~failed),
            failed=Count("pk", filter=failed),
        )
    )
    return {row["group"]: Outcome(row["sent"], row["waiting"], row["failed"]) for row in rows}


def _opens_a_record(user_id: int) -> bool:
    return RecordLink.objects.live().filter(user=user_id, relation__in=TOLD).exists()


OFFER = preferences.Offer(
    purpose=PURPOSE,
    title=gettext_lazy("Reminders of doses that are due, by SMS"),
    description=gettext_lazy(
        "A few days before the next dose of your record, or of a child’s, once for each dose, where"
        " the vaccination site sends them."
    ),
    is_for=_opens_a_record,
)
