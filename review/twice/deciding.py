"""What people decide about two doses that look alike: one is a double, both were given, not sure.

Who holds the dose that goes takes it out: its site, or a health officer above it. Anybody else's
decision waits until the site has confirmed it (review/own_doses). Records come first: while two
records may be one person's, nobody decides about the doses.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from corrections.decisions.four_eyes import Reason
from doses import facts
from doses.actions import revise
from doses.models import Dose
from organizations.models import Organization
from recording.access import doses_of, refuse_own_or_unverified, sites_of
from review.duplicates.pairs import desks_of
from review.models import DoseChange, DosePair, DosePairAct
from review.own_doses import mending
from review.own_doses.mending import IN_ERROR, STATUS
from review.own_doses.messages import tell_of_change
from review.twice import pairs
from vaxreg import db_time
from vaxreg.typed.invisible import clean_line

if TYPE_CHECKING:
    from accounts.models import User

State = DosePair.State
What = DosePairAct.What


class Stale(Exception):
    """The pair was decided meanwhile, or a dose is no longer what the page showed."""


class PeopleFirst(Exception):
    """The person may have a second record; that is decided first."""


@transaction.atomic
def double(
    pair: DosePair, *, keep: int, by: "User", why: str, seen: str, takes_over: bool = False
) -> DoseChange:
    """Take the other dose out of the record, or ask its site to; return the change.

    keep: the id of the dose that stays. seen: `version_of` the pair that the page showed.
    takes_over: what only the dose that goes has is written to the one that stays, where both are
    in the user's hands. Raises Stale, PeopleFirst, ValidationError, and PermissionDenied for one's
    own record or the family's, or without a verified identity.
    """
    found, one, other = _open(pair, by, seen)
    if keep not in (one.pk, other.pk):
        raise Stale
    kept, gone = (one, other) if keep == one.pk else (other, one)
    site, is_theirs = acting_for(by, gone)
    try:
        change = mending.change(
            gone,
            IN_ERROR,
            why=_reason(why),
            revision=gone.revision,
            by=by,
            by_organization=site,
            double_of=kept,
            asks=[] if is_theirs else [Reason.OTHER_SITE],
        )
    except mending.Stale:
        raise Stale from None
    _note(found, What.DOUBLE, by, why, change=change)
    if change.state == DoseChange.State.APPLIED:
        DosePair.objects.filter(pk=found.pk).update(decided_by=by)
        if takes_over:
            _take_over(kept, gone, by=by, why=why)
    return change


@transaction.atomic
def both_given(pair: DosePair, *, by: "User", why: str, seen: str) -> None:
    """Remember that both were given: the pair waits no more, until one of both changes.

    Raises as `double` does.
    """
    found, _one, _other = _open(pair, by, seen)
    if waiting_change(found) is not None:
        raise Stale
    _note(found, What.BOTH_GIVEN, by, _reason(why))
    found.state, found.decided_by, found.state_at = State.BOTH_GIVEN, by, db_time.now()
    found.save(update_fields=["state", "decided_by", "state_at"])


@transaction.atomic
def not_sure(pair: DosePair, *, by: "User", why: str, seen: str) -> None:
    """Leave the pair to the health district. Raises as `double` does."""
    found, _one, _other = _open(pair, by, seen)
    _note(found, What.UNSURE, by, clean_line(why))
    found.unsure_at = db_time.now()
    found.save(update_fields=["unsure_at"])


@transaction.atomic
def confirm(pair: DosePair, *, by: "User") -> None:
    """Confirm as its site, or as a health officer above it, that the dose is a double.

    Raises Stale, PeopleFirst, ValidationError and PermissionDenied.
    """
    row = waiting_change(pair)
    if row is None:
        raise Stale
    if not may_confirm(by, row):
        raise PermissionDenied
    if pairs.people_first([pair.citizen_id]):
        raise PeopleFirst
    try:
        mending.confirm(row, by=by)
    except mending.Stale:
        raise Stale from None
    DosePair.objects.filter(pk=pair.pk).update(decided_by=by)


@transaction.atomic
def decline(pair: DosePair, *, by: "User") -> None:
    """Do not confirm it, or take one's own back; the health district decides then."""
    row = waiting_change(pair)
    if row is None:
        raise Stale
    if by.pk != row.by_id and not may_confirm(by, row):
        raise PermissionDenied
    try:
        mending.take_back(row, by=by)
    except mending.Stale:
        raise Stale from None
    if by.pk != row.by_id:
        DosePair.objects.filter(pk=pair.pk).update(unsure_at=db_time.now())


@transaction.atomic
def take_back(pair: DosePair, *, by: "User", why: str) -> None:
    """Let the dose count again that went as a double; the pair waits anew, and the person is told.

    Raises Stale, ValidationError when the same dose was recorded anew, and
    PermissionDenied for whoever holds neither the dose nor its site.
    """
    refuse_own_or_unverified(by, pair.citizen)
    one, other = _locked(pair)
    gone = undoable(pair, one, other)
    if gone is None:
        raise Stale
    site, is_theirs = acting_for(by, gone)
    if not is_theirs:
        raise PermissionDenied(_("Only the site that holds the dose can let it count again."))
    why = _reason(why)
    before = {**facts.facts_of(gone), STATUS: gone.status}
    values = {STATUS: Dose.Status.COMPLETED.value}
    again = revise(gone, changes=values, by=by, why=why, by_organization=site)
    _note(pair, What.TAKEN_BACK, by, why)
    tell_of_change(again, before, values, organization=site, by=by)


def version_of(pair: DosePair) -> str:
    """Return what the page sends back: the revisions of both doses that it showed."""
    return f"{pair.one_revision}.{pair.other_revision}"


def waiting_change(pair: DosePair) -> DoseChange | None:
    """Return the change of one of both doses that waits for its site or a second person."""
    rows = DoseChange.objects.filter(
        dose__in=[pair.one_id, pair.other_id], state=DoseChange.State.WAITING
    )
    return rows.select_related("by", "organization", "dose", "double_of").order_by("pk").first()


def may_confirm(by: "User", row: DoseChange) -> bool:
    """Whether the user works at the site that confirms it, or oversees it."""
    if sites_of(by).filter(pk=row.organization_id).exists():
        return True
    return pairs.desk_above(by, row.organization) is not None


def undoable(pair: DosePair, one: Dose, other: Dose) -> Dose | None:
    """Return the dose that went as a double by a decision about this pair; None if none did."""
    acts = DosePairAct.objects.filter(pair=pair, what=What.DOUBLE)
    act = acts.select_related("change").order_by("-at", "-pk").first()
    if pair.state != State.ONE_LEFT or act is None or act.change is None:
        return None
    gone = one if act.change.dose_id == one.pk else other
    is_so = gone.status == Dose.Status.ENTERED_IN_ERROR
    return gone if is_so and gone.revision == act.change.revision + 1 else None


def acting_for(by: "User", dose: Dose) -> tuple[Organization, bool]:
    """Return for which organization the user decides about a dose, and whether it is in their hands.

    Its site; for a health officer above the site their own; else the site, which has to confirm.
    """
    site = dose.organization
    if site is None:
        raise Stale
    if doses_of(by).filter(pk=dose.pk).exists():
        return _at_work(site), True
    above = pairs.desk_above(by, site)
    if above is None:
        return _at_work(site), False
    # A second person, where the rules ask for one, is one of the site.
    return (_at_work(site) if mending.reasons_for_two(dose, IN_ERROR) else above), True


def taken_over(kept: Dose, gone: Dose) -> dict[str, object]:
    """Return the facts that only the dose that goes has, and that the other one can take."""
    found: dict[str, object] = {}
    if gone.lot and not kept.lot:
        found["lot"] = gone.lot
    is_same_day = gone.given_on == kept.given_on and gone.organization_id == kept.organization_id
    if is_same_day and gone.session_id is not None and kept.session_id is None:
        found["session"] = gone.session
    return found


def _take_over(kept: Dose, gone: Dose, *, by: "User", why: str) -> None:
    site, is_theirs = acting_for(by, kept)
    values = taken_over(kept, gone) if is_theirs else {}
    if not values:
        return
    before = facts.facts_of(kept)
    changed = revise(kept, changes=values, by=by, why=_reason(why), by_organization=site)
    told = {"lot": changed.lot} if "lot" in values else {}
    if told:
        tell_of_change(changed, before, told, organization=site, by=by)


def _at_work(site: Organization) -> Organization:
    """Return the organization that goes on with the work of a site that was closed."""
    seen = set()
    while site.successor is not None and site.pk not in seen:
        seen.add(site.pk)
        site = site.successor
    return site


def _open(pair: DosePair, by: "User", seen: str) -> tuple[DosePair, Dose, Dose]:
    refuse_own_or_unverified(by, pair.citizen)
    one, other = _locked(pair)
    found = DosePair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    if found.state != State.OPEN or seen != version_of(found):
        raise Stale
    if pairs.people_first([found.citizen_id]):
        raise PeopleFirst
    return found, one, other


def _locked(pair: DosePair) -> tuple[Dose, Dose]:
    """Lock both doses, before the pair: so does whoever writes a dose."""
    rows = Dose.objects.select_for_update(of=("self",)).filter(pk__in=[pair.one_id, pair.other_id])
    one, other = rows.select_related("organization", "vaccine").order_by("pk")
    return one, other


def _note(
    pair: DosePair, what: str, by: "User", why: str, *, change: DoseChange | None = None
) -> None:
    DosePairAct.objects.create(
        pair=pair,
        what=what,
        why=clean_line(why),
        by=by,
        organization=desks_of(by).order_by("path").first(),
        change=change,
        at=db_time.now(),
    )


def _reason(why: str) -> str:
    text = clean_line(why)
    if not text:
        raise ValidationError({"why": _("Say why: the person reads it.")})
    return text
