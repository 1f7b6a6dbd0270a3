"""The pool: corrections whose site is not known yet, and how they get to one.

Dispatch 9458/BYT-CNTT: the desk of the area keeps such a proposal and must look through them every
day. Our own target is four hours, within the 48.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from citizens.masking import mask_name, mask_own_name
from corrections import actions, case_pages, facts, lifecycle
from corrections.actions import CannotReceive, HeldByColleague, StalePage
from corrections.clocks import deadlines
from corrections.lifecycle import Status, StepNotPossible
from corrections.models import Correction, CorrectionEvent, CorrectionQuerySet
from corrections.parties import parties_of, steps_of
from corrections.routing import desks
from corrections.routing.desks import NoDesk
from doses.facts import Field
from organizations.models import Area, Organization
from review.site_suggestions import Finder, Suggestion
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

# Each row runs a search for sites: more rows would make the page slow.
PAGE_SIZE = 10
ROW_SUGGESTIONS = 3
# The greatest number of cases routed with one press.
MOST_AT_ONCE = 50
NOWHERE = "none"
LIES_IN = Coalesce("named_area__path", "citizen__area__path")
URGENCY = Coalesce("triage_due_at", "due_at")
AT_WORK = sorted(lifecycle.AT_WORK)
PROBLEMS = (
    CannotReceive,
    HeldByColleague,
    NoDesk,
    PermissionDenied,
    StalePage,
    StepNotPossible,
    ValidationError,
)


@dataclass(frozen=True)
class PoolArea:
    """An area with waiting cases; `key` filters the list by it."""

    key: str
    name: str
    count: int


@dataclass(frozen=True)
class PoolRow:
    """A case in the pool: what helps to find the site, and nothing else about the person."""

    case: Correction
    suggestions: list[Suggestion]
    # By which sites, the latest first; none of them is among the suggestions.
    passed_on: list["PassedOn"]
    is_mine: bool
    taken_by: str
    steps: frozenset[str]

    @property
    def headline(self) -> str:
        return facts.headline(self.case)

    @property
    def name(self) -> str:
        """The citizen's name, masked: it is not needed to find a site."""
        return mask_name(self.case.citizen.full_name)

    @property
    def said(self) -> str:
        """What the citizen wrote about the site; numbers are removed, their name is masked."""
        return mask_own_name(self.case.site_text, self.case.citizen.full_name)

    @property
    def area(self) -> str:
        """The area that the citizen named, or else where they live."""
        area = self.case.named_area or self.case.citizen.area
        return _named(area) if area else _("No area is known")

    @property
    def proposed(self) -> str:
        """The proposed facts of the dose in one line, without its position (in the headline)."""
        left_out = {Field.ORGANIZATION, Field.POSITION}
        rows = facts.compare(self.case, masked=True)
        return " · ".join(
            row.proposed for row in rows if row.proposed and row.field not in left_out
        )

    @property
    def is_elsewhere(self) -> bool:
        """An organization below holds it; an officer may still give it to a site."""
        return "pass_on" not in self.steps

    @property
    def may_pick_up(self) -> bool:
        return "pick_up" in self.steps and not self.is_mine and not self.taken_by

    @property
    def may_route(self) -> bool:
        return bool(self.steps & {"pass_on", "reassign"}) and not self.taken_by


@dataclass(frozen=True)
class PassedOn:
    """A site said "not ours": which one, who there, when, and why.

    The person's own name is masked in the reason, and numbers are removed.
    """

    organization: Organization | None
    who: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class PoolPage:
    """Up to ten rows; `after`: the reference after which the next page begins."""

    rows: list[PoolRow]
    after: str


@dataclass(frozen=True)
class RoutingOutcome:
    """The result for one case: where it went, or why it stayed."""

    reference: str
    to: str = ""
    why: str = ""


@dataclass
class Outcomes:
    """The results for several cases that were sent with one press."""

    sent: list[RoutingOutcome] = field(default_factory=list)
    stayed: list[RoutingOutcome] = field(default_factory=list)


def cases_of(user: "User", hotlines: Collection[int] | None = None) -> CorrectionQuerySet:
    """Return the cases without a site that the user may send to one.

    hotlines: ids of those whose phone the user answers, if they are known.
    """
    reached = Correction.objects.in_pools_of(user, hotlines)
    cases: CorrectionQuerySet = reached.filter(status__in=AT_WORK)
    return cases


def chosen(user: "User", references: Iterable[str]) -> list[Correction]:
    """Return those of these cases that are in the user's pools, the most urgent first."""
    wanted = list(dict.fromkeys(references))[:MOST_AT_ONCE]
    return list(_dressed(cases_of(user).filter(reference__in=wanted)).order_by(URGENCY, "pk"))


def places(user: "User") -> list[PoolArea]:
    """Return the areas with waiting cases and their number; cases without an area last."""
    found = cases_of(user).order_by().values_list(LIES_IN).annotate(count=Count("pk"))
    counts: dict[str, int] = {path or "": count for path, count in found}
    areas = {
        area.path: area
        # Codes were used again in July 2025: of two areas with one path, take the one of today.
        for area in Area.objects.filter(path__in=counts)
        .select_related("parent__parent")
        .order_by("valid_from")
    }
    known = [PoolArea(path, _named(areas[path]), counts[path]) for path in sorted(areas)]
    if counts.get(""):
        known.append(PoolArea(NOWHERE, _("No area is known"), counts[""]))
    return known


def page(user: "User", where: Mapping[str, str]) -> PoolPage:
    """Return the cases of an area (or of all), ordered by triage_due_at."""
    cases = cases_of(user).annotate(lies_in=LIES_IN, urgency=URGENCY)
    area = where.get("area", "")
    if area == NOWHERE:
        cases = cases.filter(lies_in=None)
    elif area:
        cases = cases.filter(lies_in__startswith=area)
    # Which ones first: the rows around them are read for those that are shown.
    found = case_pages.page(
        cases,
        where,
        by="urgency",
        size=PAGE_SIZE,
        among=Correction.objects.annotate(urgency=URGENCY),
    )
    shown = _dressed(Correction.objects.all()).in_bulk([case.pk for case in found.rows])
    rows = [shown[case.pk] for case in found.rows if case.pk in shown]
    return PoolPage(rows_of(user, rows, most=ROW_SUGGESTIONS), found.after)


def rows_of(user: "User", cases: Iterable[Correction], *, most: int) -> list[PoolRow]:
    """Return cases as rows, each with the most probable sites."""
    cases = list(cases)
    finder, now = Finder(cases), db_time.now()
    return [_row(user, case, finder, most, now) for case in cases]


def _row(user: "User", case: Correction, finder: Finder, most: int, now: datetime) -> PoolRow:
    taken = case.status == Status.IN_REVIEW and not deadlines.claim_is_over(case.picked_up_at, now)
    is_mine = taken and case.reviewer_id == user.pk
    name = case.reviewer.full_name if case.reviewer else ""
    parties = parties_of(user, case)
    return PoolRow(
        case=case,
        suggestions=finder.suggest(case, most),
        passed_on=[_passed_on(event, case) for event in finder.passed_on(case)],
        is_mine=is_mine,
        taken_by=name if taken and not is_mine else "",
        steps=frozenset(steps_of(user, case, parties)),
    )


def _passed_on(event: CorrectionEvent, case: Correction) -> PassedOn:
    return PassedOn(
        organization=event.organization,
        who=event.by.full_name if event.by else "",
        at=event.at,
        reason=mask_own_name(event.remark_shown, case.citizen.full_name),
    )


def send(cases: Iterable[Correction], *, by: "User", to: Organization, reason: str) -> Outcomes:
    """Send each case to the site that was found; failures are reported, not raised."""
    return _each(cases, by, lambda case: _send_one(case, by, to, reason))


def send_up(cases: Iterable[Correction], *, by: "User", reason: str) -> Outcomes:
    """Send each case to the level above: not in our area, or the site is not known here."""
    return _each(cases, by, lambda case: _send_up_one(case, by, reason))


def _each(
    cases: Iterable[Correction], by: "User", act: Callable[[Correction], Correction]
) -> Outcomes:
    outcomes = Outcomes()
    for case in cases:
        try:
            moved = act(case)
        except PROBLEMS as problem:
            why = why_not(case, by, problem)
            outcomes.stayed.append(RoutingOutcome(case.reference, why=why))
        else:
            to = moved.holder.name if moved.holder else ""
            outcomes.sent.append(RoutingOutcome(case.reference, to=to))
    return outcomes


def _send_one(case: Correction, by: "User", to: Organization, reason: str) -> Correction:
    """Pass on a case of one's own organization; as an officer, reassign one from below."""
    if "pass_on" in _steps(by, case):
        return actions.pass_on(case, by=by, to=to, reason=reason)
    return actions.reassign(case, by=by, to=to, reason=reason)


def _send_up_one(case: Correction, by: "User", reason: str) -> Correction:
    if desks.above_or_hotline(case.holder) == case.holder:
        raise NoDesk(case.reference)
    return actions.pass_on(case, by=by, to=None, reason=reason)


def _steps(user: "User", case: Correction) -> list[str]:
    return steps_of(user, case, parties_of(user, case))


def why_not(case: Correction, user: "User", problem: Exception) -> str:
    """Return, as a sentence, why a case stayed where it was."""
    if isinstance(problem, HeldByColleague):
        name = case.reviewer.full_name if case.reviewer else ""
        return _("%(name)s is working on it.") % {"name": name or _("A colleague")}
    if isinstance(problem, CannotReceive):
        return _("That organization has no active staff, has it already, or is not in your area.")
    if isinstance(problem, NoDesk):
        return _("Nobody stands above this desk. Choose a site.")
    if isinstance(problem, ValidationError):
        return " ".join(problem.messages)
    if isinstance(problem, PermissionDenied) and cases_of(user).filter(pk=case.pk).exists():
        return _(
            "You may not send it: it lies on another desk, or it is about you or your family, or you"
            " filed it."
        )
    return _("It is not in your pool any more: somebody has sent it on.")


def _dressed(cases: CorrectionQuerySet) -> CorrectionQuerySet:
    return cases.select_related(
        "citizen__area__parent__parent",
        "named_area__parent__parent",
        "holder",
        "reviewer",
        "filing",
        "dose",
    )


def _named(area: Area) -> str:
    """Return the name of an area with that of the area around it: Phường Bưởi, Quận Tây Hồ."""
    return ", ".join(one.full_name for one in (area, area.parent) if one)
