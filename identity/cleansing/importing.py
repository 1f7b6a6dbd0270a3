"""Applies a signed list to the records, 500 rows at a time, and takes it back again.

An import that was killed goes on at the first row that was not applied. A row that cannot be applied
changes nothing and stops nothing: its line of the report says why.
"""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from citizens import actions as citizen_actions
from citizens import facts as identity_facts
from citizens.models import Citizen, CitizenRevision
from identity.cleansing.judging import Judged, Result, judge
from identity.cleansing.models import CleansingList, CleansingRow
from identity.cleansing.reading import ListRow, read
from identity.cleansing.signature import police_key
from identity.population.facts import FOUR, FourFacts
from vaxreg import db_time

BATCH = 500
Undone = CleansingRow.Undone


class NotToBeUndone(Exception):
    """There is no such list, or it was taken back already; the message says which."""


def trial(content: bytes, signature: bytes) -> Iterator[Judged]:
    """Return what the list would do, row by row, and change nothing.

    Raises NotSigned before anything of it is read, and Unreadable.
    """
    police_key().require(content, signature)
    return _tried(read(content))


def _tried(rows: list[ListRow]) -> Iterator[Judged]:
    changed: set[int] = set()
    today = _today()
    for row in rows:
        judged = judge(row, today=today, changed_before=changed)
        if judged.result == Result.CHANGED and judged.citizen is not None:
            changed.add(judged.citizen.pk)
        yield judged


def begin(content: bytes, signature: bytes, file_name: str) -> tuple[CleansingList, list[ListRow]]:
    """Return the import of this list, begun now or before, and its rows.

    Raises NotSigned before anything of it is read, and Unreadable.
    """
    key = police_key()
    key.require(content, signature)
    rows = read(content)
    found, _is_new = CleansingList.objects.get_or_create(
        sha256=sha256(content).hexdigest(),
        undone_at=None,
        defaults={
            "file_name": file_name[:200],
            "key_sha256": key.fingerprint,
            "total": len(rows),
            "begun_at": db_time.now(),
        },
    )
    return found, rows


@transaction.atomic
def apply_next(cleansing_list: CleansingList, rows: list[ListRow]) -> list[Judged]:
    """Apply the next 500 rows; return what became of them, nothing at the end of the list."""
    run = CleansingList.objects.select_for_update().get(pk=cleansing_list.pk)
    batch = rows[run.next_row : run.next_row + BATCH]
    if run.undone_at is not None or not batch:
        return []
    changed = set(run.rows.filter(result=Result.CHANGED).values_list("citizen", flat=True))
    today, done = _today(), []
    for row in batch:
        judged = judge(row, today=today, changed_before=changed)
        if judged.result == Result.CHANGED and judged.citizen is not None:
            judged = _apply(judged, judged.citizen, run)
        _write(judged, run)
        if judged.result == Result.CHANGED and judged.citizen is not None:
            changed.add(judged.citizen.pk)
        done.append(judged)
    run.next_row += len(batch)
    if run.next_row >= run.total:
        run.ended_at = db_time.now()
    run.save(update_fields=["next_row", "ended_at"])
    return done


def _apply(judged: Judged, citizen: Citizen, run: CleansingList) -> Judged:
    try:
        with transaction.atomic():
            citizen_actions.revise_identity(
                citizen,
                changes=identity_facts.as_values(dict(judged.changes)),
                by=None,
                why=_source(run, judged.row.line),
            )
    except ValidationError as wrong:
        return Judged(judged.row, Result.REFUSED, "; ".join(wrong.messages), citizen)
    except IntegrityError:
        # Somebody else's record got the number at the same moment.
        reason = _("A citizen with this ID number exists already.")
        return Judged(judged.row, Result.REFUSED, reason, citizen)
    return judged


def _source(run: CleansingList, line: int) -> str:
    """Return what a revision says about its source, in the language of the authorities."""
    return f"Danh sách làm sạch dữ liệu của công an: {run.file_name}, dòng {line}"


def _write(judged: Judged, run: CleansingList) -> None:
    is_changed = judged.result == Result.CHANGED and judged.citizen is not None
    CleansingRow.objects.create(
        cleansing_list=run,
        line=judged.row.line,
        citizen=judged.citizen,
        result=judged.result,
        fields=list(judged.fields),
        reason=judged.reason[:300],
        revision=_newest(judged.citizen) if is_changed else None,
    )


def _newest(citizen: Citizen | None) -> int:
    rows = CitizenRevision.objects.filter(citizen=citizen).order_by("-number")
    return rows.values_list("number", flat=True).first() or 0


def undo(list_id: int) -> Iterator[CleansingRow]:
    """Take back each row that nobody has changed since; return the rows with what became of them.

    Begun again after it was killed, it goes on. Raises NotToBeUndone.
    """
    run = CleansingList.objects.filter(pk=list_id).first()
    if run is None:
        raise NotToBeUndone(_("There is no such list."))
    if run.undone_at is not None:
        raise NotToBeUndone(_("This list was taken back already."))
    return _undo_all(run)


def _undo_all(run: CleansingList) -> Iterator[CleansingRow]:
    while batch := _undo_next(run):
        yield from batch


@transaction.atomic
def _undo_next(run: CleansingList) -> list[CleansingRow]:
    run = CleansingList.objects.select_for_update().get(pk=run.pk)
    left = run.rows.filter(result=Result.CHANGED, undone="").select_related("citizen")
    batch = list(left.order_by("-line")[:BATCH])
    for row in batch:
        row.undone = _undo_row(row, run)
        row.save(update_fields=["undone"])
    if not batch and run.undone_at is None:
        # What was not imported yet must not be imported afterwards.
        run.undone_at = db_time.now()
        run.save(update_fields=["undone_at"])
    return batch


def _undo_row(row: CleansingRow, run: CleansingList) -> Undone:
    citizen = row.citizen
    if citizen is None or row.revision is None:
        raise ValueError("a changed row names both; the database sees to that")
    citizen = Citizen.objects.select_for_update(of=("self",)).get(pk=citizen.pk)
    if citizen.merged_into_id is not None or _newest(citizen) != row.revision:
        return Undone.CHANGED_SINCE
    before = CitizenRevision.objects.get(citizen=citizen, number=row.revision - 1)
    stood = FourFacts(
        id_number=before.id_number or "",
        full_name=before.full_name,
        date_of_birth=before.born.isoformat(),
        sex=before.sex,
    ).as_json
    changes = {name.value: stood[name] for name in FOUR if name in row.fields}
    try:
        with transaction.atomic():
            citizen_actions.revise_identity(
                citizen,
                changes=identity_facts.as_values(changes),
                by=None,
                why=f"Hoàn tác. {_source(run, row.line)}",
                number_proven=before.id_number_proven,
            )
    except (ValidationError, IntegrityError):
        return Undone.REFUSED
    return Undone.UNDONE


def _today() -> date:
    return timezone.localdate(db_time.now())
