"""The list of what is due for the people whom a site vaccinated: its counts, its pages, its file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.visits import log_listed
from doses.facts import Position, dose_title
from doses.models import VaccineGroup
from doses.vaccines import group_name
from recording.due.announcements import disputed
from recording.due.models import NextDose, NextDoseQuerySet, Reminder
from recording.site_days import reading
from recording.site_days.reading import Site
from vaxreg import db_time, paging
from vaxreg.spreadsheets.writing import Cell

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 25
# Lines of a file: it is taken along, not kept.
MOST_IN_A_FILE = 2_000
WEEK, MONTH = timedelta(days=7), timedelta(days=30)


class Window(StrEnum):
    """When a dose is due."""

    OVERDUE = "overdue"
    WEEK = "week"
    MONTH = "month"


LABELS: dict[Window, Promise] = {
    Window.OVERDUE: gettext_lazy("Overdue"),
    Window.WEEK: gettext_lazy("Within 7 days"),
    Window.MONTH: gettext_lazy("Within 30 days"),
}


@dataclass(frozen=True)
class Filters:
    """What the list shows. group: None for all."""

    window: Window
    group: VaccineGroup | None


@dataclass(frozen=True)
class GroupCount:
    """A vaccine group with how many people are due, by window."""

    group: VaccineGroup
    name: str
    by_window: Mapping[Window, int]


@dataclass(frozen=True)
class DueRow:
    """A person with the dose that is due. title: Primary dose 2 · COVID-19; last: the same of a dose."""

    due: NextDose
    title: str
    last: str
    is_overdue: bool
    has_case: bool
    reminded_at: datetime | None


@dataclass(frozen=True)
class DueList:
    """One page of the list."""

    rows: list[DueRow]
    newer: str
    older: str


def due_at(user: "User", site: Site) -> NextDoseQuerySet:
    """Return what is due for the people of one site of the user, at any time."""
    # The ids beside the access rule: then the rows come from the index.
    return NextDose.objects.visible_to(user).named(today()).filter(organization__in=site.ids)


def filters(where: Mapping[str, str], counts: Iterable[GroupCount]) -> Filters:
    """Read the filters of an address; what is not known there is left out."""
    window = where.get("when", "")
    code = where.get("group", "")
    group = next((one.group for one in counts if one.group.code == code), None)
    return Filters(Window(window) if window in set(Window) else Window.OVERDUE, group)


def counts(rows: NextDoseQuerySet) -> list[GroupCount]:
    """Return the groups of which somebody is due, with how many people; one query."""
    columns = {one.value: Count("pk", filter=_within(one)) for one in Window}
    soon = rows.filter(due_on__lt=today() + MONTH).order_by()
    summed = cast(Iterable[dict[str, int]], soon.values("group").annotate(**columns))
    found = {row["group"]: row for row in summed}
    groups = VaccineGroup.objects.filter(pk__in=found)
    return sorted(
        (
            GroupCount(
                group, group_name(group), {one: found[group.pk][one.value] for one in Window}
            )
            for group in groups
        ),
        key=lambda one: one.name,
    )


def page(user: "User", site: Site, chosen: Filters, where: Mapping[str, str]) -> DueList:
    """Return one page: the nearest day first. Logs whom it shows."""
    found = paging.page(
        _chosen(due_at(user, site), chosen),
        _order(chosen),
        where,
        size=PAGE_SIZE,
        key_of=reading.key_of,
        mark_of=lambda due: reading.mark(due.due_on, due.pk),
    )
    return DueList(_shown(user, found.rows), newer=found.before, older=found.after)


def file_header() -> list[str]:
    """Return the column titles of the file, in the order of file_rows."""
    return [
        *(_("Person"), _("Date of birth"), _("Commune"), _("Next dose"), _("Due on")),
        *(_("Last dose"), _("Date given"), _("Reminded on")),
    ]


def file_rows(user: "User", site: Site, chosen: Filters) -> Iterator[list[Cell]]:
    """Yield the lines of the file, without phone numbers. Logs whom it shows."""
    rows = _chosen(due_at(user, site), chosen).order_by(*_order(chosen))
    for row in _shown(user, list(rows.select_related("citizen__area")[:MOST_IN_A_FILE])):
        person = row.due.citizen
        yield [
            person.full_name,
            str(person.born),
            person.area.name if person.area else "",
            row.title,
            row.due.due_on,
            row.last,
            row.due.last_dose.given_on,
            timezone.localtime(row.reminded_at).date() if row.reminded_at else None,
        ]


def title_of(due: NextDose) -> str:
    """Return the dose that is due: Primary dose 2 · COVID-19."""
    return f"{Position(due.position).label} · {group_name(due.group)}"


def today() -> date:
    """Return the day in Viet Nam."""
    return timezone.localdate(db_time.now())


def _chosen(rows: NextDoseQuerySet, chosen: Filters) -> NextDoseQuerySet:
    if chosen.group is not None:
        rows = rows.filter(group=chosen.group)
    reminded = Reminder.objects.filter(
        citizen=OuterRef("citizen"),
        group=OuterRef("group"),
        kind=OuterRef("kind"),
        ordinal=OuterRef("ordinal"),
    )
    return (
        rows.filter(_within(chosen.window))
        .select_related("citizen", "group", "last_dose__vaccine")
        .annotate(reminded_at=Subquery(reminded.values("at")[:1]))
    )


def _order(chosen: Filters) -> tuple[str, ...]:
    # Who is overdue for years is called last.
    return ("-due_on", "-pk") if chosen.window == Window.OVERDUE else ("due_on", "pk")


def _within(window: Window) -> Q:
    day = today()
    if window == Window.OVERDUE:
        return Q(due_on__lt=day)
    return Q(due_on__gte=day, due_on__lt=day + (WEEK if window == Window.WEEK else MONTH))


def _shown(user: "User", rows: list[NextDose]) -> list[DueRow]:
    log_listed(user, (due.citizen_id for due in rows))
    with_case = disputed({(due.citizen_id, due.group_id) for due in rows}) if rows else set()
    day = today()
    return [
        DueRow(
            due=due,
            title=title_of(due),
            last=dose_title(due.last_dose),
            is_overdue=due.due_on < day,
            has_case=(due.citizen_id, due.group_id) in with_case,
            reminded_at=due.reminded_at,  # type: ignore[attr-defined]
        )
        for due in rows
    ]
