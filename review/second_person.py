"""The second person: the decision that waits, who may countersign, and what they read before."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from citizens.access import is_same_person
from corrections import actions
from corrections.decisions import far_dates, four_eyes, outcome
from corrections.decisions.outcome import FactChange
from corrections.lifecycle import Status
from corrections.models import Correction
from doses.facts import Field

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class PendingDecision:
    """A decision that waits for a second person, as one user sees it.

    may_sign: this user can be the second person; otherwise why_not says why.
    """

    by: str
    organization: str
    since: datetime
    remark: str
    reasons: list[str]
    own_papers: bool
    changes: list[FactChange]
    effect: str
    is_mine: bool
    may_sign: bool
    why_not: str


def pending_decision(
    case: Correction, user: "User", steps: frozenset[str]
) -> PendingDecision | None:
    """Return the decision that waits for a second person; None without one.

    steps: the steps that this user's parties may take.
    """
    if case.status != Status.TO_COUNTERSIGN or case.pending is None or case.first_by is None:
        return None
    put = case.events.filter(step="put_forward").select_related("organization").latest("at", "pk")
    is_mine = is_same_person(user, case.first_by_id)
    by_table = "countersign" in steps
    may_sign = by_table and actions.may_countersign(case, user)
    return PendingDecision(
        by=case.first_by.full_name,
        organization=put.organization.name if put.organization else "",
        since=put.at,
        remark=case.pending["remark"],
        reasons=four_eyes.in_words(case.pending),
        own_papers=case.pending["own_papers"],
        changes=outcome.outcome_of(case, case.pending["values"]),
        effect=outcome.sentence(case),
        is_mine=is_mine,
        may_sign=may_sign,
        why_not="" if may_sign or not by_table else why_not_second(case, user),
    )


def why_not_second(case: Correction, user: "User") -> str:
    """Return why a user cannot be the second person of a decision."""
    if is_same_person(user, case.first_by_id):
        return _("You decided this yourself. Somebody else confirms it.")
    if is_same_person(user, case.filing.filed_by_id):
        return _("You filed this case. Somebody else confirms the decision.")
    return _("You entered this dose on the record. Somebody else confirms the decision.")


def hint_about_date(case: Correction) -> str:
    """Return that the proposed date needs a second person, and why; empty when it does not."""
    wanted = dict(case.proposed)
    if case.dose is None and case.named_site is not None:
        wanted.setdefault(Field.ORGANIZATION, str(case.named_site.public_id))
    if case.dose is None and not (wanted.get(Field.ORGANIZATION) and wanted.get(Field.VACCINE)):
        return ""
    why = actions.second_person_reasons(case, wanted, own_papers=True)
    if "far_date" not in why:
        return ""
    words = far_dates.from_stored(why["far_date"]).words
    return _("%(why)s. A second person must confirm it.") % {"why": words}
