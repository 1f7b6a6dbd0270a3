"""Downloads of the import: the template, an export in its format, and the checked rows."""

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _

from organizations.imports import columns
from organizations.imports.verdicts import JudgedRow
from organizations.models import Membership, Organization
from organizations.staffing import roles_at
from vaxreg.spreadsheets.writing import Cell, Sheet, xlsx_file

Kinds = Organization.Kind


def template() -> FileResponse:
    """Return an empty import file with the headers, and a sheet that explains the columns."""
    sheets = [
        Sheet(_(columns.TITLES[table]), _header(table), [])
        for table in (columns.SITES, columns.STAFF)
    ]
    return xlsx_file("so-tiem-import", [*sheets, _help()])


def export(reach: QuerySet[Organization]) -> FileResponse:
    """Return the organizations in `reach` and their staff, as a file that can be imported."""
    return xlsx_file(
        "so-tiem-organizations",
        [
            Sheet(_(columns.TITLES[columns.SITES]), _header(columns.SITES), _sites(reach)),
            Sheet(_(columns.TITLES[columns.STAFF]), _header(columns.STAFF), _staff(reach)),
            _help(),
        ],
    )


def judged(name: str, rows: Iterable[JudgedRow]) -> FileResponse:
    """Return every row with its verdict and the reasons."""
    header = [_("Table"), _("Row"), _("Code or e-mail"), _("Name"), _("Verdict"), _("Why")]
    lines: Iterator[list[Cell]] = (
        [
            str(columns.TABLE_LABELS[row.table]),
            row.line,
            row.key,
            row.name,
            str(row.verdict.label),
            " ".join(row.says),
        ]
        for row in rows
    )
    return xlsx_file(name, [Sheet(_("Rows"), header, lines)])


def _header(table: str) -> list[str]:
    return [columns.title(heading) for heading in columns.HEADINGS[table]]


def _sites(reach: QuerySet[Organization]) -> Iterator[list[Cell]]:
    fields = ("code", "name", "kind", "part_of__code", "area__code", "phone", "email")
    rows = reach.filter(closed_on=None).order_by("path").values_list(*fields)
    for code, name, kind, above, area, phone, email in rows.iterator(2_000):
        yield [code, name, str(Kinds(kind).label), above, area, phone, email]


def _staff(reach: QuerySet[Organization]) -> Iterator[list[Cell]]:
    fields = ("user__full_name", "user__email", "organization__code", "role")
    rows = (
        Membership.objects.live()
        .filter(organization__in=reach.values("pk"), user__email__isnull=False)
        .order_by("organization__path", "role", "user__full_name", "pk")
        .values_list(*fields)
    )
    for name, email, code, role in rows.iterator(2_000):
        # Who they are is left empty: an ID number leaves the registry in no file.
        yield [name, email, code, str(Membership.Role(role).label), "", "", ""]


def _help() -> Sheet:
    said = _("In the column “%(column)s”")
    kinds = [kind for kind in Kinds if kind not in (Kinds.MINISTRY, Kinds.HOTLINE)]
    rows: list[list[Cell]] = [
        [said % {"column": _("Kind")}, str(kind.label), _roles_of(kind)] for kind in kinds
    ]
    rows += [
        [
            said % {"column": _("Code")},
            _("A code on record is put right, a new one is opened."),
            "",
        ],
        [
            said % {"column": _("Area code")},
            _("As the statistics office has it, with its zeros: 01, 001, 00001."),
            "",
        ],
        [
            _("Every column"),
            _("An empty cell changes nothing. Rows that are missing end nobody’s work."),
            "",
        ],
    ]
    return Sheet(
        _("How to fill it in"), [_("Where"), _("What may stand there"), _("Roles there")], rows
    )


def _roles_of(kind: str) -> str:
    return ", ".join(str(Membership.Role(role).label) for role in roles_at(kind))
