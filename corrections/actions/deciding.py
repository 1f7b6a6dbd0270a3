"""Verbs that decide a correction: accept, refuse, cannot confirm, countersign, hand back.

Also on appeal.
"""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from citizens import actions as citizen_actions
from citizens.access import accounts_of_person, is_same_person
from citizens.facts import OtherField
from citizens.models import IdentityCheck
from corrections import facts
from corrections.actions.turn import Turn, begin, finish, on_behalf_of
from corrections.clocks import policies
from corrections.decisions import effects, far_dates, found_doses, four_eyes, other_record
from corrections.decisions.four_eyes import Reason
from corrections.lifecycle import Ground
from corrections.models import Correction, Kind, OutboxRow
from corrections.models.case import IDENTITY_KINDS
from corrections.searched import CANNOT_CONFIRM_SENTENCES, Searched
from doses import facts as dose_facts
from doses.facts import Facts, Field

if TYPE_CHECKING:
    from accounts.models import User

# Steps of a first review, and the names of the same steps when an appeal is decided.
ON_APPEAL = {"accept": "overturn", "accept_in_part": "overturn_in_part", "refuse": "uphold"}


class SamePerson(PermissionDenied):
    """The second person decided first, filed the case, or entered the disputed dose."""


@transaction.atomic
def accept(
    correction: Correction,
    *,
    by: "User",
    values: Facts | None = None,
    remark: str = "",
    own_papers: bool = False,
    identity_check: str = "",
    version: int | None = None,
) -> Correction:
    """Accept as proposed, in part, or with the reviewer's own values; changes the record.

    values: the facts to record; None means all as proposed. A value that differs from the proposal
    makes it a partial acceptance. own_papers: the reviewer found the dose in the site's own papers
    as well. When the policy asks for a second person, the record stays and the status becomes
    to_countersign. identity_check: the paper (IdentityCheck.Paper) with which facts about the
    person were compared. Raises ValidationError keyed "identity_check" for facts about the person
    without a paper, and keyed by field when a value cannot be true or a needed one is missing.
    """
    turn = begin(step_for("accept", correction), correction, by=by, version=version)
    case = turn.case
    asked = case.proposed if values is None else values
    wanted = facts.check(
        asked, today=_today(turn), complete=_adds_dose(case), to_record=True, kind=case.kind
    )
    if case.kind == Kind.SPLIT_RECORD:
        other = other_record.other_record(case, wanted, by=by)
        wanted = {**case.proposed, OtherField.RECORD.value: str(other.public_id)}
    asked_for = set(case.proposed) | ({Field.ORGANIZATION} if case.site_text else set())
    if not wanted:
        # For example, the site was given in words only: the reviewer must choose it from the list.
        raise ValidationError(dict.fromkeys(asked_for, _("Say what is to be recorded.")))
    # To fill in what the citizen left empty (the lot, for example) refuses nothing.
    as_proposed = asked_for <= set(wanted) and all(
        dose_facts.is_met(name, value, wanted[name]) for name, value in case.proposed.items()
    )
    own_values = case.kind in (Kind.WRONG_FIELDS, Kind.IDENTITY) and set(wanted) > asked_for
    if case.kind in IDENTITY_KINDS:
        _note_identity_check(turn, identity_check)
    step = "accept" if as_proposed and not own_values else "accept_in_part"
    return _decide(turn, step_for(step, case), wanted, remark, own_papers=own_papers)


def _note_identity_check(turn: Turn, paper: str) -> None:
    if turn.by is None or paper not in IdentityCheck.Paper.values:
        raise ValidationError({"identity_check": _("Say which identity paper you saw.")})
    citizen_actions.check_identity(
        turn.case.citizen.kept,
        paper=paper,
        matches=True,
        by=turn.by,
        by_organization=on_behalf_of(turn),
        correction_reference=turn.case.reference,
    )


def _adds_dose(case: Correction) -> bool:
    return case.kind == Kind.MISSING_DOSE and case.dose is None


def _decide(turn: Turn, step: str, wanted: Facts, remark: str, *, own_papers: bool) -> Correction:
    """Store the decision and change the record, or wait for a second person first."""
    case = turn.case
    why = second_person_reasons(case, wanted, own_papers=own_papers)
    basis: dict[str, Any] = {"own_papers": own_papers}
    if why:
        data = {**basis, **why}
        case.first_by = turn.by
        case.pending = {"step": step, "values": wanted, "remark": remark, **data}
        return finish(turn, "put_forward", data=data, follow=OutboxRow.Errand.TELL)
    return _carry_out(turn, step, step, wanted, remark, basis)


def second_person_reasons(case: Correction, wanted: Facts, *, own_papers: bool) -> dict[str, Any]:
    """Return why the policy in force asks for a second person; empty if it does not.

    The result is stored as it is, and read by four_eyes.in_words.
    """
    policy = policies.current()
    changes = effects.changes_of(case, wanted)
    # The other facts of a dose that is added say at which site, and of what, it was given.
    distance = far_dates.distance(case, wanted) if Field.GIVEN_ON in changes else None
    is_far = distance is not None and distance.exceeds(policy.far_date_days)
    found = four_eyes.reasons(
        case.kind,
        changes,
        own_papers=own_papers,
        is_far=is_far,
        asked_by_policy=policy.four_eyes,
        drawn=four_eyes.is_drawn(case.public_id, policy.second_look_percent),
    )
    if not found:
        return {}
    why: dict[str, Any] = {"reasons": [reason.value for reason in found]}
    if distance is not None and Reason.FAR_DATE in found:
        why["far_date"] = distance.stored()
    return why


def _carry_out(
    turn: Turn, step: str, decision: str, wanted: Facts, remark: str, data: dict[str, Any]
) -> Correction:
    effects.apply(turn.case, wanted, by=turn.by, why=remark)
    turn.case.decided, turn.case.remark = wanted, remark
    return finish(
        turn,
        step,
        remark=remark,
        data={**data, "decision": decision},
        follow=OutboxRow.Errand.TELL,
    )


@transaction.atomic
def refuse(
    correction: Correction,
    *,
    by: "User",
    ground: Ground,
    remark: str,
    version: int | None = None,
) -> Correction:
    """Refuse on one of the 13 official grounds (dispatch 9458), with a sentence for the citizen.

    On appeal this step is "uphold": the first decision stays in force.
    """
    step = step_for("refuse", correction)
    turn = begin(step, correction, by=by, version=version)
    turn.case.ground, turn.case.remark = ground, remark
    return finish(turn, step, remark=remark, data={"ground": ground}, follow=OutboxRow.Errand.TELL)


@transaction.atomic
def cannot_confirm(
    correction: Correction,
    *,
    by: "User",
    searched: Collection[str] = (),
    searched_words: str = "",
    remark: str = "",
    version: int | None = None,
) -> Correction:
    """Close the case because the papers that were searched do not show what is proposed.

    searched: names of `Searched`; searched_words: other places, in the reviewer's words. remark: the
    sentence for the citizen; empty: the ready one, in their language. On appeal it is the same step.
    Raises ValidationError keyed "searched" when nothing was searched or a name is not known.
    """
    turn = begin("cannot_confirm", correction, by=by, version=version)
    case = turn.case
    known = [place.value for place in Searched if place in searched]
    words = " ".join(searched_words.split())
    if len(known) < len(set(searched)):
        raise ValidationError({"searched": _("This is not one of the places to search.")})
    if not known and not words:
        raise ValidationError({"searched": _("Say where you looked: one place at least.")})
    case.searched, case.searched_words = known, words
    case.remark = remark.strip() or ready_sentence(case)
    return finish(
        turn,
        "cannot_confirm",
        remark=case.remark,
        data={"searched": known, "searched_words": words},
        follow=OutboxRow.Errand.TELL,
    )


def ready_sentence(case: Correction) -> str:
    """Return what the citizen reads of a case that cannot be confirmed, in their language."""
    with override(case.filing.answer_language):
        return str(CANNOT_CONFIRM_SENTENCES[case.about])


@transaction.atomic
def countersign(correction: Correction, *, by: "User", version: int | None = None) -> Correction:
    """Confirm a colleague's decision as the second person; the record changes only now.

    Raises SamePerson for a person who decided first, filed the case, or entered the disputed dose;
    ValidationError when the record has changed so that the decision no longer fits it.
    """
    # Both countersign steps are open to the same people; the locked row says which one it is.
    turn = begin("countersign", correction, by=by, version=version)
    _require_second(turn)
    pending = turn.case.pending or {}
    step = "countersign_in_part" if pending["step"].endswith("in_part") else "countersign"
    data = {
        name: pending[name] for name in ("reasons", "far_date", "own_papers") if name in pending
    }
    if found := found_doses.pending_dose(turn.case):
        found_doses.move(turn.case, found, by=by, revision=pending["found"]["revision"])
        # It has all these facts, so that nothing is left to change.
        data["basis"] = found_doses.MOVED
    return _carry_out(turn, step, pending["step"], pending["values"], pending["remark"], data)


@transaction.atomic
def hand_back(
    correction: Correction, *, by: "User", reason: str, version: int | None = None
) -> Correction:
    """Send a colleague's decision back with a reason; the case is reviewed again.

    Raises SamePerson, and ValidationError keyed "reason" when it is empty.
    """
    turn = begin("hand_back", correction, by=by, version=version)
    _require_second(turn)
    if not reason.strip():
        raise ValidationError({"reason": _("Say what is not right.")})
    return finish(turn, "hand_back", remark=reason.strip(), follow=OutboxRow.Errand.TELL)


def _require_second(turn: Turn) -> None:
    if turn.by is None or not may_countersign(turn.case, turn.by):
        raise SamePerson


def may_countersign(case: Correction, user: "User") -> bool:
    """Tell whether this user may countersign.

    False for who decided first, filed the case, or entered the disputed dose.
    """
    if is_same_person(user, case.first_by_id) or is_same_person(user, case.filing.filed_by_id):
        return False
    in_dispute = case.citizen.kept if case.kind in IDENTITY_KINDS else case.dose
    if (case.pending or {}).get("found"):
        in_dispute = found_doses.pending_dose(case)
    mine = accounts_of_person(user)
    return in_dispute is None or not in_dispute.revisions.filter(by__in=mine).exists()


def step_for(name: str, case: Correction) -> str:
    """Return the name of this step of a first review, or of the same step on appeal."""
    return ON_APPEAL[name] if case.on_appeal else name


def _today(turn: Turn) -> date:
    return timezone.localdate(turn.at)
