"""The life cycle of a correction as one table: statuses, parties, steps. Read this first.

No database.
Pages build their buttons from it, verbs (actions/) check against it, the API lists it, tests go
through it. The outcomes come from dispatch 9458/BYT-CNTT, step 2: approved, processed later,
rejected; beside them "cannot be confirmed", for what the site's own papers do not show (ADR 28).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(StrEnum):
    RECEIVED = "received"
    QUEUED = "queued"
    IN_REVIEW = "in_review"
    WAITING = "waiting"
    KEPT = "kept"
    TO_COUNTERSIGN = "to_countersign"
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    REFUSED = "refused"
    CANNOT_CONFIRM = "cannot_confirm"
    UPHELD = "upheld"
    DISAGREED = "disagreed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


STATUS_LABELS: dict[Status, Promise] = {
    Status.RECEIVED: pgettext_lazy("status of a correction", "Received"),
    Status.QUEUED: _("Waiting for review"),
    Status.IN_REVIEW: _("Being reviewed"),
    Status.WAITING: _("Question not answered yet"),
    Status.KEPT: _("Kept for later"),
    Status.TO_COUNTERSIGN: _("Waiting for a second person"),
    Status.ACCEPTED: _("Accepted"),
    Status.PARTLY_ACCEPTED: _("Accepted in part"),
    Status.REFUSED: _("Refused"),
    Status.CANNOT_CONFIRM: _("Cannot be confirmed"),
    Status.UPHELD: _("Appeal refused"),
    Status.DISAGREED: _("Decided, disagreement on record"),
    Status.WITHDRAWN: pgettext_lazy("status of a correction", "Withdrawn"),
    Status.EXPIRED: _("Closed, question not answered"),
}

OPEN = frozenset(
    {
        Status.RECEIVED,
        Status.QUEUED,
        Status.IN_REVIEW,
        Status.WAITING,
        Status.KEPT,
        Status.TO_COUNTERSIGN,
    }
)
CLOSED = frozenset(Status) - OPEN
# Closed by a decision about the record, not by the citizen or by the end of the time to answer.
DECIDED = CLOSED - {Status.WITHDRAWN, Status.EXPIRED}
# A question waits for the citizen.
AWAITING_CITIZEN = frozenset({Status.WAITING})
# Decided as proposed, in part at least.
GRANTED = frozenset({Status.ACCEPTED, Status.PARTLY_ACCEPTED})
# Closed, and the record does not say what was proposed; the citizen did not take it back.
NOT_GRANTED = CLOSED - GRANTED - {Status.WITHDRAWN}
# Decided, and the citizen has not answered with a disagreement.
ANSWERED = DECIDED - {Status.DISAGREED}
ON_A_DESK = OPEN - {Status.RECEIVED}
# Statuses in which the holder works on it; it may be decided in WAITING too.
AT_WORK = frozenset({Status.QUEUED, Status.IN_REVIEW, Status.KEPT})
DECIDABLE = AT_WORK | {Status.WAITING}
# Steps that undo an earlier decision.
UNDOING = ("overturn", "overturn_in_part", "reopen")


class Party(StrEnum):
    """The capacity in which somebody acts on a correction; see parties.parties_of."""

    CITIZEN = "citizen"
    HOTLINE = "hotline"
    REVIEWER = "reviewer"
    APPEAL_REVIEWER = "appeal_reviewer"
    OVERSEER = "overseer"
    SYSTEM = "system"


PARTY_LABELS: dict[Party, Promise] = {
    Party.CITIZEN: _("Citizen"),
    Party.HOTLINE: _("Hotline"),
    Party.REVIEWER: _("Reviewer"),
    Party.APPEAL_REVIEWER: _("Reviewer of the appeal"),
    Party.OVERSEER: _("Health officer"),
    Party.SYSTEM: _("System"),
}


@dataclass(frozen=True)
class Step:
    """One row of the table: who may take the step, from which statuses, and the status it leads to.

    reaches: None when the status stays the same. decides: the step says what becomes of the
    proposal, so that only staff with a verified identity take it.
    """

    label: Promise
    taken_by: frozenset[Party]
    leaves: frozenset[Status]
    reaches: Status | None = None
    decides: bool = False


def _by(*parties: Party) -> frozenset[Party]:
    return frozenset(parties)


# The parties who file: the citizen, or an agent for a caller. _DESK: those who decide.
_CITIZEN = _by(Party.CITIZEN, Party.HOTLINE)
_DESK = _by(Party.REVIEWER, Party.APPEAL_REVIEWER)
_SECOND = _DESK | {Party.OVERSEER}

STEPS: dict[str, Step] = {
    # Steps of the citizen, or of the hotline for a caller.
    "file": Step(_("File"), _CITIZEN, frozenset(), Status.RECEIVED),
    "answer": Step(
        _("Answer"), _CITIZEN, frozenset({Status.WAITING, Status.EXPIRED}), Status.QUEUED
    ),
    "add_photo": Step(_("Add a photo"), _CITIZEN, OPEN),
    "withdraw": Step(_("Withdraw"), _CITIZEN, OPEN, Status.WITHDRAWN),
    "appeal": Step(
        _("Appeal"),
        _CITIZEN,
        frozenset(
            {Status.REFUSED, Status.CANNOT_CONFIRM, Status.PARTLY_ACCEPTED, Status.DISAGREED}
        ),
        Status.QUEUED,
    ),
    "log_disagreement": Step(
        _("Keep my disagreement on record"),
        _CITIZEN,
        frozenset({Status.REFUSED, Status.CANNOT_CONFIRM, Status.PARTLY_ACCEPTED, Status.UPHELD}),
        Status.DISAGREED,
    ),
    "confirm": Step(
        _("Yes, it is right now"),
        _CITIZEN,
        frozenset({Status.ACCEPTED, Status.PARTLY_ACCEPTED}),
    ),
    "reopen": Step(
        _("No, it is still wrong"),
        _CITIZEN,
        frozenset({Status.ACCEPTED, Status.PARTLY_ACCEPTED}),
        Status.QUEUED,
    ),
    # Steps of the holder.
    "pick_up": Step(_("Pick up"), _DESK, AT_WORK, Status.IN_REVIEW),
    "give_back": Step(
        _("Give back"), _DESK | {Party.SYSTEM}, frozenset({Status.IN_REVIEW}), Status.QUEUED
    ),
    "ask": Step(_("Ask the citizen"), _DESK, AT_WORK, Status.WAITING),
    "pass_on": Step(_("Pass on: not ours"), _by(Party.REVIEWER), AT_WORK, Status.QUEUED),
    "keep": Step(_("Keep for later"), _DESK, AT_WORK, Status.KEPT, decides=True),
    # The phone numbers are opened; nobody is called about a case that was withdrawn or expired.
    "call": Step(_("Call the citizen"), _DESK, ON_A_DESK | DECIDED),
    # The system, when the population database says that all facts about the person match (ADR 39).
    "accept": Step(
        _("Accept"), _by(Party.REVIEWER, Party.SYSTEM), DECIDABLE, Status.ACCEPTED, decides=True
    ),
    "accept_in_part": Step(
        _("Accept in part"), _by(Party.REVIEWER), DECIDABLE, Status.PARTLY_ACCEPTED, decides=True
    ),
    "refuse": Step(_("Refuse"), _by(Party.REVIEWER), DECIDABLE, Status.REFUSED, decides=True),
    # Not a refusal: nothing in the papers that were searched. On appeal it is the same step.
    "cannot_confirm": Step(
        _("Cannot be confirmed"), _DESK, DECIDABLE, Status.CANNOT_CONFIRM, decides=True
    ),
    "overturn": Step(
        _("Grant the appeal"), _by(Party.APPEAL_REVIEWER), DECIDABLE, Status.ACCEPTED, decides=True
    ),
    "overturn_in_part": Step(
        _("Grant the appeal in part"),
        _by(Party.APPEAL_REVIEWER),
        DECIDABLE,
        Status.PARTLY_ACCEPTED,
        decides=True,
    ),
    "uphold": Step(
        _("Refuse the appeal"), _by(Party.APPEAL_REVIEWER), DECIDABLE, Status.UPHELD, decides=True
    ),
    # Four eyes: the first person's decision waits; a second person confirms it or sends it back.
    "put_forward": Step(
        _("Put before a second person"), _DESK, DECIDABLE, Status.TO_COUNTERSIGN, decides=True
    ),
    "countersign": Step(
        _("Confirm the decision"),
        _SECOND,
        frozenset({Status.TO_COUNTERSIGN}),
        Status.ACCEPTED,
        decides=True,
    ),
    "countersign_in_part": Step(
        _("Confirm the decision in part"),
        _SECOND,
        frozenset({Status.TO_COUNTERSIGN}),
        Status.PARTLY_ACCEPTED,
        decides=True,
    ),
    "hand_back": Step(
        _("Send back to the first reviewer"),
        _SECOND,
        frozenset({Status.TO_COUNTERSIGN}),
        Status.QUEUED,
        decides=True,
    ),
    # Steps of health officers.
    "remind": Step(_("Remind"), _by(Party.OVERSEER, Party.SYSTEM), ON_A_DESK),
    "reassign": Step(
        _("Give to another organization"), _by(Party.OVERSEER), ON_A_DESK, Status.QUEUED
    ),
    "take_over": Step(
        _("Decide in the site’s place"),
        _by(Party.OVERSEER),
        ON_A_DESK,
        Status.IN_REVIEW,
        decides=True,
    ),
    "escalate": Step(_("Escalate"), _by(Party.SYSTEM, Party.HOTLINE), OPEN),
    "note": Step(_("Add a note"), _SECOND | {Party.HOTLINE}, frozenset(Status)),
    # Steps of the system.
    "route": Step(
        _("Send to the desk"), _by(Party.SYSTEM), frozenset({Status.RECEIVED}), Status.QUEUED
    ),
    # The holder was closed, or has no reviewer any more; a claim is given back first.
    "inherit": Step(
        _("Hand over: the organization can no longer act"),
        _by(Party.SYSTEM),
        ON_A_DESK - {Status.IN_REVIEW},
    ),
    "expire": Step(
        _("Close: question not answered"),
        _by(Party.SYSTEM),
        frozenset({Status.WAITING}),
        Status.EXPIRED,
    ),
}


class StepNotPossible(Exception):
    """The step is not possible from the status in which the correction is now."""

    def __init__(self, step: str, status: Status) -> None:
        super().__init__(f"{step} does not leave from {status}")
        self.step = step
        self.status = status


DECIDING = frozenset(name for name, step in STEPS.items() if step.decides)


def after(step_name: str, status: Status) -> Status:
    """Return the status after the step. Raises StepNotPossible."""
    step = STEPS[step_name]
    if status not in step.leaves:
        raise StepNotPossible(step_name, status)
    return step.reaches or status


def possible(status: Status, parties: Iterable[Party], *, may_decide: bool = True) -> list[str]:
    """Return the names of the steps that these parties may take from this status.

    may_decide: False for staff whose identity is not verified.
    """
    capacities = frozenset(parties)
    return [
        name
        for name, step in STEPS.items()
        if status in step.leaves and step.taken_by & capacities and (may_decide or not step.decides)
    ]


class Ground(StrEnum):
    """The 13 grounds on which dispatch 9458/BYT-CNTT (step 2.3) lets a reviewer refuse."""

    SCREENING_FORM_INCOMPLETE = "screening_form_incomplete"
    NAME_CONTRADICTS = "name_contradicts"
    PORTRAIT_ONLY = "portrait_only"
    DOSE_NUMBER_DIFFERS = "dose_number_differs"
    BIRTH_DATE_DIFFERS = "birth_date_differs"
    CERTIFICATE_INCOMPLETE = "certificate_incomplete"
    PERSONAL_DATA_COVERED = "personal_data_covered"
    PHOTO_BLURRED = "photo_blurred"
    DATE_DIFFERS = "date_differs"
    NOTHING_MATCHES = "nothing_matches"
    NAME_WITHOUT_DIACRITICS = "name_without_diacritics"
    VACCINE_DIFFERS = "vaccine_differs"
    PAPER_ALTERED = "paper_altered"


GROUND_LABELS: dict[Ground, Promise] = {
    Ground.SCREENING_FORM_INCOMPLETE: _(
        "Photo of the screening form without date, dose or vaccine"
    ),
    Ground.NAME_CONTRADICTS: _("The name in the proposal contradicts the certificate"),
    Ground.PORTRAIT_ONLY: _("A personal photo only, no certificate"),
    Ground.DOSE_NUMBER_DIFFERS: _("The declared dose number is not that of the certificate"),
    Ground.BIRTH_DATE_DIFFERS: _("The date of birth on the certificate is not that on record"),
    Ground.CERTIFICATE_INCOMPLETE: _("The certificate lacks name, sex, date or vaccine"),
    Ground.PERSONAL_DATA_COVERED: _("Personal data on the certificate are covered"),
    Ground.PHOTO_BLURRED: _("The photo is blurred"),
    Ground.DATE_DIFFERS: _("The declared date is not that of the certificate"),
    Ground.NOTHING_MATCHES: _("Nothing matches the certificate"),
    Ground.NAME_WITHOUT_DIACRITICS: _("The name is incomplete or typed without diacritics"),
    Ground.VACCINE_DIFFERS: _("The declared vaccine is not that of the certificate"),
    Ground.PAPER_ALTERED: _("Personal data on the paper were altered"),
}

# The sentence for the citizen; the reviewer may edit it before it is sent.
GROUND_SENTENCES: dict[Ground, Promise] = {
    Ground.SCREENING_FORM_INCOMPLETE: _(
        "The photo shows a screening form without the date, the dose number or the vaccine. "
        "Please send a photo of the vaccination certificate."
    ),
    Ground.NAME_CONTRADICTS: _(
        "The name in your proposal is not the name on the certificate. "
        "Please check whose certificate it is and file again."
    ),
    Ground.PORTRAIT_ONLY: _(
        "The photo does not show a vaccination certificate. "
        "Please send a photo of the whole certificate."
    ),
    Ground.DOSE_NUMBER_DIFFERS: _(
        "The dose number you gave is not the one on the certificate. "
        "Please file again with the number on the paper."
    ),
    Ground.BIRTH_DATE_DIFFERS: _(
        "The date of birth on the certificate is not the one on record. Please bring the "
        "identity card or the birth certificate to the vaccination site."
    ),
    Ground.CERTIFICATE_INCOMPLETE: _(
        "The photo of the certificate lacks the name, the sex, the date or the vaccine. "
        "Please photograph the whole paper."
    ),
    Ground.PERSONAL_DATA_COVERED: _(
        "Personal data on the certificate are covered. Please photograph it without covering anything."
    ),
    Ground.PHOTO_BLURRED: _(
        "The photo is too blurred to read. Please photograph the paper again, flat and in good light."
    ),
    Ground.DATE_DIFFERS: _(
        "The date you gave is not the one on the certificate. "
        "Please file again with the date on the paper."
    ),
    Ground.NOTHING_MATCHES: _(
        "What you proposed and the certificate do not match in any point. "
        "Please check whether this is the right paper."
    ),
    Ground.NAME_WITHOUT_DIACRITICS: _(
        "The name is incomplete or typed without diacritics. Please file again with the full "
        "name as on the identity card."
    ),
    Ground.VACCINE_DIFFERS: _(
        "The vaccine you gave is not the one on the certificate. "
        "Please file again with the vaccine on the paper."
    ),
    Ground.PAPER_ALTERED: _(
        "Personal data on the paper were altered. "
        "Please bring the original to the vaccination site."
    ),
}
