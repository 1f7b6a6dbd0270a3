"""What was read on the photos of a draft, as fillings that the citizen may take over."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from corrections import facts
from corrections.models import Evidence, Kind
from corrections.photos import readings
from doses.facts import Field, Position, facts_of
from doses.models import Dose, Vaccine
from portal import drafts
from portal.draft_check import CheckedDraft
from portal.drafts import Item
from portal.forms.dose import DoseForm
from vaxreg import db_time, ui

FIELDS = (Field.VACCINE, Field.GIVEN_ON, Field.LOT)
# The name of the button with which a filling is taken over; its value is the sign.
USE = "use"
# For how long a page says that a photo is being read.
PATIENCE = timedelta(seconds=40)
# What papers call "Mũi 3" is a third primary, an additional or a booster dose.
NUMBERS = {Position.PRIMARY_1: "1", Position.PRIMARY_2: "2"}


@dataclass(frozen=True)
class Filling:
    """What the photos say about one item of a draft, where the draft says something else.

    facts: by field, as corrections store them. rows: label, what was read, what the draft says.
    """

    item: Item
    facts: dict[str, str]
    rows: list[tuple[str, str, str]]

    @property
    def sign(self) -> str:
        """Names the item and the values: what is pressed is what was shown."""
        said = json.dumps([self.item.key, self.facts], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:20]

    @property
    def in_words(self) -> str:
        """What was read, in one line: AstraZeneca, 29/08/2021."""
        return ", ".join(read for _label, read, _said in self.rows)


def fillings(judged: CheckedDraft) -> list[Filling]:
    """Return what can be filled in from the photos, in the order of the items."""
    read = _read_on(judged.photos)
    found = (_filling(judged, item, read) for item in judged.items) if read else ()
    return [filling for filling in found if filling is not None]


def are_being_read(photos: Iterable[Evidence]) -> bool:
    """Whether a photo came a moment ago and will have been read in another."""
    since = db_time.now() - PATIENCE
    return any(photo.uploaded_at > since and readings.will_read(photo) for photo in photos)


def take_over(judged: CheckedDraft, sign: str) -> Filling | None:
    """Write a filling into the draft, as if it were typed; None when it is no longer offered.

    Raises Draft.DoesNotExist when the draft was filed or deleted in the meantime.
    """
    filling = next((one for one in fillings(judged) if one.sign == sign), None)
    if filling is not None:
        drafts.fill_in(judged.draft, filling.item, dict(_typed(filling.facts)))
    return filling


def _read_on(photos: Iterable[Evidence]) -> dict[str, dict[str, str]]:
    """Return the facts by number of the dose; what two photos say differently is left out."""
    said: dict[str, dict[str, set[str]]] = {}
    for photo in photos:
        for number, read in (photo.doses_read or {}).items():
            for name, value in read.items():
                said.setdefault(number, {}).setdefault(name, set()).add(value)
    return {
        number: {name: values.pop() for name, values in read.items() if len(values) == 1}
        for number, read in said.items()
    }


def _filling(judged: CheckedDraft, item: Item, read: dict[str, dict[str, str]]) -> Filling | None:
    form = judged.forms[item.key]
    if not isinstance(form, DoseForm):
        return None
    current = {**(facts_of(item.dose) if item.dose else {}), **form.so_far().facts}
    number = _number(judged, item, current, set(read))
    differing = {
        str(name): value
        for name in FIELDS
        if (value := read.get(number, {}).get(name, "")) and value != current.get(name)
    }
    return Filling(item, differing, list(_rows(differing, current))) if differing else None


def _number(judged: CheckedDraft, item: Item, current: dict[str, str], read: set[str]) -> str:
    """Return which dose on the paper an item is about; "" when that is not sure."""
    if item.dose is not None:
        return NUMBERS.get(Position(facts_of(item.dose)["position"]), "")
    if current.get(Field.POSITION):
        return NUMBERS.get(Position(current[Field.POSITION]), "")
    if sum(one.kind == Kind.MISSING_DOSE for one in judged.items) > 1:
        return ""
    recorded = Dose.objects.of(judged.draft.citizen).shown_to_citizen()
    missing = read - {str(dose.ordinal) for dose in recorded}
    return missing.pop() if len(missing) == 1 else ""


def _rows(read: dict[str, str], current: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    names = dict(Vaccine.objects.values_list("code", "name"))
    for name, value in read.items():
        said = current.get(name) or ""
        yield (
            str(facts.FIELD_LABELS[name]),
            facts.show(name, value, names),
            facts.show(name, said, names) if said else "",
        )


def _typed(read: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the facts as somebody would type them, by field."""
    for name, value in read.items():
        yield name, ui.day(date.fromisoformat(value)) if name == Field.GIVEN_ON else value
