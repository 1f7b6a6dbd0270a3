"""What a row of a list would do to the record that it is about."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from citizens import facts as identity_facts
from citizens.facts import LABELS, IdentityField
from citizens.masking import mask_id
from citizens.models import Citizen
from identity.cleansing.models import CleansingRow
from identity.cleansing.reading import ListRow, Verdict
from identity.population.facts import FOUR, FourFacts
from vaxreg.search import search_key
from vaxreg.typed.birth_dates import BirthDate

Result = CleansingRow.Result


@dataclass(frozen=True)
class Judged:
    """The result of a row. changes: the facts that become others; fields: their names, or what differs."""

    row: ListRow
    result: Result
    reason: str = ""
    citizen: Citizen | None = None
    changes: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[str, ...] = ()

    @property
    def person(self) -> str:
        """The number that the registry had sent, masked."""
        return mask_id(self.row.said.get(IdentityField.ID_NUMBER, ""))


def judge(row: ListRow, *, today: date, changed_before: Collection[int]) -> Judged:
    """Return what the row would do now. changed_before: ids of records that earlier rows changed."""
    if row.wrong or row.verdict is None:
        return Judged(row, Result.REFUSED, row.wrong)
    found = _records(row)
    if not found:
        return Judged(row, Result.NOT_FOUND)
    if len(found) > 1:
        return Judged(row, Result.REFUSED, _("Several records fit. They must be told apart first."))
    citizen = found[0]
    if citizen.pk in changed_before:
        return Judged(row, Result.REFUSED, _("An earlier row is about the same record."), citizen)
    return _judge_record(row, citizen, today)


def _judge_record(row: ListRow, citizen: Citizen, today: date) -> Judged:
    recorded = FourFacts.of(citizen).as_json
    if row.verdict == Verdict.WRONG and row.right and recorded == {**recorded, **row.right}:
        return Judged(row, Result.SAME, citizen=citizen)
    if differing := tuple(name for name in recorded if recorded[name] != row.said[name]):
        return Judged(row, Result.DIFFERS, citizen=citizen, fields=differing)
    if row.verdict == Verdict.RIGHT:
        return Judged(row, Result.SAME, citizen=citizen)
    if row.verdict == Verdict.NOT_FOUND:
        return Judged(
            row,
            Result.REFUSED,
            _("The police know nobody like this. Somebody has to see the identity paper."),
            citizen,
        )
    if not row.right:
        return Judged(row, Result.REFUSED, _("The list does not say what is right."), citizen)
    try:
        changes = _checked(row.right, citizen, today)
    except ValueError as wrong:
        return Judged(row, Result.REFUSED, str(wrong), citizen)
    return Judged(row, Result.CHANGED, citizen=citizen, changes=changes, fields=tuple(changes))


def _records(row: ListRow) -> list[Citizen]:
    """Return the records that the row may be about: by number, else by name, birth and sex.

    The latter only among those without a number, for whom the list brings one (group a of the
    dispatch).
    """
    if number := row.said[IdentityField.ID_NUMBER]:
        rows = Citizen.objects.numbered(number).select_related("merged_into")
        return list({one.kept.pk: one.kept for one in rows}.values())
    if not row.said[IdentityField.DATE_OF_BIRTH]:
        return []
    born = BirthDate.fromisoformat(row.said[IdentityField.DATE_OF_BIRTH])
    same = Citizen.objects.filter(
        search_name=search_key(row.said[IdentityField.FULL_NAME])[:120],
        full_name=row.said[IdentityField.FULL_NAME],
        sex=row.said[IdentityField.SEX],
        id_number__isnull=True,
        merged_into=None,
        **born.columns,
    )
    return list(same[:2])


def _checked(right: Mapping[str, str], citizen: Citizen, today: date) -> dict[str, str]:
    """Return what would change. Raises ValueError with the reason why nothing may."""
    values = {}
    for name in FOUR:
        if name not in right:
            continue
        try:
            values[name.value] = identity_facts.checked(name, right[name], today)
        except ValueError as wrong:
            raise ValueError(f"{LABELS[name]}: {wrong}") from None
    changes = identity_facts.differing(citizen, values)
    if _is_somebody_else(citizen, changes):
        raise ValueError(
            _("Number, name and date of birth are all others: this would be another person.")
        )
    try:
        identity_facts.refuse_taken_number(citizen, changes)
    except ValidationError as taken:
        raise ValueError(taken.messages[0]) from None
    return changes


def _is_somebody_else(citizen: Citizen, changes: Mapping[str, str]) -> bool:
    name = changes.get(IdentityField.FULL_NAME, citizen.full_name)
    return (
        {IdentityField.ID_NUMBER, IdentityField.DATE_OF_BIRTH} <= set(changes)
        and citizen.id_number is not None
        and search_key(name) != search_key(citizen.full_name)
    )
