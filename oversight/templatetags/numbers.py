"""The template tag of `<c-numbers>`: renders a row of a table of figures.

In Python, because a report has thousands of cells: as template nodes they took most of its time.
"""

from collections.abc import Iterator, Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from vaxreg.tables import TableCell, TableColumn
from vaxreg.templatetags.ui import icon

register = template.Library()


@register.simple_tag
def numbers_line(line: Sequence[tuple[TableColumn, TableCell]]) -> str:
    """Render the cells of a row; the first one is its heading."""
    (_column, name), *numbers = line
    return format_html(
        '<th scope="row">{}</th>{}',
        _inside(name),
        format_html_join(
            "",
            '<td class="{}" data-label="{}">{}</td>',
            ((_classes(column, cell), column.title, _inside(cell)) for column, cell in numbers),
        ),
    )


def _classes(column: TableColumn, cell: TableCell) -> str:
    classes = "number" if column.is_number else ""
    return f"{classes} numbers__{cell.kind}" if cell.kind else classes


def _inside(cell: TableCell) -> str:
    shown = format_html('<a href="{}">{}</a>', cell.href, cell.text) if cell.href else cell.text
    if not cell.note and not cell.acts and cell.kind != "weak":
        return shown
    return format_html("{}{}", shown, format_html_join("", "{}", ([one] for one in _beside(cell))))


def _beside(cell: TableCell) -> Iterator[str]:
    """Yield the small print of a cell: its base, a warning, what officers did."""
    if cell.note:
        yield format_html('<span class="numbers__note">{}</span>', cell.note)
    if cell.kind == "weak":
        yield format_html('<span class="vh">{}</span>', _("too few to compare"))
    for act in cell.acts:
        yield format_html('<span class="sites__done">{} {}</span>', icon(act.icon, 16), act.text)
