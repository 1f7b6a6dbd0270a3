"""What the pages of doses on record twice show: lines of the list, and two doses side by side."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citizens.models import RecordVisit
from citizens.visits import log_listed, log_once_a_day
from corrections.models import Correction, Evidence
from corrections.photos import evidence
from doses.facts import dose_title
from doses.history import facts_in_words
from doses.models import Dose, DoseRevision, ReceivedLot, VaccinationSession
from matching.models import MatchPair
from review.duplicates.pairs import desks_of
from review.duplicates.pairs import pairs_of as records_of
from review.models import DoseChange, DosePair, DosePairAct
from review.twice import deciding, pairs
from vaxreg import ui
from vaxreg.paging import Page

if TYPE_CHECKING:
    from accounts.models import User

MOST_PHOTOS = 6


@dataclass(frozen=True)
class PairRow:
    """A line of the list. people_first: two records of the person wait to be decided."""

    pair: DosePair
    titles: tuple[str, str]
    near: str
    people_first: bool
    waits: bool


@dataclass(frozen=True)
class Side:
    """One of both doses. first: the revision with which it was entered; lot_known: None without lot."""

    letter: str
    dose: Dose
    title: str
    first: DoseRevision
    last: DoseRevision
    lot_known: bool | None
    sessions: list[VaccinationSession]
    case: Correction | None
    is_theirs: bool


@dataclass(frozen=True)
class Fact:
    """A fact of both doses in words."""

    label: str
    one: str
    other: str

    @property
    def differs(self) -> bool:
        return self.one != self.other


@dataclass(frozen=True)
class PairPage:
    """Both doses side by side. records: two records of the person that are decided first.

    gone: the dose that went as a double, and may count again.
    """

    pair: DosePair
    near: str
    sides: tuple[Side, Side]
    facts: list[Fact]
    photos: list[Evidence]
    acts: list[DosePairAct]
    waiting: DoseChange | None
    may_confirm: bool
    records: MatchPair | None
    records_seen: bool
    gone: Dose | None

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The doses to choose from, by id."""
        return [
            (
                str(side.dose.pk),
                f"{side.letter} · {side.title} · {ui.day(side.dose.given_on)} · {side.dose.place}",
            )
            for side in self.sides
        ]

    @property
    def is_changed(self) -> bool:
        """Whether either dose was changed since it was entered."""
        return any(side.last.number > 1 for side in self.sides)

    @property
    def has_case(self) -> bool:
        """Whether an open case is about either dose."""
        return any(side.case is not None for side in self.sides)

    @property
    def missing(self) -> str:
        """What only one of both doses has, in words; "" if nothing."""
        lots = {side.dose.lot for side in self.sides}
        if len(lots) == 2 and "" in lots and any(side.is_theirs for side in self.sides):
            return _("Lot number %(lot)s") % {"lot": max(lots)}
        return ""


def listed(page: Page[DosePair], user: "User") -> list[PairRow]:
    """Return the lines of one page, and log whom it shows."""
    people = {pair.citizen_id for pair in page.rows}
    log_listed(user, people)
    first = pairs.people_first(people)
    waiting = _waiting([key for pair in page.rows for key in (pair.one_id, pair.other_id)])
    return [
        PairRow(
            pair,
            (dose_title(pair.one), dose_title(pair.other)),
            near_in_words(pair),
            pair.citizen_id in first,
            bool({pair.one_id, pair.other_id} & waiting),
        )
        for pair in page.rows
    ]


def near_in_words(pair: DosePair) -> str:
    """Return in the reader's language why both may be one dose."""
    if pair.near == DosePair.Near.CLOSE:
        return ngettext("%(days)d day apart", "%(days)d days apart", pair.days) % {
            "days": pair.days
        }
    return str(DosePair.Near(pair.near).label)


def opened(user: "User", pair: DosePair) -> PairPage:
    """Return both doses side by side, and log that the user has seen their person.

    Raises gate.CannotLook outside of the user's cases.
    """
    log_once_a_day(
        user,
        [pair.citizen_id],
        RecordVisit.Why.REVIEW,
        organization=desks_of(user).order_by("path").first(),
        ground=pairs.ground_of(user, pair),
        seen=RecordVisit.Seen.RECORD,
        reference=f"twice:{pair.pk}",
    )
    doses = Dose.objects.select_related("vaccine", "organization", "session", "citizen")
    one, other = doses.filter(pk__in=[pair.one_id, pair.other_id]).order_by("pk")
    sides = _side("A", one, user), _side("B", other, user)
    photos = evidence.seen_by(user, as_staff=True)
    photos = photos.filter(
        filing__corrections__citizen__in={one.citizen_id, other.citizen_id, pair.citizen_id}
    )
    acts = DosePairAct.objects.filter(pair=pair)
    waiting = deciding.waiting_change(pair)
    records = pairs.people_first([pair.citizen_id]).get(pair.citizen_id)
    return PairPage(
        pair=pair,
        near=near_in_words(pair),
        sides=sides,
        facts=_facts(one, other),
        photos=list(photos.distinct().order_by("-pk")[:MOST_PHOTOS]),
        acts=list(acts.select_related("by", "organization", "change__decided_by")),
        waiting=waiting,
        may_confirm=waiting is not None
        and waiting.by_id != user.pk
        and deciding.may_confirm(user, waiting),
        records=records,
        records_seen=records is not None and records_of(user).filter(pk=records.pk).exists(),
        gone=deciding.undoable(pair, one, other),
    )


def _waiting(doses: Collection[int]) -> set[int]:
    rows = DoseChange.objects.filter(dose__in=doses, state=DoseChange.State.WAITING)
    return set(rows.values_list("dose_id", flat=True))


def _side(letter: str, dose: Dose, user: "User") -> Side:
    revisions = list(
        DoseRevision.objects.filter(dose=dose)
        .select_related("by", "by_organization")
        .order_by("number")
    )
    lots = ReceivedLot.objects.standing().filter(
        organization=dose.organization_id, vaccine=dose.vaccine_id, number=dose.lot
    )
    days = VaccinationSession.objects.filter(organization=dose.organization_id, on=dose.given_on)
    cases = Correction.objects.visible_to(user).open().filter(dose=dose)
    return Side(
        letter=letter,
        dose=dose,
        title=dose_title(dose),
        first=revisions[0],
        last=revisions[-1],
        lot_known=lots.exists() if dose.lot else None,
        sessions=list(days.exclude(status=VaccinationSession.Status.CANCELLED).order_by("pk")[:3]),
        case=cases.order_by("received_at").first(),
        is_theirs=deciding.acting_for(user, dose)[1],
    )


def _facts(one: Dose, other: Dose) -> list[Fact]:
    here, there = _in_words(one), _in_words(other)
    return [
        Fact(label, value, there[label]) for label, value in here.items() if value or there[label]
    ]


def _in_words(dose: Dose) -> Mapping[str, str]:
    return facts_in_words(dose) | {_("Source"): str(dose.get_provenance_display())}
