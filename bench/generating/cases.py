"""The corrections of a chunk: whose, about what, how far they have come, and what became of it."""

import random
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bench.generating.desks import CaseDesks
from bench.generating.given import BRANDS, FIRST_DAY, LAST, SERIES, GivenDose, keep_apart
from bench.generating.persons import RecordedPerson, RevisedPerson, uuid_of
from bench.generating.places import CITY, SHARE_OF_CORRECTIONS, Country
from bench.generating.size import Chunk, RegistrySize
from bench.generating.stories import Story
from bench.matching.population import almost
from corrections.decisions import four_eyes
from corrections.lifecycle import OPEN, Ground, Party, Status
from corrections.models import Kind
from corrections.models.case import IDENTITY_KINDS, REMOVING_KINDS
from corrections.reference import ALPHABET, check_character
from corrections.searched import Searched

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Days back to the last decisions; days by which a recorded day is wrong at most, so that no second
# person has to look at it (decisions/far_dates.py).
LATEST, FAR = 90, 20
OPEN_SHARE = 0.1
# Accounts whose phone is the one on record; the others' was mistyped, or has changed.
SAME_PHONE = 0.8
OPEN_MIX = {
    Status.QUEUED: 62, Status.IN_REVIEW: 5, Status.WAITING: 12, Status.KEPT: 12,
    Status.TO_COUNTERSIGN: 6, Status.RECEIVED: 3,
}  # fmt: skip
CLOSED_MIX = {
    Status.ACCEPTED: 66, Status.PARTLY_ACCEPTED: 6, Status.REFUSED: 11, Status.CANNOT_CONFIRM: 6,
    Status.DISAGREED: 2, Status.UPHELD: 2, Status.WITHDRAWN: 4, Status.EXPIRED: 3,
}  # fmt: skip
# The site with very many: hardly anything is decided there.
BUSY_MIX = {
    Status.QUEUED: 94, Status.KEPT: 2, Status.WAITING: 2, Status.IN_REVIEW: 1,
    Status.TO_COUNTERSIGN: 1,
}  # fmt: skip
KINDS = {
    Kind.WRONG_FIELDS: 50, Kind.MISSING_DOSE: 28, Kind.IDENTITY: 10, Kind.DUPLICATE: 5,
    Kind.NOT_MINE: 3, Kind.NEVER_GIVEN: 2, Kind.SPLIT_RECORD: 2,
}  # fmt: skip
WORDS = (
    "Sổ ghi sai vắc xin mũi này.", "Tôi đã tiêm nhưng tra cứu không thấy.", "Ngày tiêm trên giấy khác.",
    "", "Tên tôi bị gõ thiếu dấu.", "Giấy xác nhận có hai mũi, trên sổ chỉ có một.",
)  # fmt: skip
QUESTION = "Bạn cho biết số giường hoặc bàn tiêm hôm đó?"
ANGER = "Tôi không đồng ý, tôi còn giữ giấy xác nhận."
KEEPING = "Chờ đối chiếu sổ giấy của buổi tiêm."
# A number of 27 ** 7 without a common factor: every correction has another reference.
REFERENCES, REFERENCE_STEP = len(ALPHABET) ** 7, 6_700_417


@dataclass
class GeneratedCase:
    """A correction with everything that belongs to it. number: from 0, over the whole registry."""

    number: int
    kind: Kind
    status: Status
    person: RecordedPerson
    public_id: str
    reference: str
    filer: int
    story: Story
    subject: str
    recorded: dict[str, str]
    proposed: dict[str, str]
    words: str
    dose: GivenDose | None = None
    # The dose that was missing, and that its acceptance added.
    added: GivenDose | None = None
    decided: dict[str, str] | None = None
    named_site: int | None = None
    named_area: int | None = None
    routing_reason: dict[str, str] = field(default_factory=dict)
    is_pool: bool = False
    on_appeal: bool = False
    ground: str = ""
    remark: str = ""
    searched: list[str] = field(default_factory=list)
    pending: dict[str, Any] | None = None
    first_by: int | None = None
    checked_identity: bool = False

    @property
    def station(self) -> int:
        return self.person.commune.station

    @property
    def giver(self) -> int | None:
        return self.dose.site if self.dose else self.named_site


class CaseWriter:
    """Makes the corrections of one chunk, and changes people and doses as they were decided."""

    def __init__(
        self, size: RegistrySize, chunk: Chunk, country: Country, desks: CaseDesks
    ) -> None:
        self.size, self.chunk, self.country, self.desks = size, chunk, country, desks
        self.chance = random.Random(f"cases {size.seed} {chunk.number}")  # noqa: S311

    def all(
        self, people: Sequence[RecordedPerson], doses: Sequence[list[GivenDose]]
    ) -> Iterator[GeneratedCase]:
        """Yield the corrections. The doses of the busy site are moved there first."""
        chosen = self._filers(people, doses)
        for place, number in enumerate(self.chunk.corrections):
            person, given = chosen[place]
            is_busy = place < self.chunk.at_one_site
            if is_busy:
                given[0].site = given[0].by_organization = self.country.busy_site
                given[0].by = self.country.staff[self.country.busy_site]
                keep_apart(given)
                person.sites = [one.site for one in given]
            yield self._case(number, person, given, is_busy=is_busy)

    def _filers(
        self, people: Sequence[RecordedPerson], doses: Sequence[list[GivenDose]]
    ) -> list[tuple[RecordedPerson, list[GivenDose]]]:
        """Choose who files: six in ten live in the city, if enough people do."""
        able = [
            (person, given)
            for person, given in zip(people, doses, strict=True)
            if given and person.born.year <= FIRST_DAY.year - 18
        ]
        self.chance.shuffle(able)
        wanted = len(self.chunk.corrections)
        if len(able) < wanted:
            raise ValueError("too few people with doses for so many corrections")
        of_city = [one for one in able if one[0].commune.province == CITY]
        others = [one for one in able if one[0].commune.province != CITY]
        first = of_city[: max(round(wanted * SHARE_OF_CORRECTIONS), self.chunk.at_one_site)]
        rest = [*others, *of_city[len(first) :]]
        return [*first, *rest[: wanted - len(first)]]

    def _case(
        self, number: int, person: RecordedPerson, given: list[GivenDose], *, is_busy: bool
    ) -> GeneratedCase:
        chance = self.chance
        status = self._status(number, is_busy=is_busy)
        kind = Kind.WRONG_FIELDS if is_busy else self._kind(status, person, given)
        if status == self._sure(number) == Status.QUEUED:
            kind = Kind.MISSING_DOSE
        if is_busy and status == Status.TO_COUNTERSIGN:
            kind = Kind.NEVER_GIVEN
        received, length = self._received(status)
        statutory = self.desks.statutory_due(received)
        one = GeneratedCase(
            number=number,
            kind=kind,
            status=status,
            person=person,
            public_id=uuid_of(chance),
            reference=self._reference(number),
            filer=self.country.first_account + 1 + number,
            story=Story(received, timedelta(hours=self.country.policy.review_hours), statutory),
            subject="",
            recorded={},
            proposed={},
            words=chance.choice(WORDS),
        )
        if kind == Kind.MISSING_DOSE and status == Status.ACCEPTED:
            # Nobody drew it for a second look: it was accepted at once.
            while four_eyes.is_drawn(UUID(one.public_id), self.country.policy.second_look_percent):
                one.public_id = uuid_of(chance)
        if chance.random() < SAME_PHONE:
            person.phone = account_phone(number)
        self._claim(one, given)
        self._tell(one, length)
        self._apply(one)
        return one

    def _status(self, number: int, *, is_busy: bool) -> Status:
        if is_busy:
            return Status(_drawn(BUSY_MIX, self.chance))
        if (sure := self._sure(number)) is not None:
            return sure
        is_open = self.chance.random() < OPEN_SHARE
        return Status(_drawn(OPEN_MIX if is_open else CLOSED_MIX, self.chance))

    def _sure(self, number: int) -> Status | None:
        """Return the status that is not drawn: each occurs, however few cases there are."""
        place = number - self.chunk.corrections.start - self.chunk.at_one_site
        is_sure = self.chunk.number == 0 and 0 <= place < len(Status)
        return list(Status)[place] if is_sure else None

    def _kind(self, status: Status, person: RecordedPerson, given: list[GivenDose]) -> Kind:
        kind = _drawn(KINDS, self.chance)
        if status == Status.TO_COUNTERSIGN:
            kind = self.chance.choice((Kind.MISSING_DOSE, Kind.NEVER_GIVEN))
        if status == Status.PARTLY_ACCEPTED:
            kind = Kind.WRONG_FIELDS
        if kind == Kind.SPLIT_RECORD and status == Status.ACCEPTED:
            kind = Kind.WRONG_FIELDS
        lacks = len(given) < 2 and (
            kind == Kind.DUPLICATE or (kind == Kind.MISSING_DOSE and status == Status.ACCEPTED)
        )
        return Kind.WRONG_FIELDS if lacks else kind

    def _reference(self, number: int) -> str:
        left = (number + self.size.seed * 1009 + 1) * REFERENCE_STEP % REFERENCES
        body = ""
        for _place in range(7):
            left, letter = divmod(left, len(ALPHABET))
            body += ALPHABET[letter]
        body += check_character(body)
        return f"VR-{body[:4]}-{body[4:]}"

    def _received(self, status: Status) -> tuple[datetime, timedelta]:
        """Draw when it was received, and after how long it was decided, asked, kept or picked up."""
        chance, until = self.chance, self.size.until
        if status == Status.RECEIVED:
            return until - timedelta(seconds=chance.randrange(1, 50)), HOUR
        if status == Status.IN_REVIEW:
            waited = HOUR * chance.uniform(1, 60)
            return until - waited, waited - timedelta(minutes=chance.uniform(1, 25))
        if status == Status.WAITING:
            length = HOUR * chance.uniform(1, 40)
            return until - length - HOUR * chance.uniform(1, 130), length
        if status in OPEN:
            age = (
                chance.uniform(1, 47) if chance.random() < 0.55 else 48 + chance.expovariate(1 / 90)
            )
            age = min(age, 24.0 * 30)
            return until - HOUR * age, HOUR * age * chance.uniform(0.2, 0.9)
        hours = chance.uniform(1, 46) if chance.random() < 0.7 else 48 + chance.expovariate(1 / 40)
        length = HOUR * min(hours, 400.0)
        # What came after it: seven days for an answer, an appeal, a disagreement.
        received = until - length - DAY * 12 - DAY * chance.uniform(0, LATEST)
        return received, length

    def _claim(self, one: GeneratedCase, given: list[GivenDose]) -> None:
        chance, country = self.chance, self.country
        if one.kind == Kind.IDENTITY:
            one.subject, one.recorded = "identity", _identity(one.person)
            one.proposed = {"full_name": _right_name(one.person, chance)}
        elif one.kind == Kind.SPLIT_RECORD:
            one.subject = "split"
            one.proposed = {"other_phone": f"+849{chance.randrange(10**8):08}"}
        elif one.kind == Kind.MISSING_DOSE:
            self._claim_missing(one, given)
        else:
            one.dose = given[0]
            one.subject, one.recorded = f"dose:{given[0].id}", given[0].facts(country)
            if one.kind in REMOVING_KINDS:
                one.recorded["status"] = "completed"
                if one.kind == Kind.DUPLICATE:
                    one.proposed = {"duplicate_of": _dashed(given[1].public_id)}
            else:
                one.proposed = self._other_facts(given, two=one.status == Status.PARTLY_ACCEPTED)

    def _claim_missing(self, one: GeneratedCase, given: list[GivenDose]) -> None:
        chance, country = self.chance, self.country
        if one.status == Status.ACCEPTED:
            one.added = given[-1]
            site, facts = given[-1].site, given[-1].facts(country)
        else:
            held = {dose.position for dose in given}
            series = [f"{kind}-{ordinal}" for kind, ordinal in SERIES]
            position = next((one for one in series if one not in held), series[-1])
            like = copy(given[-1])
            like.day = min(like.day + chance.randrange(21, 60), LAST)
            site, facts = like.site, {**like.facts(country), "position": position}
        one.subject = f"missing:{facts['position']}"
        is_sure = self._sure(one.number) == Status.QUEUED
        is_pool = one.status == Status.QUEUED and (is_sure or chance.random() < 0.2)
        wanted = ("vaccine", "given_on", "position", *(() if is_pool else ("organization",)))
        one.proposed = {name: facts[name] for name in wanted}
        one.is_pool = is_pool
        one.named_area = one.person.commune.area.pk if is_pool else None
        one.named_site = None if is_pool else site

    def _other_facts(self, given: list[GivenDose], *, two: bool) -> dict[str, str]:
        """Propose another vaccine or another day: never what makes it the same as another dose."""
        chance, (dose, *others) = self.chance, given
        taken = {one.vaccine for one in others if one.day == dose.day} | {dose.vaccine}
        brand = chance.choice([one for one in BRANDS if one not in taken])
        days = {one.day for one in given}
        other = copy(dose)
        while other.day in days:
            other.day = dose.day + (-1 if dose.day > FAR else 1) * chance.randrange(1, FAR)
        vaccine, day = {"vaccine": brand}, {"given_on": other.given_on}
        if two:
            return {**vaccine, **day}
        return vaccine if chance.random() < 0.6 else day

    def _tell(self, one: GeneratedCase, length: timedelta) -> None:
        story, chance, country = one.story, self.chance, self.country
        story.file(one.filer, one.words, {"consent_version": self.desks.consent})
        if one.status == Status.RECEIVED:
            story.end(self.size.until, self.desks.told)
            return
        desk, one.routing_reason = self.desks.desk_of(one)
        received = story.received_at
        routed = received + timedelta(seconds=chance.randrange(1, 20))
        story.hand_over(desk, routed, opens=True)
        story.take(
            "route", routed, Party.SYSTEM, organization=desk, data={"reason": one.routing_reason}
        )
        at = received + length
        nurse = country.staff[desk]
        self._last_steps(one, at, nurse, desk)
        story.end(self.size.until, self.desks.told)

    def _last_steps(self, one: GeneratedCase, at: datetime, nurse: int, desk: int) -> None:
        story, chance, status = one.story, self.chance, one.status
        act: dict[str, Any] = {"party": Party.REVIEWER, "by": nurse, "organization": desk}
        if status == Status.QUEUED:
            return
        picked = status == Status.IN_REVIEW or (
            status not in (Status.WITHDRAWN, Status.EXPIRED) and chance.random() < 0.5
        )
        if picked:
            before = timedelta(0) if status == Status.IN_REVIEW else timedelta(minutes=4)
            story.take("pick_up", at - before, **act)
        match status:
            case Status.IN_REVIEW:
                pass
            case Status.WITHDRAWN:
                story.take("withdraw", at, Party.CITIZEN, by=one.filer)
            case Status.WAITING | Status.EXPIRED:
                story.take("ask", at, **act, remark=QUESTION)
                story.pause(at, DAY * self.country.policy.pause_cap_days)
                if status == Status.EXPIRED:
                    end = at + DAY * 7 + timedelta(seconds=30)
                    story.take("expire", end, Party.SYSTEM, organization=desk)
            case Status.KEPT:
                story.take("keep", at, **act, remark=KEEPING)
            case Status.TO_COUNTERSIGN:
                self._put_forward(one, at, act, own_papers=one.kind != Kind.MISSING_DOSE)
                one.first_by = nurse
            case Status.ACCEPTED | Status.PARTLY_ACCEPTED:
                self._accept(one, at, act, desk)
            case Status.CANNOT_CONFIRM:
                one.searched = [Searched.PAPER_REGISTER.value, Searched.SESSION_LIST.value]
                one.remark = self.desks.cannot_confirm(one.kind)
                story.take("cannot_confirm", at, **act, remark=one.remark,
                           data={"searched": one.searched, "searched_words": ""})  # fmt: skip
            case _:
                self._refuse(one, at, act, desk)

    def _put_forward(
        self, one: GeneratedCase, at: datetime, act: dict[str, Any], *, own_papers: bool
    ) -> dict[str, Any]:
        reason = "dose_on_photo_alone" if one.kind == Kind.MISSING_DOSE else "dose_entered_in_error"
        data = {"own_papers": own_papers, "reasons": [reason]}
        wanted = self._wanted(one)
        one.pending = {"step": "accept", "values": wanted, "remark": "", **data}
        one.story.take("put_forward", at, **act, data=data)
        return data

    def _wanted(self, one: GeneratedCase) -> dict[str, str]:
        if one.kind in REMOVING_KINDS:
            return {"status": "entered_in_error", **one.proposed}
        return dict(one.proposed)

    def _accept(self, one: GeneratedCase, at: datetime, act: dict[str, Any], desk: int) -> None:
        story = one.story
        if one.kind in REMOVING_KINDS:
            data = self._put_forward(one, at, act, own_papers=True)
            one.pending = None
            above = self.country.above(desk).pk
            story.take(
                "countersign", at + HOUR / 2, Party.OVERSEER, by=self.country.staff[above], organization=above,
                data={"reasons": data["reasons"], "own_papers": True, "decision": "accept"},
            )  # fmt: skip
            one.decided = self._wanted(one)
            return
        one.decided = self._wanted(one)
        step = "accept"
        if one.status == Status.PARTLY_ACCEPTED:
            step = "accept_in_part"
            one.decided.pop("given_on")
        one.checked_identity = one.kind in IDENTITY_KINDS
        story.take(step, at, **act, data={"own_papers": True, "decision": step})

    def _refuse(self, one: GeneratedCase, at: datetime, act: dict[str, Any], desk: int) -> None:
        story, chance = one.story, self.chance
        ground = chance.choice((Ground.PHOTO_BLURRED, Ground.DATE_DIFFERS, Ground.VACCINE_DIFFERS))
        one.ground, one.remark = ground.value, self.desks.ground(ground)
        refusal: dict[str, Any] = {"remark": one.remark, "data": {"ground": one.ground}}
        story.take("refuse", at, **act, **refusal)
        if one.status == Status.REFUSED:
            return
        later = at + HOUR * chance.uniform(5, 70)
        if one.status == Status.DISAGREED:
            story.take("log_disagreement", later, Party.CITIZEN, by=one.filer, remark=ANGER)
            return
        above = self.country.above(desk)
        there = self.country.organizations[desk]
        story.appeal(above.pk, later, timedelta(hours=self.country.policy.appeal_hours))
        names = {"from": there.name, "to": above.name, "ground": one.ground}
        story.take("appeal", later, Party.CITIZEN, by=one.filer, remark=ANGER, data=names)
        one.on_appeal, one.routing_reason = True, self.desks.appealed(there, above)
        story.take(
            "uphold", later + HOUR * chance.uniform(3, 40), Party.APPEAL_REVIEWER,
            by=self.country.staff[above.pk], organization=above.pk, **refusal,
        )  # fmt: skip

    def _apply(self, one: GeneratedCase) -> None:
        """Change the record as an accepted correction does."""
        story = one.story
        if one.decided is None or story.decided_at is None or story.decided_by is None:
            return
        at, by, holder = story.decided_at.isoformat(), story.decided_by, story.holder or 0
        if one.kind == Kind.IDENTITY:
            one.person.revised = RevisedPerson(
                one.number + 1, one.decided["full_name"], at, by, holder, one.reference, ""
            )
            return
        if one.added is not None:
            added = one.added
            added.provenance, added.recorded_at, added.reference = "correction", at, one.reference
            added.by, added.by_organization, added.lot = by, holder, ""
            one.dose = added
            return
        dose = one.dose
        if dose is None:
            return
        dose.before = copy(dose)
        dose.revision, dose.revised_at, dose.reference = one.number + 1, at, one.reference
        dose.by, dose.by_organization = by, holder
        if one.kind in REMOVING_KINDS:
            dose.status = "entered_in_error"
            return
        dose.provenance = "correction"
        if "vaccine" in one.decided:
            dose.vaccine = one.decided["vaccine"]
        if "given_on" in one.decided:
            dose.set_day(one.decided["given_on"])


def account_phone(number: int) -> str:
    """Return the phone of the account that files correction `number`."""
    return f"+8470{number:07}"


def _drawn(mix: Any, chance: random.Random) -> Any:
    return chance.choices(list(mix), list(mix.values()))[0]


def _identity(person: RecordedPerson) -> dict[str, str]:
    record = person.record
    return {
        "full_name": record.full_name,
        "date_of_birth": record.born.isoformat(),
        "sex": record.sex,
        "id_number": person.number,
        "phone": person.phone,
    }


def _right_name(person: RecordedPerson, chance: random.Random) -> str:
    """Return the name as the person writes it: never the one that stands there."""
    if person.true_name != person.record.full_name:
        return person.true_name
    *others, last = person.true_name.split()
    return " ".join([*others, almost(last, chance)])


def _dashed(public_id: str) -> str:
    return "-".join(
        (public_id[:8], public_id[8:12], public_id[12:16], public_id[16:20], public_id[20:])
    )
