"""Reminds of many cases with one press: of one site, or of all organizations below an organization.

The rules are those for one case (actions.remind), with a few statements for all cases: events,
errands and `reminded_at`. Each site gets one e-mail.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from citizens.access import account_ids_of_person, accounts_of_person, own_or_family_among
from corrections import access, parties
from corrections.actions import bulk
from corrections.clocks import lateness
from corrections.models import Correction, CorrectionEvent, CorrectionQuerySet
from organizations.models import Membership, Organization
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

# How many cases one press reminds of, the oldest first; the next press takes the rest.
MOST_REMINDED = 2000


@dataclass(frozen=True)
class RemindResult:
    """How many cases of how many sites were reminded of, and how many were left out.

    already: reminded of within 24 hours. own: about the officer or family, filed by the officer, or
    decided before by the officer. on_own_desk: held by the officer's own organization. left: above
    the limit of one press. nobody: held where nobody works to whom it could be written.
    """

    cases: int = 0
    sites: int = 0
    already: int = 0
    own: int = 0
    on_own_desk: int = 0
    left: int = 0
    nobody: int = 0


@transaction.atomic
def remind_all(
    organization: Organization, *, by: "User", remark: str = "", whole: bool = False
) -> RemindResult:
    """Remind of everything overdue at an organization; whole: also at all organizations below it.

    Raises PermissionDenied for a user who is no health officer above it.
    """
    above = _desks_above(organization, by)
    waiting = _late(organization, by, whole=whole).exclude(lateness.reminded(db_time.now()))
    ids = waiting.order_by("due_at", "pk").values_list("pk", flat=True)[:MOST_REMINDED]
    # Locked before the query below: of two presses at once only one finds cases to remind of.
    locked = list(Correction.objects.filter(pk__in=list(ids)).select_for_update(of=("self",)))
    cases = list(
        waiting.filter(pk__in=[case.pk for case in locked])
        .select_related("holder", "filing")
        .order_by("due_at", "pk")
    )
    kept_from = _not_allowed(by, cases)
    told = [case for case in cases if case.pk not in kept_from]
    plan = preview_remind_all(organization, by=by, whole=whole)
    bulk.remind(
        told,
        by=by,
        on_behalf_of={
            case.pk: parties.nearest(above, case.holder) if case.holder else None for case in told
        },
        remark=remark.strip(),
        bundle=uuid4().hex[:8],
        now=db_time.now(),
    )
    return RemindResult(
        cases=len(told),
        sites=len({case.holder_id for case in told}),
        already=plan.already,
        own=len(kept_from),
        on_own_desk=plan.on_own_desk,
        left=max(0, plan.cases - len(cases)),
        nobody=plan.nobody,
    )


def preview_remind_all(
    organization: Organization, *, by: "User", whole: bool = False
) -> RemindResult:
    """Return what `remind_all` would do; cases on which the officer may not act are in `cases`."""
    late = _late(organization, by, whole=whole)
    overdue = _overdue(organization, whole=whole)
    reminded = lateness.reminded(db_time.now())
    waiting = late.exclude(reminded)
    return RemindResult(
        cases=waiting.count(),
        sites=waiting.order_by().values("holder").distinct().count(),
        already=late.filter(reminded).count(),
        on_own_desk=overdue.filter(_own_desks(by)).count(),
        nobody=overdue.exclude(_own_desks(by)).exclude(_can_be_told()).count(),
    )


def _overdue(organization: Organization, *, whole: bool) -> CorrectionQuerySet:
    inside = Q(holder__path__startswith=organization.path) if whole else Q(holder=organization)
    cases: CorrectionQuerySet = Correction.objects.overdue().filter(inside)
    return cases


def _late(organization: Organization, by: "User", *, whole: bool) -> CorrectionQuerySet:
    overdue = _overdue(organization, whole=whole)
    return overdue.filter(_can_be_told()).exclude(_own_desks(by))


def _can_be_told() -> Q:
    staff = Membership.objects.live().can_be_told()
    return Q(holder__in=staff.order_by().values("organization"))


def _own_desks(by: "User") -> Q:
    own = Membership.objects.live().of(by).in_roles(access.DESK_ROLES)
    return Q(holder__in=own.values("organization"))


def _desks_above(organization: Organization, by: "User") -> list[Organization]:
    above = parties.officer_desks(by)
    if parties.nearest(above, organization) is None:
        raise PermissionDenied
    return above


def _not_allowed(by: "User", cases: list[Correction]) -> set[int]:
    """Return the ids of cases on which the officer may not act, as parties.parties_of decides."""
    family = own_or_family_among(by, (case.citizen_id for case in cases))
    mine = account_ids_of_person(by)
    appeals = [case.pk for case in cases if case.on_appeal]
    decided = CorrectionEvent.objects.filter(
        correction__in=appeals, by__in=accounts_of_person(by), step__in=parties.DECIDING_STEPS
    )
    return {
        *decided.values_list("correction", flat=True),
        *(case.pk for case in cases if case.citizen_id in family),
        *(case.pk for case in cases if case.filing.filed_by_id in mine),
    }
