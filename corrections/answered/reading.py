"""The answered cases of some desks, as the list shows them: what was proposed beside the dose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corrections import case_pages, facts
from corrections.answered.obstacles import WORDS, Obstacle, Viewer
from corrections.facts import FIELD_LABELS
from corrections.models import Correction, CorrectionQuerySet
from doses.facts import Field, facts_of
from doses.models import Dose
from vaxreg.paging import Page

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 25


@dataclass(frozen=True)
class AnsweredRow:
    """One case beside its dose. facts: label, what was proposed, what the record says.

    why_not: what keeps the reader from closing it here; "" if nothing does.
    """

    case: Correction
    dose: Dose
    headline: str
    facts: list[tuple[str, str, str]]
    why_not: str
    was_refused: str

    @property
    def value(self) -> str:
        """What its tick sends: the case, and the version of it that the page shows."""
        return f"{self.case.reference}.{self.case.version}"


def answered(cases: CorrectionQuerySet) -> CorrectionQuerySet:
    """Return those of these cases that are open and answered by a dose on record."""
    found: CorrectionQuerySet = cases.open().filter(answered_by__isnull=False)
    return found


def count(cases: CorrectionQuerySet) -> int:
    """Return how many of these cases are answered, without those being closed."""
    return answered(cases).filter(answered_by__asked_at=None).count()


def in_work(cases: CorrectionQuerySet) -> int:
    """Return how many of these cases a background job is closing."""
    return answered(cases).filter(answered_by__asked_at__isnull=False).count()


def page(cases: CorrectionQuerySet, where: Mapping[str, str]) -> Page[Correction]:
    """Return up to 25 answered cases, the most urgent first, without those being closed."""
    return case_pages.page(
        answered(cases)
        .filter(answered_by__asked_at=None)
        .select_related(
            "citizen",
            "filing",
            "holder",
            "answered_by__dose__vaccine",
            "answered_by__dose__organization",
        ),
        where,
        by="due_at",
        size=PAGE_SIZE,
    )


def rows(cases: list[Correction], user: "User") -> list[AnsweredRow]:
    """Return these cases as the list shows them to the user."""
    viewer = Viewer.of(user, cases)
    recorded: dict[int, dict[str, Any]] = {
        case.pk: facts_of(case.answered_by.dose) for case in cases
    }
    names = facts.names_in([*(case.proposed for case in cases), *recorded.values()])
    found = []
    for case in cases:
        obstacle = viewer.obstacle(case)
        refused = case.answered_by.refused
        found.append(
            AnsweredRow(
                case=case,
                dose=case.answered_by.dose,
                headline=facts.headline(case),
                facts=[
                    (
                        str(FIELD_LABELS[name]),
                        facts.show(name, str(case.proposed.get(name, "")), names),
                        facts.show(name, str(recorded[case.pk][name]), names),
                    )
                    for name in Field
                    if case.proposed.get(name) or recorded[case.pk][name]
                ],
                why_not=str(WORDS[obstacle]) if obstacle else "",
                was_refused=str(WORDS[Obstacle(refused)]) if refused else "",
            )
        )
    return found
