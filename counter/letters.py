"""Answers for people without a phone: what is still to be printed, the text, and that it was."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import override

from citizens.models import RecordVisit
from citizens.visits import log_listed, log_visit
from corrections import facts, history
from corrections.lifecycle import GROUND_LABELS, Ground, Status
from corrections.models import Correction, CorrectionEvent
from counter.filing import filings_of
from counter.models import PrintedLetter
from organizations.models import Organization
from portal import record_page
from portal.record_page import DecisionLine
from review import citizen_preview
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

# What is told by SMS to whoever has a phone, of which there is something to answer or to know.
ANSWERS = (
    *("ask", "accept", "accept_in_part", "refuse", "cannot_confirm", "countersign"),
    *("countersign_in_part", "overturn", "overturn_in_part", "uphold", "expire"),
)
MOST_SHOWN = 100


@dataclass(frozen=True)
class Letter:
    """The text of an answer, in Vietnamese, as the person reads it."""

    case: Correction
    event: CorrectionEvent
    office: Organization
    headline: str
    standing: str
    question: str
    ground: str
    searched: list[str]
    remark: str
    results: list[DecisionLine]
    next: list[str]


def how_many_wait(user: "User") -> int:
    """Return how many letters of the user's offices are still to be printed, at most 100."""
    return _waiting(user).count()


def waiting(user: "User") -> list[Correction]:
    """Return the cases of the user's offices whose last answer is not printed yet, newest last.

    Each has `answer` (id of the event) and `answered_at`. That the user saw whom is logged.
    """
    return _seen(_waiting(user), user)


def printed(user: "User") -> list[Correction]:
    """Return the cases whose last answer was printed, the newest first."""
    return _seen(_answered(user, printed=True)[:MOST_SHOWN], user)


def letter_of(user: "User", reference: str) -> Letter | None:
    """Return the last answer of a case of the user's offices, and log that it was seen.

    None for any other case, and while there is no answer.
    """
    case = _answered(user).filter(reference=reference).first()
    if case is None or case.filing.office is None:
        return None
    log_visit(
        user,
        case.citizen.kept,
        RecordVisit.Why.REVIEW,
        organization=case.filing.office,
        ground=RecordVisit.Ground.COUNTER,
        seen=RecordVisit.Seen.CASE,
        reference=case.reference,
    )
    event = case.events.filter(step__in=ANSWERS).latest("at", "id")
    with override(case.filing.answer_language):
        asks = case.status == Status.WAITING
        rows = facts.compare(case)
        is_changed = case.decided_at is not None and not case.is_turned_down
        return Letter(
            case=case,
            event=event,
            office=case.filing.office,
            headline=facts.headline(case),
            standing=_standing(case),
            question=event.remark_shown if asks else "",
            ground=str(GROUND_LABELS[Ground(case.ground)]) if case.ground else "",
            searched=list(case.searched_shown),
            remark="" if asks else case.remark_shown,
            results=record_page.results(rows) if is_changed else [],
            next=citizen_preview.next_of(case),
        )


def _standing(case: Correction) -> str:
    if case.status == Status.WAITING:
        names = {"organization": case.holder.name if case.holder else ""}
        return _("%(organization)s has a question for you.") % names
    return history.status_sentence(case)


def mark_printed(letter: Letter, *, by: "User") -> None:
    """Store that this answer was printed and goes to the person."""
    PrintedLetter.objects.create(
        event=letter.event, by=by, organization=letter.office, at=db_time.now()
    )


def _waiting(user: "User") -> QuerySet[Correction]:
    return _answered(user, printed=False).reverse()[:MOST_SHOWN]


def _seen(rows: QuerySet[Correction], user: "User") -> list[Correction]:
    shown = list(rows)
    log_listed(user, (case.citizen.kept.pk for case in shown))
    return shown


def _answered(user: "User", *, printed: bool | None = None) -> QuerySet[Correction]:
    """Return what was answered of the cases of people without a phone, the newest answer first."""
    answers = CorrectionEvent.objects.filter(correction=OuterRef("pk"), step__in=ANSWERS)
    last = answers.order_by("-at", "-id")
    found = (
        Correction.objects.filter(filing__in=filings_of(user).filter(contact_phone=""))
        .annotate(
            answer=Subquery(last.values("id")[:1]), answered_at=Subquery(last.values("at")[:1])
        )
        .annotate(is_printed=Exists(PrintedLetter.objects.filter(event=OuterRef("answer"))))
        .filter(answer__isnull=False)
    )
    if printed is not None:
        found = found.filter(is_printed=printed)
    return found.select_related(
        "citizen__merged_into", "filing__filed_by", "filing__office", "holder", "dose"
    ).order_by("-answered_at", "-pk")
