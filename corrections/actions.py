"""The verbs: the only writers of a correction. Pages, API, hotline and Celery call the same ones.

Each verb locks the row, asks the table (lifecycle.py) whether the step may be taken by this party
from this status, stores the effect and the event in one transaction, and leaves an outbox row for
what must follow. Nothing is told to anybody before the commit.
"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from corrections import access, deadlines, facts, lifecycle, routing
from corrections.facts import Facts, Field
from corrections.lifecycle import Ground, Party, Status, StepNotPossible
from corrections.models import Correction, CorrectionEvent, Holding, Kind, OutboxRow
from doses import actions as dose_actions
from doses.models import Dose
from organizations.models import Organization
from vaxreg import clock
from vaxreg.celery import hint

if TYPE_CHECKING:
    from accounts.models import User


class StalePage(Exception):
    """The page was made from an older version of the case; nothing was stored."""


class HeldByColleague(Exception):
    """A colleague picked the case up a moment ago and is working on it."""


class CannotReceive(Exception):
    """The organization chosen has no active staff, is closed, or holds the case already."""


def pick_up(correction: Correction, *, by: "User", version: int | None = None) -> Correction:
    """Take a case from the desk: colleagues see that somebody works on it (for 30 minutes)."""
    with transaction.atomic():
        case = _locked("pick_up", correction, by, version)
        case.reviewer, case.picked_up_at = by, clock.now()
        return _taken(case, "pick_up", by, Party.REVIEWER)


def give_back(correction: Correction, *, by: "User", version: int | None = None) -> Correction:
    """Put a case back on the desk, undecided."""
    with transaction.atomic():
        case = _locked("give_back", correction, by, version)
        case.reviewer = case.picked_up_at = None
        return _taken(case, "give_back", by, Party.REVIEWER)


def keep(
    correction: Correction, *, by: "User", remark: str, version: int | None = None
) -> Correction:
    """Keep a case for later work (dispatch 9458, outcome 2.2); its clock runs on."""
    with transaction.atomic():
        case = _locked("keep", correction, by, version)
        case.reviewer = case.picked_up_at = None
        return _taken(case, "keep", by, Party.REVIEWER, remark=remark)


def accept(
    correction: Correction,
    *,
    by: "User",
    values: Facts | None = None,
    remark: str = "",
    version: int | None = None,
) -> Correction:
    """Accept as proposed, in part, or with the reviewer's own values; the dose changes with it.

    values: the facts to record; None takes everything as proposed. What differs from the proposal
    makes it a partial acceptance. Raises ValidationError keyed by field when a value cannot be
    true, or when a missing dose lacks what a dose needs.
    """
    with transaction.atomic():
        asked = correction.proposed if values is None else values
        case = _locked("accept", correction, by, version)
        wanted = facts.check(asked, today=_today(), complete=case.kind == Kind.MISSING_DOSE)
        asked_for = set(case.proposed) | ({Field.ORGANIZATION} if case.site_text else set())
        if not wanted:
            # A site given in words only, say: accepting it means finding it in the list.
            raise ValidationError(dict.fromkeys(asked_for, _("Say what is to be recorded.")))
        # Filling a gap of a missing dose (the lot, say) turns nothing down.
        as_proposed = asked_for <= set(wanted) and all(
            wanted[name] == value for name, value in case.proposed.items()
        )
        own_values = case.kind == Kind.WRONG_FIELDS and set(wanted) > asked_for
        step = "accept" if as_proposed and not own_values else "accept_in_part"
        if case.kind == Kind.MISSING_DOSE:
            case.dose = _add_dose(case, wanted, by, remark)
        else:
            _revise_dose(case, wanted, by, remark)
        case.decided = wanted
        return _decided(case, step, by, remark)


def refuse(
    correction: Correction,
    *,
    by: "User",
    ground: Ground,
    remark: str,
    version: int | None = None,
) -> Correction:
    """Refuse on one of the thirteen official grounds, with a sentence for the citizen."""
    with transaction.atomic():
        case = _locked("refuse", correction, by, version)
        case.ground = ground
        return _decided(case, "refuse", by, remark, data={"ground": ground})


def remind(correction: Correction, *, by: "User", remark: str = "") -> Correction:
    """Remind the holder of a case; once a day for each case. Raises StepNotPossible otherwise."""
    with transaction.atomic():
        case = _locked("remind", correction, by, None)
        since = clock.now() - timedelta(days=1)
        if case.events.filter(step="remind", party=Party.OVERSEER, at__gt=since).exists():
            raise StepNotPossible("remind", Status(case.status))
        return _taken(
            case,
            "remind",
            by,
            Party.OVERSEER,
            remark=remark,
            organization=access.acting_for(by, case, Party.OVERSEER),
            follow=OutboxRow.Errand.TELL,
        )


def reassign(
    correction: Correction,
    *,
    by: "User",
    to: Organization,
    reason: str,
    version: int | None = None,
) -> Correction:
    """Give a case to another organization of the officer's reach; the clock runs on.

    Raises CannotReceive when that organization has no active staff or holds the case already.
    """
    with transaction.atomic():
        case = _locked("reassign", correction, by, version)
        reach = Organization.objects.within_reach(by, "officer").able_to_receive()
        if to.pk == case.holder_id or not reach.filter(pk=to.pk).exists():
            raise CannotReceive
        before = case.holder
        actor = access.acting_for(by, case, Party.OVERSEER)
        case.reviewer = case.picked_up_at = None
        _hand_over(case, to)
        case.routing_reason = routing.given_by(actor or to, reason)
        return _taken(
            case,
            "reassign",
            by,
            Party.OVERSEER,
            remark=reason,
            organization=actor,
            data={"from": before.name if before else "", "to": to.name},
            follow=OutboxRow.Errand.TELL,
        )


def take_over(
    correction: Correction, *, by: "User", reason: str, version: int | None = None
) -> Correction:
    """Move an overdue case to the officer's own desk, to be decided in the holder's place.

    Product rule 5: only once it is overdue; before that, StepNotPossible.
    """
    with transaction.atomic():
        case = _locked("take_over", correction, by, version)
        desk = access.acting_for(by, case, Party.OVERSEER)
        if desk is None:
            raise PermissionDenied
        if not case.is_overdue():
            raise StepNotPossible("take_over", Status(case.status))
        before = case.holder
        _hand_over(case, desk)
        case.routing_reason = routing.taken_over_by(desk, reason)
        case.reviewer, case.picked_up_at = by, clock.now()
        return _taken(
            case,
            "take_over",
            by,
            Party.OVERSEER,
            remark=reason,
            organization=desk,
            data={"from": before.name if before else "", "to": desk.name},
        )


def route(correction: Correction) -> Correction:
    """Send a filed correction to the desk that must act. Does nothing if it is on one already."""
    with transaction.atomic():
        case = _lock(correction)
        if case.status != Status.RECEIVED:
            return case
        lifecycle.after("route", Status(case.status))
        desk = routing.desk_for(case)
        case.routing_reason = desk.reason
        _hand_over(case, desk.organization)
        return _taken(
            case,
            "route",
            None,
            Party.SYSTEM,
            organization=desk.organization,
            data={"reason": desk.reason},
            follow=OutboxRow.Errand.TELL,
        )


def _lock(correction: Correction) -> Correction:
    return (
        Correction.objects.select_for_update(of=("self",))
        .select_related("holder", "citizen__area", "dose__organization", "filing", "reviewer")
        .get(pk=correction.pk)
    )


def _locked(step: str, correction: Correction, by: "User", version: int | None) -> Correction:
    """Return the fresh, locked row, or say why this user cannot take this step on it now."""
    case = _lock(correction)
    if not lifecycle.STEPS[step].taken_by & access.parties_of(by, case):
        raise PermissionDenied
    lifecycle.after(step, Status(case.status))
    if version is not None and version != case.version:
        raise StalePage
    if (
        Party.REVIEWER in lifecycle.STEPS[step].taken_by
        and case.reviewer_id not in (None, by.pk)
        and case.picked_up_at is not None
        and clock.now() - case.picked_up_at < deadlines.CLAIM_TIME
    ):
        raise HeldByColleague
    return case


def _taken(
    case: Correction,
    step: str,
    by: "User | None",
    party: Party,
    *,
    remark: str = "",
    organization: Organization | None = None,
    data: dict[str, Any] | None = None,
    follow: OutboxRow.Errand | None = None,
    at: datetime | None = None,
) -> Correction:
    """Store the case, write the event, and leave an outbox row for what must follow."""
    moment = at or clock.now()
    before = Status(case.status)
    case.status = lifecycle.after(step, before)
    case.version += 1
    case.save()
    event = CorrectionEvent.objects.create(
        correction=case,
        step=step,
        from_status=before,
        to_status=case.status,
        party=party,
        by=by,
        organization=organization or (case.holder if party == Party.REVIEWER else None),
        at=moment,
        remark=remark,
        data=data or {},
    )
    if follow is not None:
        leave_errand(event, follow, moment)
    return case


def leave_errand(event: CorrectionEvent, errand: OutboxRow.Errand, moment: datetime) -> None:
    """Write the row that says 'not done yet', and hint Celery to hurry."""
    row = OutboxRow.objects.create(event=event, errand=errand, created_at=moment, not_before=moment)
    hint("corrections.do_errand", row.pk)


def _hand_over(case: Correction, to: Organization) -> None:
    moment = clock.now()
    case.holdings.filter(until=None).update(until=moment)
    Holding.objects.create(correction=case, organization=to, since=moment)
    case.holder = to


def _decided(
    case: Correction, step: str, by: "User", remark: str, data: dict[str, Any] | None = None
) -> Correction:
    moment = clock.now()
    case.decided_by, case.decided_at, case.remark = by, moment, remark
    case.next_mark_at = None
    case.holdings.filter(until=None).update(until=moment)
    return _taken(
        case,
        step,
        by,
        Party.REVIEWER,
        remark=remark,
        data=data,
        follow=OutboxRow.Errand.TELL,
        at=moment,
    )


def _add_dose(case: Correction, wanted: Facts, by: "User", remark: str) -> Dose:
    return dose_actions.record(
        citizen=case.citizen,
        provenance=Dose.Provenance.CORRECTION,
        by=by,
        by_organization=case.holder,
        why=remark,
        correction_reference=case.reference,
        **facts.as_values(wanted),
    )


def _revise_dose(case: Correction, wanted: Facts, by: "User", remark: str) -> None:
    if case.dose is None:
        raise ValueError("a correction of a recorded dose names it; the database sees to that")
    changes = facts.as_values(facts.differing(case.dose, wanted))
    if changes:
        dose_actions.revise(
            case.dose,
            changes=changes,
            by=by,
            by_organization=case.holder,
            why=remark,
            correction_reference=case.reference,
        )


def _today() -> date:
    return timezone.localdate(clock.now())
