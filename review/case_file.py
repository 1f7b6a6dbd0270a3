"""The case file: everything about one correction for the reviewer's page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.identity import is_verified
from citizens.access import is_restricted, is_same_person
from citizens.facts import NUMBERS
from citizens.masking import cut_numbers, mask_id
from corrections import actions, disagreements, facts, history, lifecycle, papers, stalled
from corrections import history as corrections_history
from corrections.clocks import deadlines, explain
from corrections.clocks.explain import ClockFile
from corrections.decisions import outcome, population
from corrections.decisions.found_doses import FoundDose
from corrections.decisions.outcome import FactChange
from corrections.disagreements import Disagreement
from corrections.facts import FIELD_LABELS, ComparisonRow
from corrections.history import HistoryEntry, HoldingPeriod, MissedDeadline
from corrections.lifecycle import Party, Status
from corrections.models import Correction, Evidence, FilingChannel, Kind
from corrections.models.case import IDENTITY_KINDS
from corrections.parties import (
    AT_THE_DESK,
    has_decided,
    is_concerned,
    parties_of,
    reads_masked,
    steps_of,
)
from corrections.prechecks.rules import from_json
from doses import facts as dose_facts
from doses import held_sessions
from doses.facts import Field, Position
from doses.models import Dose
from identity.population.questions import Standing
from review import found, hints, second_person
from review.second_person import PendingDecision
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

DECIDING = frozenset({"accept", "refuse", "cannot_confirm", "overturn", "uphold", "keep"})
# Steps with texts between reviewer and citizen after filing.
TALK = frozenset({"ask", "answer", "appeal", "reopen", "log_disagreement"})
DECISIONS = frozenset(
    {
        *("accept", "accept_in_part", "refuse", "cannot_confirm"),
        *("countersign", "countersign_in_part"),
    }
)
EARLIER_SHOWN = 10
# Facts of a dose that its session says too.
OF_A_SESSION = frozenset({Field.GIVEN_ON, Field.ORGANIZATION, Field.VACCINE, Field.LOT})


@dataclass(frozen=True)
class Comparison:
    """The rows of the comparison: what differs, with hints for each row, and what stays.

    hints: those about what stays.
    """

    differing: list[tuple[ComparisonRow, list[str]]]
    same: list[ComparisonRow]
    hints: list[str]


@dataclass(frozen=True)
class OtherDose:
    """Another dose of the citizen; apart: the days between it and the disputed one, as text."""

    dose: Dose
    position: str
    apart: str


@dataclass(frozen=True)
class CaseFile:
    """A correction as one user sees it, with the steps that this user may take now."""

    case: Correction
    user: "User"
    steps: frozenset[str]
    not_yours: str
    # Why the user may not decide, although it is their desk: nobody has verified who they are.
    not_verified: str
    held_until: datetime | None
    now: datetime
    # The reader oversees it from far above: numbers are masked, and photos are not shown.
    is_masked: bool = False

    @property
    def is_mine(self) -> bool:
        """Picked up by this user, in this window or another one."""
        return self.case.status == Status.IN_REVIEW and self.case.reviewer_id == self.user.pk

    @property
    def may_pick_up(self) -> bool:
        return "pick_up" in self.steps and not self.is_mine and self.held_until is None

    @property
    def may_give_back(self) -> bool:
        return "give_back" in self.steps and self.is_mine

    @property
    def may_decide(self) -> bool:
        return bool(self.steps & DECIDING) and self.held_until is None

    @property
    def may_ask(self) -> bool:
        return "ask" in self.steps and self.held_until is None

    @property
    def may_pass_on(self) -> bool:
        return "pass_on" in self.steps and self.held_until is None

    @property
    def may_note(self) -> bool:
        return "note" in self.steps

    @cached_property
    def second(self) -> PendingDecision | None:
        """The decision that waits for a second person; None without one."""
        second = second_person.pending_decision(self.case, self.user, self.steps)
        if second and self.is_masked:
            return replace(second, changes=[], remark=self._shown(second.remark))
        return second

    @cached_property
    def found(self) -> list[FoundDose]:
        """Doses under other names that may be the missing one, for those who may decide."""
        if not self.is_missing_dose or not self.may_decide or self.is_masked:
            return []
        return found.shown(self.case, self.user)

    @cached_property
    def moves(self) -> FoundDose | None:
        """The dose that the waiting decision would move; None without one."""
        waits = self.case.status == Status.TO_COUNTERSIGN and not self.is_masked
        return found.pending(self.case, self.user) if waits else None

    @property
    def stalled(self) -> str:
        """What is said about work on this case that the system set aside; "" without any."""
        return stalled.notice(self.case)

    @property
    def headline(self) -> str:
        return facts.headline(self.case)

    @property
    def compare_with(self) -> str:
        """With which paper the proposal is compared; "" when no paper can show it."""
        return papers.compare_with(self.case, timezone.localdate(self.now))

    @cached_property
    def population(self) -> Standing | None:
        """How the question to the population database stands; None without one."""
        return population.standing(self.case)

    @cached_property
    def disagreements(self) -> list[tuple[Disagreement, str]]:
        """What the citizen had kept against earlier decisions, each with its headline.

        First those about the dose of this case; without this case's own, which its history shows.
        """
        others = [
            replace(one, words=self._shown(one.words))
            for one in disagreements.of_record(self.case.citizen)
            if one.case != self.case
        ]
        others.sort(key=lambda one: one.dose_id is None or one.dose_id != self.case.dose_id)
        return [(one, facts.headline(one.case)) for one in others]

    @property
    def is_missing_dose(self) -> bool:
        return self.case.kind == Kind.MISSING_DOSE

    @property
    def masked_id(self) -> str:
        return mask_id(self.case.citizen.id_number)

    @cached_property
    def comparison(self) -> Comparison:
        """What is proposed beside what is recorded; a missing dose differs in everything."""
        found = self._hints() if self.case.is_open and not self.is_masked else {}
        rows = [
            (row, found.get(row.field, []))
            for row in facts.compare(self.case, masked=self.is_masked)
        ]

        def differs(row: ComparisonRow) -> bool:
            own_value = bool(row.decided) and row.decided != row.recorded
            return self.is_missing_dose or row.is_changed or own_value

        same = [row for row, _hints in rows if not differs(row) and row.recorded]
        if same and self.case.kind in IDENTITY_KINDS:
            # A number that nobody disputes is not needed for the decision.
            hidden = {row.field: row for row in facts.compare(self.case, masked=True)}
            same = [hidden[row.field] if row.field in NUMBERS else row for row in same]
        return Comparison(
            differing=[one for one in rows if differs(one[0])],
            same=same,
            hints=[hint for row, hints in rows if not differs(row) for hint in hints],
        )

    def _hints(self) -> Mapping[str, list[str]]:
        if self.case.kind == Kind.IDENTITY:
            return hints.about_person(self.case.proposed, self.case.citizen.kept)
        if self.case.kind not in (Kind.WRONG_FIELDS, Kind.MISSING_DOSE):
            return {}
        as_it_would_stand = {**self.case.recorded, **self.case.proposed}
        found = hints.hints_about(as_it_would_stand, self.case.citizen, dose=self.case.dose)
        by_field = {field.value: words for field, words in found.items()}
        if hint := second_person.hint_about_date(self.case):
            by_field[Field.GIVEN_ON.value] = [*by_field.get(Field.GIVEN_ON.value, []), hint]
        return by_field

    @cached_property
    def sessions(self) -> list[str]:
        """What the site's sessions say about the dose as it is claimed, in sentences; one query."""
        said = {**self.case.recorded, **self.case.proposed}
        if not self.case.is_open or self.is_masked:
            return []
        if self.is_missing_dose:
            site = self.case.named_site
            return held_sessions.sentences_about(
                {Field.ORGANIZATION: str(site.public_id) if site else "", **said}
            )
        if self.case.kind == Kind.WRONG_FIELDS and OF_A_SESSION & self.case.proposed.keys():
            return held_sessions.sentences_about(said)
        return []

    def changed_since(self) -> list[FactChange]:
        """Facts of the record that changed after the proposal was filed."""
        if self.case.kind != Kind.WRONG_FIELDS or self.case.dose is None or not self.case.is_open:
            return []
        return [
            change
            for change in outcome.changes(self.case.recorded, dose_facts.facts_of(self.case.dose))
            if change.is_changed
        ]

    def other_doses(self) -> list[OtherDose]:
        """The citizen's other doses, oldest first."""
        doses = Dose.objects.of(self.case.citizen).shown_to_citizen()
        if self.case.dose is not None:
            doses = doses.exclude(pk=self.case.dose.pk)
        return [
            OtherDose(
                dose=dose,
                position=str(Position(f"{dose.kind}-{dose.ordinal}").label),
                apart=self._apart(dose),
            )
            for dose in doses
        ]

    def _apart(self, dose: Dose) -> str:
        """Return how many days lie between another dose and this one as it is proposed."""
        as_proposed = dose_facts.known_day({**self.case.recorded, **self.case.proposed})
        if as_proposed is None:
            return ""
        days = abs((as_proposed - dose.given_on).days)
        return ngettext("%(days)s day apart", "%(days)s days apart", days) % {"days": days}

    @cached_property
    def earlier(self) -> list[tuple[Correction, str]]:
        """Other proposals about this citizen, the newest first, each with its headline."""
        others = (
            Correction.objects.of(self.case.citizen)
            .exclude(pk=self.case.pk)
            .select_related("holder")
            .order_by("-received_at", "-pk")[:EARLIER_SHOWN]
        )
        return [(other, facts.headline(other)) for other in others]

    @cached_property
    def history(self) -> list[HistoryEntry]:
        entries = history.entries(self.case, history.Audience.STAFF)
        if not self.is_masked:
            return entries
        return [replace(one, details=tuple(map(cut_numbers, one.details))) for one in entries]

    @property
    def words(self) -> str:
        """What the citizen wrote when filing."""
        return self._shown(self.case.filing.words)

    @property
    def site_text(self) -> str:
        """The site in the citizen's words."""
        return self._shown(self.case.site_text)

    @property
    def remark(self) -> str:
        """What the desk wrote about its decision."""
        return self._shown(self.case.remark_shown)

    @property
    def searched(self) -> list[str]:
        """Where was searched, if it cannot be confirmed."""
        return [self._shown(place) for place in self.case.searched_shown]

    def _shown(self, said: str) -> str:
        """Return a text as the reader may see it: without numbers for those far above."""
        return cut_numbers(said) if self.is_masked else said

    def talk(self) -> list[HistoryEntry]:
        """Questions, answers, and the reasons for an appeal or for reopening."""
        return [line for line in self.history if line.step in TALK]

    def first_decision(self) -> HistoryEntry | None:
        """The decision that the citizen appeals; None without an appeal."""
        if not self.case.on_appeal:
            return None
        steps = [line.step for line in self.history]
        before = self.history[: steps.index("appeal")] if "appeal" in steps else []
        return next((line for line in reversed(before) if line.step in DECISIONS), None)

    @property
    def ended_at(self) -> datetime | None:
        """When a closed case was closed, by a decision or otherwise."""
        return self.case.decided_at or (self.history[-1].at if self.history else None)

    @property
    def age(self) -> timedelta:
        """Time since filing; for a closed case, until it was closed."""
        end = self.now if self.case.is_open else self.ended_at or self.now
        return end - self.case.received_at

    def stays(self) -> list[HoldingPeriod]:
        return corrections_history.stays(self.case, self.now)

    @cached_property
    def misses(self) -> list[MissedDeadline]:
        return corrections_history.misses(self.case)

    def clocks(self) -> list[ClockFile]:
        """Every clock of the case, with the lines that explain its due time."""
        return explain.clock_files(self.case, self.now)

    @cached_property
    def _all_photos(self) -> list[Evidence]:
        return list(self.case.filing.evidence.all())

    def photos(self) -> list[Evidence]:
        """The photos that can be shown."""
        return [photo for photo in self._all_photos if photo.deleted_at is None]

    def deleted_photos(self) -> list[Evidence]:
        """Those that were deleted, long after the case was closed."""
        return [photo for photo in self._all_photos if photo.deleted_at is not None]

    @cached_property
    def is_restricted(self) -> bool:
        """The person asked that the record is used for less."""
        return is_restricted(self.case.citizen)

    def told(self) -> list[tuple[str, str]]:
        """Warnings that the citizen saw and did not follow: name of the field, and the sentence."""
        lines = [
            (str(FIELD_LABELS.get(Field(w.field), "")) if w.field in set(Field) else "", w.sentence)
            for w in from_json(self.case.warnings)
        ]
        for number, photo in enumerate(self._all_photos, 1):
            place = _("Photo %(number)s") % {"number": number}
            lines += [(place, w.sentence) for w in from_json(photo.warnings)]
        return [(place, self._shown(sentence)) for place, sentence in lines]

    @property
    def was_told(self) -> bool:
        """Filed on our own pages, which show all warnings before sending."""
        return self.case.filing.channel == FilingChannel.WEB


def case_file_of(case: Correction, user: "User") -> CaseFile:
    """Return the case file for a user who may see the case."""
    now = db_time.now()
    parties = parties_of(user, case)
    steps = frozenset(steps_of(user, case, parties))
    by_table = lifecycle.possible(Status(case.status), parties)
    return CaseFile(
        case=case,
        user=user,
        steps=steps,
        not_yours="" if parties & AT_THE_DESK else why_not(case, user),
        not_verified=not_verified() if len(by_table) > len(steps) else "",
        held_until=_held_until(case, user, now),
        now=now,
        is_masked=reads_masked(user, case),
    )


def not_verified() -> str:
    """Return what staff read who may not decide yet, and whom they ask."""
    return _(
        "Nobody has verified who you are, so you may not decide. Ask the lead of your site or the "
        "health officer above: they enter your ID number and date of birth on your page under Staff."
    )


def why_not(case: Correction, user: "User") -> str:
    """Return why a user who sees the case may not decide it."""
    if is_concerned(user, case):
        return _(
            "This is about you or somebody of your family. Nobody decides about themselves or "
            "their family: a colleague does."
        )
    if is_same_person(user, case.filing.filed_by_id):
        return _("You filed this case yourself. A colleague decides.")
    if case.on_appeal and has_decided(user, case):
        return _("You had a hand in the first decision. Somebody else decides the appeal.")
    if not is_verified(user):
        return not_verified()
    return _("You may read this case, but not decide it.")


def _held_until(case: Correction, user: "User", now: datetime) -> datetime | None:
    """Return until when a colleague's claim counts; None when no colleague works on it."""
    if not case.is_open or case.picked_up_at is None or case.reviewer_id in (None, user.pk):
        return None
    until = case.picked_up_at + deadlines.CLAIM_TIME
    return until if until > now else None


def since_version(case: Correction, version: int) -> list[HistoryEntry]:
    """Return what happened to a case after this version.

    Every step that raises the version adds one; filing is version 1.
    """
    events = case.events.order_by("at", "pk")
    steps = [
        line
        for event, line in zip(events, history.entries(case, history.Audience.STAFF), strict=True)
        if actions.moves_version(event.step, Party(event.party))
    ]
    return steps[version:]
