"""Takes a file that staff send: stores it, finds its header, and looks once at all its lines."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import Organization
from recording.imports import checking
from recording.imports.models import HeaderMapping
from recording.imports.questions import DATE_COLUMNS, Survey
from recording.imports.reading.files import (
    HEADINGS_WITHIN,
    Line,
    as_stored,
    form_of,
    in_parts,
    is_workbook,
    lines_of,
    too_many_rows,
)
from recording.imports.reading.headings import Fields, Header, header_of
from recording.imports.sent_file import SentFile
from vaxreg import db_time
from vaxreg.spreadsheets.archive import Unreadable


def receive(
    made: SentFile,
    chunks: Iterable[bytes],
    name: str,
    fields: Fields,
    most_rows: int,
    dates: tuple[str, ...] = DATE_COLUMNS,
) -> None:
    """Store a new file with what its lines show. Raises Unreadable; call it in a transaction.

    dates: the names of the fields that hold days.
    """
    made.made_at, made.file_name, made.form = db_time.now(), name[-120:], {}
    made.save(force_insert=True)
    digest = hashlib.sha256()
    parts = _counted_in(digest, in_parts(chunks))
    first_part = next(parts, b"")
    if is_workbook(name, first_part):
        whole = [first_part, *parts]
        form = form_of(name, whole)
        _store(made, as_stored(form, whole))
    else:
        _store(made, chain([first_part], parts))
        form = form_of(name, checking.parts_of(made))
    made.sha256 = digest.hexdigest()
    made.form = {
        "kind": form.kind,
        "encoding": form.encoding,
        "delimiter": form.delimiter,
        "is_from_1904": form.is_from_1904,
    }
    lines = lines_of(form, checking.parts_of(made))
    first = list(islice(lines, HEADINGS_WITHIN))
    if not first:
        raise Unreadable(_("The file is empty."))
    header = header_of(first, fields)
    made.header_line, made.header = header.line, list(header.texts)
    made.mapping = _remembered(made.organization, header, fields) or header.mapping
    below = (line for line in chain(first, lines) if line[0] > header.line)
    look(made, islice(below, most_rows + 1), dates)
    if made.total > most_rows:
        raise too_many_rows(most_rows)
    if not made.total:
        raise Unreadable(_("There are headings, but no rows below them."))
    made.save()


def _counted_in(digest: "hashlib._Hash", parts: Iterable[bytes]) -> Iterator[bytes]:
    for part in parts:
        digest.update(part)
        yield part


def _store(made: SentFile, chunks: Iterable[bytes]) -> None:
    for number, part in enumerate(in_parts(chunks)):
        made.parts.create(number=number, content=part)


def look(found: SentFile, lines: Iterable[Line], dates: tuple[str, ...] = DATE_COLUMNS) -> None:
    """Look at all lines below the header; keep the questions and how dates are read."""
    form, today = checking.form_of(found), timezone.localdate(found.made_at)
    survey = Survey(dates)
    for line in lines:
        survey.add(line, found.mapping)
    found.total = survey.rows
    found.questions = [one.as_json() for one in survey.questions(form, today)]
    found.reading = survey.reading(form, today)


def open_questions(found: SentFile) -> list[str]:
    """Return the names of questions without an answer."""
    names = [f"{one['kind']}-{one['column']}" for one in found.questions]
    return [name for name in names if not found.answers.get(name)]


def remember(found: SentFile) -> None:
    """Keep the columns for the organization's next file with this header."""
    header = Header(found.header_line, tuple(found.header), {})
    HeaderMapping.objects.update_or_create(
        organization=found.organization,
        signature=header.signature,
        defaults={"mapping": found.mapping, "used_at": db_time.now()},
    )


def _remembered(
    organization: Organization, header: Header, fields: Fields
) -> dict[str, int] | None:
    rows = HeaderMapping.objects.filter(organization=organization, signature=header.signature)
    found: dict[str, int] | None = rows.values_list("mapping", flat=True).first()
    # A file of another kind with these very headers has other fields.
    return found if found and set(found) <= {one.name for one in fields} else None
