"""The content of the record page: whose records the user may open, their doses, open corrections.

Read-only. A proposed missing dose is shown beside the recorded ones at once, marked self-declared;
it counts nowhere else until it is verified.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from citizens.models import Citizen, RecordLink
from corrections import disagreements, facts, lifecycle
from corrections.disagreements import Disagreement
from corrections.models import Correction, Kind
from corrections.models.case import DOSE_KINDS
from doses.facts import Field, Position
from doses.models import Dose, DoseRevision
from doses.schedule import due_next
from doses.vaccines import group_name
from portal import dose_states
from portal.dose_states import DoseState
from vaxreg import db_time
from vaxreg.typed.dates import PartialDate

if TYPE_CHECKING:
    from accounts.models import User

# For this long a dose is marked as changed by a correction.
RECENTLY = timedelta(days=30)
MOST_NOT_GRANTED = 40

StateOf = Callable[[Correction], DoseState]

SOURCES: dict[str, Promise] = {
    Dose.Provenance.SITE_ENTRY: gettext_lazy("Source: entered by the vaccination site"),
    Dose.Provenance.BACK_ENTRY: gettext_lazy("Source: entered later from the site’s papers"),
    Dose.Provenance.CORRECTION: gettext_lazy("Source: a proposal that was accepted"),
    Dose.Provenance.PARTNER: gettext_lazy("Source: another health system"),
    Dose.Provenance.SELF_DECLARED: gettext_lazy("Source: self-declared, not yet verified"),
    Dose.Provenance.ABROAD: gettext_lazy("Source: a certificate of another country"),
}


@dataclass(frozen=True)
class RecordHolder:
    """A record that the user may open: their own, or one of which they are guardian."""

    citizen: Citizen
    is_own: bool
    # VNeID has verified that the user is this person.
    is_verified: bool = False
    # The ID number was proven when the record was opened, by the person or for a child: to others
    # it was never shown.
    shows_number: bool = False


@dataclass(frozen=True)
class DoseCard:
    """One dose on the record page; `dose` is None for a proposed one."""

    badge: str
    title: str
    given_on: PartialDate | None
    site: str
    lot: str
    source: str
    dose: Dose | None = None
    open_correction: Correction | None = None
    state: DoseState | None = None
    changed_at: datetime | None = None
    changed_by: str = ""
    is_new: bool = False
    # The proposal that was closed and not granted, until the citizen puts its answer away.
    closed: Correction | None = None
    # What the citizen had kept against decisions about it, the newest first.
    disagreements: Sequence[Disagreement] = ()

    @property
    def is_proposed(self) -> bool:
        """Declared by the citizen and not verified yet."""
        return self.dose is None and self.closed is None


def people(user: "User") -> list[RecordHolder]:
    """Return the records that the user may open now, their own first. One query."""
    links = (
        RecordLink.objects.live()
        .filter(user=user)
        .select_related("citizen__area", "citizen__merged_into__area")
        .order_by("-relation", "id")
    )
    found: dict[int, RecordHolder] = {}
    for link in links:
        # Two links may lead to one person whose records were merged.
        record = link.citizen.kept
        is_own = link.relation == RecordLink.Relation.SELF
        by_vneid = link.proven_by == RecordLink.Proof.VNEID
        shows = link.proven_by != RecordLink.Proof.PHONE_AND_BIRTH and (
            link.relation != RecordLink.Relation.RELATIVE
        )
        one = RecordHolder(record, is_own, is_own and by_vneid, shows)
        earlier = found.setdefault(record.pk, one)
        if shows and not earlier.shows_number:
            found[record.pk] = replace(earlier, shows_number=True)
    return list(found.values())


def cards(citizen: Citizen, *, whose: str = "") -> list[DoseCard]:
    """Return the doses of a record, newest first, with proposed and refused ones. 8 queries.

    whose: the person's name, unless the reader is that person.
    """
    now = db_time.now()
    state = partial(dose_states.state_of, now=now, whose=whose)
    open_ones = list(
        Correction.objects.of(citizen)
        .open()
        .select_related("holder", "named_site", "named_area")
        .order_by("received_at", "id")
    )
    about = {case.dose_id: case for case in open_ones if case.kind in DOSE_KINDS}
    changes = _changes_since(citizen, now - RECENTLY)
    kept = disagreements.of_record(citizen)
    of_dose = disagreements.by_dose(kept)
    missing = [case for case in open_ones if case.kind == Kind.MISSING_DOSE]
    refused, not_added = _not_granted(citizen, missing)
    shown = [
        replace(
            _recorded(dose, about.get(dose.pk), changes.get(dose.pk), refused.get(dose.pk), state),
            disagreements=of_dose.get(dose.pk, ()),
        )
        for dose in Dose.objects.of(citizen).shown_to_citizen()
    ]
    names = facts.names_in([case.proposed for case in (*missing, *not_added)])
    shown += [_proposed(case, names, state) for case in missing]
    shown += [
        replace(
            _closed(case, names, state),
            disagreements=[one for one in kept if one.case.pk == case.pk],
        )
        for case in not_added
    ]
    # A dose without a date is sorted first, so that it is seen.
    return sorted(
        shown, key=lambda card: card.given_on.first if card.given_on else date.max, reverse=True
    )


@dataclass(frozen=True)
class DueLine:
    """A dose that is due: what it is, since when or from when on, and where that is written."""

    title: str
    due_on: date
    is_due: bool
    source: str


def due(citizen: Citizen, cards: Sequence[DoseCard]) -> list[DueLine]:
    """Return what is due next for the person of these cards, the earliest first; one query."""
    doses = [card.dose for card in cards if card.dose is not None]
    today = timezone.localdate(db_time.now())
    return [
        DueLine(
            title=_title(one.position, group_name(one.group)),
            due_on=one.due_on,
            is_due=one.due_on <= today,
            source=one.source,
        )
        for one in due_next(doses, citizen.date_of_birth, today)
    ]


def dose_of(citizen: Citizen, public_id: UUID) -> Dose | None:
    """Return a dose of this record, also one that was entered in error; None for another's."""
    doses = Dose.objects.of(citizen).select_related("vaccine", "organization")
    return doses.filter(public_id=public_id).first()


def _changes_since(citizen: Citizen, since: datetime) -> dict[int, DoseRevision]:
    """Return, by dose, the latest change that a correction made since then."""
    revisions = (
        DoseRevision.objects.filter(dose__in=Dose.objects.of(citizen), at__gte=since)
        .exclude(correction_reference="")
        .order_by("at", "id")
    )
    return {revision.dose_id: revision for revision in revisions}


def _recorded(
    dose: Dose,
    correction: Correction | None,
    change: DoseRevision | None,
    refused: Correction | None,
    state: StateOf,
) -> DoseCard:
    closed = refused if correction is None else None
    told = correction or closed
    position = f"{dose.kind}-{dose.ordinal}"
    return DoseCard(
        badge=_badge(position),
        title=_title(position, dose.vaccine.name),
        given_on=PartialDate(dose.given_on),
        site=dose.place,
        lot=dose.lot,
        source=str(SOURCES[dose.provenance]),
        dose=dose,
        open_correction=correction,
        closed=closed,
        state=state(told) if told else None,
        changed_at=change.at if change else None,
        changed_by=change.correction_reference if change else "",
        is_new=change is not None and change.number == 1,
    )


def _proposed(case: Correction, names: Mapping[str, str], state: StateOf) -> DoseCard:
    said = case.proposed
    day = said.get(Field.GIVEN_ON)
    place = case.named_site or case.named_area
    site = names.get(said.get(Field.ORGANIZATION, "")) or case.site_text or (str(place or ""))
    return DoseCard(
        badge=_badge(said.get(Field.POSITION, "")),
        title=_title(said.get(Field.POSITION, ""), names.get(said.get(Field.VACCINE, ""), "")),
        given_on=PartialDate.fromisoformat(day) if day else None,
        site=site,
        lot=said.get(Field.LOT, ""),
        source=str(SOURCES[Dose.Provenance.SELF_DECLARED]),
        open_correction=case,
        state=state(case),
    )


def _not_granted(
    citizen: Citizen, open_ones: list[Correction]
) -> tuple[dict[int, Correction], list[Correction]]:
    """Return closed proposals that were not granted: by recorded dose, and of missing doses.

    Without those that the citizen put away, and those that were proposed again since: the newer
    proposal says what became of it. Of a recorded dose the newest alone may say so.
    """
    closed = (
        Correction.objects.of(citizen)
        .closed()
        .filter(kind__in=(*DOSE_KINDS, Kind.MISSING_DOSE))
        .with_dismissal()
        .select_related("holder", "named_site", "named_area")
        .order_by("-received_at", "-id")[:MOST_NOT_GRANTED]
    )
    newest: dict[int, Correction] = {}
    again = {(case.proposed.get(Field.POSITION), _day_of(case)) for case in open_ones}
    not_added = []
    for case in closed:
        subject = (case.proposed.get(Field.POSITION), _day_of(case))
        if case.kind != Kind.MISSING_DOSE and case.dose_id:
            newest.setdefault(case.dose_id, case)
        elif case.status in lifecycle.GRANTED:
            again.add(subject)
        elif case.status in lifecycle.NOT_GRANTED and subject not in again:
            again.add(subject)
            not_added.append(case)
    return (
        {dose: case for dose, case in newest.items() if _stands(case)},
        [case for case in not_added if _stands(case)],
    )


def _stands(case: Correction) -> bool:
    """Whether a closed proposal was not granted, and its answer is not put away."""
    return case.status in lifecycle.NOT_GRANTED and not case.is_dismissed  # type: ignore[attr-defined]


def _day_of(case: Correction) -> str:
    return str(case.proposed.get(Field.GIVEN_ON, ""))


def _closed(case: Correction, names: Mapping[str, str], state: StateOf) -> DoseCard:
    source = _("Source: self-declared, not confirmed")
    return replace(_proposed(case, names, state), open_correction=None, closed=case, source=source)


def _title(position: str, vaccine: str) -> str:
    which = str(Position(position).label) if position else _("Dose of unknown number")
    return " · ".join([which, vaccine or _("vaccine not known")])


def _badge(position: str) -> str:
    """Return a label of at most three characters: 2, + for additional, N1 for the first booster."""
    kind, _dash, ordinal = position.partition("-")
    if kind == Dose.Kind.BOOSTER:
        return pgettext("badge of a booster dose", "B%(number)s") % {"number": ordinal}
    return {Dose.Kind.PRIMARY.value: ordinal, Dose.Kind.ADDITIONAL.value: "+"}.get(kind, "?")


@dataclass(frozen=True)
class DecisionLine:
    """One fact of a decision: the old and new value, and the proposed one if it differs."""

    label: str
    before: str
    now: str
    proposed: str

    @property
    def is_changed(self) -> bool:
        """The decision changed this fact."""
        return self.before != self.now

    @property
    def is_as_proposed(self) -> bool:
        """The new value is the proposed one, or nothing was proposed."""
        return not self.proposed or self.proposed == self.now


def results(rows: Sequence[facts.ComparisonRow]) -> list[DecisionLine]:
    """Return the rows of a decided correction that the decision changed or refused."""
    lines = [
        DecisionLine(
            label=row.label,
            before=row.recorded,
            now=row.decided or row.recorded,
            proposed=row.proposed if row.is_proposed else "",
        )
        for row in rows
    ]
    return [line for line in lines if line.is_changed or not line.is_as_proposed]
