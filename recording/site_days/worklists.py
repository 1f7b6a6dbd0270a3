"""Worklists of a site: its doses with one fault, the newest first, each with where it is put right.

The sums say on which days there are some; only the doses of these days are read. So a page costs
the same at a site with a hundred doses and at one with a hundred thousand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from citizens.looking import gate
from citizens.visits import log_listed
from doses.facts import dose_title
from doses.models import Dose, WarningLeft
from doses.plausibility.warnings import sentences_of
from recording.access import doses_of
from recording.site_days import issues, reading
from recording.site_days.issues import OF_THE_PERSON, Issue
from recording.site_days.reading import Site
from vaxreg import paging, ui
from vaxreg.paging import Key, Page

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 25


@dataclass(frozen=True)
class ShownRow:
    """A dose with the fault in words. people: the token that names the person at the counter.

    people is "" for a fault that is put right on the page of the dose.
    """

    dose: Dose
    title: str
    fault: str
    people: str


@dataclass(frozen=True)
class Worklist:
    """One page of the doses with a fault."""

    rows: list[ShownRow]
    newer: str
    older: str


def page(user: "User", site: Site, issue: Issue, where: Mapping[str, str]) -> Worklist:
    """Return one page, and log whom it shows."""
    found = _page(user, site, issue, where)
    log_listed(user, (dose.citizen_id for dose in found.rows))
    doubts = _doubts(found.rows) if issue == Issue.DOUBTFUL else {}
    return Worklist(
        [
            ShownRow(
                dose,
                dose_title(dose),
                doubts.get(dose.pk) or _in_words(dose, issue),
                gate.token_of(user, [dose.citizen.kept.pk]) if issue in OF_THE_PERSON else "",
            )
            for dose in found.rows
        ],
        newer=found.before,
        older=found.after,
    )


def _page(user: "User", site: Site, issue: Issue, where: Mapping[str, str]) -> Page[Dose]:
    """Read the doses of as many days as the page needs; more where the sums are a minute behind."""
    rows = issues.counted().filter(
        issues.conditions()[issue], organization__in=site.ids, pk__in=doses_of(user).values("pk")
    )
    rows = rows.select_related("vaccine", "citizen__merged_into", "session", "organization")
    wanted = PAGE_SIZE + 1
    while True:
        days, is_cut = _days(user, site, issue, where, wanted)
        found = paging.page(
            rows.filter(given_on__in=days),
            ("-given_on", "-pk"),
            where,
            size=PAGE_SIZE,
            key_of=reading.key_of,
            mark_of=lambda dose: reading.mark(dose.given_on, dose.pk),
        )
        if not is_cut or len(found.rows) == PAGE_SIZE:
            return found
        wanted *= 4


def _days(
    user: "User", site: Site, issue: Issue, where: Mapping[str, str], wanted: int
) -> tuple[list[date], bool]:
    """Return the days from the marked row on that have so many doses, and whether others follow."""
    after, before = where.get("after", ""), where.get("before", "")
    key: Key | None = reading.key_of(after or before) if after or before else None
    backwards = bool(key and before and not after)
    days = reading.days_of(user, site).filter(**{f"{issue.value}__gt": 0})
    if key is not None:
        days = days.filter(**{"day__gte" if backwards else "day__lte": key[0]})
    days = days.order_by("day" if backwards else "-day")
    found: list[date] = []
    doses = 0
    for day, number in days.values_list("day", issue.value)[: wanted + 2]:
        if doses >= wanted:
            return found, True
        found.append(day)
        # Of the marked day some rows stand on the page before.
        doses += 0 if key is not None and day == key[0] else number
    return found, False


def _doubts(doses: list[Dose]) -> dict[int, str]:
    """Return the warnings left standing about each dose as it stands now, by its id."""
    left = WarningLeft.objects.filter(dose__in=[dose.pk for dose in doses]).order_by("pk")
    revisions = {dose.pk: dose.revision for dose in doses}
    found: dict[int, list[str]] = {}
    for one in left:
        if one.revision == revisions[one.dose_id]:
            found.setdefault(one.dose_id, []).extend(sentences_of([(one.code, one.values)]))
    return {dose: " ".join(sentences) for dose, sentences in found.items()}


def _in_words(dose: Dose, issue: Issue) -> str:
    if issue == Issue.UNKNOWN_LOT:
        return _("Lot %(lot)s is not among the lots that the site received.") % {"lot": dose.lot}
    if issue == Issue.OTHER_DAY and dose.session is not None:
        return _("The session was on %(day)s.") % {"day": ui.day(dose.session.on)}
    return str(issues.LABELS[issue])
