"""A preview of a decision as the citizen will read it, with what they can do next."""

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from corrections import history, lifecycle, next_steps, ready_texts
from corrections.lifecycle import GROUND_LABELS, Ground, Party, Status
from corrections.models import Correction
from corrections.routing import desks
from corrections.searched import About, searched_labels
from vaxreg import db_time

# What the citizen may do after a decision, by step.
NEXT: dict[str, Promise] = {
    "appeal": _("Appeal within 30 days: %(desk)s decides anew."),
    "log_disagreement": _("Have your disagreement kept with the record, in your own words."),
    "confirm": _("Say that the record is right now."),
    "reopen": _("Say within 30 days that it is still wrong: we look at it again."),
}
FILE_AGAIN = _("Report it again with a clear photo of the whole paper.")
# What else they may do when it cannot be confirmed, by what it is about.
AFTER_A_SEARCH: dict[About, tuple[Promise, ...]] = {
    About.MISSING_DOSE: (
        _("If another site may have given the dose: report it again and name that site."),
        _("Bring other papers, or somebody who saw it being given, to %(organization)s."),
    ),
    About.RECORDED_DOSE: (
        _("Report it again with a photo of another paper."),
        _("Bring other papers, or somebody who saw it being given, to %(organization)s."),
    ),
    About.PERSON: (
        _("Report it again with a photo of the identity paper."),
        _("Bring the identity paper to %(organization)s."),
    ),
}


@dataclass(frozen=True)
class CitizenPreview:
    """The text of the citizen's page, in the citizen's language."""

    language: str
    standing: str
    ground: str
    searched: list[str]
    remark: str
    next: list[str]


def preview_of(
    case: Correction,
    step: str,
    *,
    remark: str,
    ground: str = "",
    searched: Collection[str] = (),
    searched_words: str = "",
) -> CitizenPreview:
    """Return what the citizen will read if this step is taken now."""
    decided = copy(case)
    decided.status = lifecycle.after(step, Status(case.status))
    decided.decided_at = db_time.now()
    language = case.filing.answer_language
    with override(language):
        return CitizenPreview(
            language=language,
            standing=history.status_sentence(decided),
            ground=str(GROUND_LABELS[Ground(ground)]) if ground else "",
            searched=searched_labels(searched, searched_words),
            remark=ready_texts.in_readers_language(remark),
            next=next_of(decided),
        )


def next_of(decided: Correction) -> list[str]:
    """Return what the person can do after this decision, a sentence each."""
    steps = next_steps.offered(decided, {Party.CITIZEN}, db_time.now())
    desk = desks.appeal_desk(decided)
    words = [
        str(NEXT[step]) % {"desk": desk.name if desk else ""} for step in steps if step in NEXT
    ]
    if decided.status == Status.CANNOT_CONFIRM:
        names = {"organization": decided.holder.name if decided.holder else ""}
        return [*(str(one) % names for one in AFTER_A_SEARCH[decided.about]), *words]
    return [str(FILE_AGAIN), *words] if decided.status == Status.REFUSED else words
