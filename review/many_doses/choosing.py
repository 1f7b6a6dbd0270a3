"""Which doses of a site are meant: by session, day, lot, vaccine, a list, or those ticked on a page."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from citizens.models import Citizen, IdentityDocument
from doses.models import Dose, VaccinationSession, Vaccine
from organizations.models import Organization
from organizations.queries import with_predecessors
from review.many_doses.listed import Listed
from review.models import ManyChangeDose
from vaxreg.id_numbers import number_hashes

MOST_DOSES = 5_000
Reason = ManyChangeDose.Reason


class TooMany(Exception):
    """More doses than one act may change."""


@dataclass(frozen=True)
class Choice:
    """What narrows the doses of a site; all that is given has to hold. listed: lines of a list."""

    site: Organization
    session: VaccinationSession | None = None
    day: date | None = None
    lot: str = ""
    vaccine: Vaccine | None = None
    listed: Sequence[Listed] = ()
    ticked: Sequence[UUID] = ()

    @property
    def has_facts(self) -> bool:
        """Whether something besides a list tells which of a person's doses are meant."""
        return bool(self.session or self.day or self.lot or self.vaccine)

    @property
    def names_doses(self) -> bool:
        return bool(self.has_facts or self.listed or self.ticked)

    def stored(self) -> dict[str, Any]:
        """Return what the page says about it later; of a list only how long it is."""
        return {
            "session": name_of(self.session) if self.session else "",
            "day": self.day.isoformat() if self.day else "",
            "lot": self.lot,
            "vaccine": self.vaccine.code if self.vaccine else "",
            "listed": len(self.listed),
            "ticked": len(self.ticked),
        }


def name_of(session: VaccinationSession) -> str:
    """Return a session as its day and where it was."""
    return f"{session.on:%d/%m/%Y} · {session.venue or session.organization.name}"


@dataclass
class Found:
    """The doses (ids) in order, those of whom the list leaves open which is meant, and lost lines."""

    doses: list[int] = field(default_factory=list)
    open: set[int] = field(default_factory=set)
    lost: list[tuple[Listed, Reason]] = field(default_factory=list)


def find(choice: Choice) -> Found:
    """Return the doses that are meant. Raises TooMany."""
    doses = _narrowed(choice)
    if choice.listed:
        return _of_list(choice, doses)
    ids = list(doses.order_by("given_on", "pk").values_list("pk", flat=True)[: MOST_DOSES + 1])
    if len(ids) > MOST_DOSES:
        raise TooMany
    return Found(ids)


def _narrowed(choice: Choice) -> QuerySet[Dose]:
    sites = with_predecessors([choice.site]).order_by().values("pk")
    doses = Dose.objects.completed().filter(organization__in=sites)
    if choice.session:
        doses = doses.filter(session=choice.session)
    if choice.day:
        doses = doses.filter(given_on=choice.day)
    if choice.lot:
        doses = doses.filter(lot=choice.lot)
    if choice.vaccine:
        doses = doses.filter(vaccine=choice.vaccine)
    if choice.ticked:
        doses = doses.filter(public_id__in=choice.ticked)
    return doses


def _of_list(choice: Choice, doses: QuerySet[Dose]) -> Found:
    people = _people_of(choice.listed)
    kept = {person for one in people.values() for person in one}
    fitting: dict[int, list[int]] = defaultdict(list)
    theirs = doses.filter(Q(citizen__in=kept) | Q(citizen__merged_into__in=kept))
    rows = theirs.order_by("given_on", "pk").values_list("pk", "citizen", "citizen__merged_into")
    for pk, citizen, merged_into in rows:
        fitting[merged_into or citizen].append(pk)
    public_ids = [one.public_id for one in choice.listed if one.public_id]
    by_id = dict(doses.filter(public_id__in=public_ids).values_list("public_id", "pk"))
    found, taken = Found(), set()
    for one in choice.listed:
        exact = by_id.get(one.public_id) if one.public_id else None
        of_person = [dose for person in sorted(people[one]) for dose in fitting[person]]
        meant = [exact] if exact is not None else of_person
        if not meant:
            is_read = bool(one.number or one.public_id)
            found.lost.append((one, Reason.NOT_FOUND if is_read else Reason.NO_NUMBER))
        if len(meant) > 1:
            found.open.update(meant)
        found.doses += [dose for dose in meant if dose not in taken]
        taken.update(meant)
    if len(found.doses) > MOST_DOSES:
        raise TooMany
    return found


def _people_of(listed: Iterable[Listed]) -> dict[Listed, set[int]]:
    """Return the kept records (ids) that each line names."""
    lines = list(listed)
    hashes = [one for line in lines for one in number_hashes(line.number)]
    documents = IdentityDocument.objects.standing().filter(number_hash__in=hashes)
    by_number: dict[str, set[int]] = defaultdict(set)
    for document in documents.select_related("citizen").order_by("pk"):
        holder = document.citizen
        by_number[str(document.number)].add(holder.merged_into_id or holder.pk)
    public_ids = [line.public_id for line in lines if line.public_id]
    people = Citizen.objects.filter(public_id__in=public_ids)
    by_id = {
        public_id: merged_into or pk
        for public_id, pk, merged_into in people.values_list("public_id", "pk", "merged_into")
    }
    return {
        line: {by_id[line.public_id]}
        if line.public_id in by_id
        else by_number.get(line.number, set())
        for line in lines
    }
