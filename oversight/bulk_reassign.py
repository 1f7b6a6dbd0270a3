"""Gives several cases of a site to another organization: which ones, and the result for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from citizens.access import account_ids_of_person, own_or_family_among
from corrections import access, actions, facts, lifecycle
from corrections.actions import CannotReceive, StalePage
from corrections.clocks import lateness
from corrections.lifecycle import Status, StepNotPossible
from corrections.models import Correction, CorrectionQuerySet
from organizations.models import Organization
from review.pool import Outcomes, RoutingOutcome
from vaxreg import db_time, ui

if TYPE_CHECKING:
    from accounts.models import User

# One verb per case: this many can be done while somebody waits for the page.
MOST_GIVEN = 100


@dataclass(frozen=True)
class CaseToGive:
    """A case that may be given away; is_ticked: preselected, as it is overdue and not claimed."""

    case: Correction
    headline: str
    is_ticked: bool

    @property
    def value(self) -> str:
        """The value of the checkbox: the reference and the version that is shown."""
        return f"{self.case.reference}:{self.case.version}"


@dataclass(frozen=True)
class ReassignChoice:
    """The cases of a site that may be given away, due first on top; and how many are left out.

    more: above the limit of one press. family: about the officer or family, or filed by the
    officer. appeals: each has its own page. unplaced: in the pool, where their site is looked for.
    """

    lines: list[CaseToGive]
    more: int = 0
    family: int = 0
    appeals: int = 0
    unplaced: int = 0


def cases_to_give(
    holder: Organization, user: "User", ticked: frozenset[str] | None = None
) -> ReassignChoice:
    """Return the cases to choose from; ticked: the submitted values, None on the first page."""
    held = _held(holder, user)
    plain = held.filter(on_appeal=False, triage_due_at=None)
    cases = list(
        plain.select_related("citizen", "reviewer", "dose__vaccine", "filing").order_by(
            "due_at", "pk"
        )[:MOST_GIVEN]
    )
    family = own_or_family_among(user, [case.citizen_id for case in cases])
    mine = account_ids_of_person(user)
    kept = [
        case
        for case in cases
        if case.citizen_id not in family and case.filing.filed_by_id not in mine
    ]
    now = db_time.now()
    lines = [CaseToGive(case, facts.headline(case), False) for case in kept]
    return ReassignChoice(
        lines=[
            CaseToGive(
                line.case,
                line.headline,
                line.value in ticked
                if ticked is not None
                else line.case.is_overdue(now) and line.case.status != Status.IN_REVIEW,
            )
            for line in lines
        ],
        more=plain.count() - len(cases),
        family=len(cases) - len(kept),
        appeals=held.filter(on_appeal=True).count(),
        unplaced=held.filter(on_appeal=False, triage_due_at__isnull=False).count(),
    )


def late(holder: Organization, user: "User") -> int:
    """Return how many cases of the site are overdue."""
    return _held(holder, user).filter(lateness.overdue(db_time.sql_now())).count()


def _held(holder: Organization, user: "User") -> CorrectionQuerySet:
    cases: CorrectionQuerySet = Correction.objects.open().filter(
        access.overseen_by(user), holder=holder, status__in=lifecycle.ON_A_DESK
    )
    return cases


def reassign_all(
    holder: Organization, versions: Mapping[str, int], *, by: "User", to: Organization, reason: str
) -> Outcomes:
    """Give each of these cases to another organization; failures are reported, not raised.

    versions: by reference, the version of the case that the officer saw. The receiving staff get
    one message about all of them. Raises CannotReceive when that organization cannot receive.
    """
    outcomes, press = Outcomes(), f"reassign:{to.pk}:{uuid4().hex[:8]}"
    wanted = list(versions)[:MOST_GIVEN]
    seen = Correction.objects.filter(access.overseen_by(by), reference__in=wanted)
    for case in seen.select_related("holder").order_by("due_at", "pk"):
        why = ""
        if case.holder_id != holder.pk:
            why = _moved(case)
        else:
            version = versions[case.reference]
            why = _give_one(case, by=by, to=to, reason=reason, version=version, bundle=press)
        outcome = RoutingOutcome(case.reference, to.name, why)
        (outcomes.stayed if why else outcomes.sent).append(outcome)
    return outcomes


def _give_one(
    case: Correction,
    *,
    by: "User",
    to: Organization,
    reason: str,
    version: int,
    bundle: str,
) -> str:
    """Give one case away; return why it stayed, or an empty string."""
    try:
        actions.reassign(case, by=by, to=to, reason=reason, version=version, bundle=bundle)
    except StalePage:
        return _("It has changed since you opened the page. Look at it again.")
    except StepNotPossible:
        case.refresh_from_db()
        return _moved(case)
    except PermissionDenied:
        return _("It is about you or your family. A colleague must handle it.")
    except CannotReceive:
        case.refresh_from_db()
        if case.holder_id == to.pk:
            return _moved(case)
        raise
    return ""


def _moved(case: Correction) -> str:
    if case.decided_at is not None:
        return _("It was decided at %(time)s.") % {"time": ui.when(case.decided_at)}
    if not case.is_open:
        return _("It was closed meanwhile.")
    return _("It is at %(organization)s now.") % {"organization": case.holder}
