"""The table of messages that arrived or were lost, by hour and operator, for the ministry."""

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from messaging.by_operator import Arrivals, Hour
from messaging.operators import Operator
from vaxreg import tables, ui
from vaxreg.tables import Table, TableCell

# From this share of lost messages on, of at least so many, an hour is marked.
MUCH, LEAST = 0.1, 10


def table(hours: list[Hour]) -> Table:
    """Return lost messages of all, per hour and operator, and per hour for the codes alone.

    Hours without a message are left out.
    """
    operators = list(Operator)
    return Table(
        [
            tables.text_column(_("Hour")),
            *(tables.number_column(str(operator.label)) for operator in operators),
            tables.number_column(_("All")),
            tables.number_column(_("Codes to sign in")),
        ],
        [
            [
                tables.text_cell(_hour(hour)),
                *(_cell(hour.of.get(operator, Arrivals())) for operator in operators),
                _cell(hour.total),
                _codes(hour.total),
            ]
            for hour in hours
            if hour.total.sent
        ],
        [
            tables.text_cell(_("24 hours")),
            *(_cell(arrivals) for arrivals in _by_operator(hours).values()),
            _cell(total(hours)),
            _codes(total(hours)),
        ],
    )


def total(hours: list[Hour]) -> Arrivals:
    """Return the sum of all hours and operators."""
    return sum((hour.total for hour in hours), Arrivals())


def headline(hours: list[Hour]) -> str:
    """Return the first sentence of the page: what was lost, and with whom most of it."""
    everything = total(hours)
    if not everything.sent:
        return _("No SMS was written in the last 24 hours, and nobody was called.")
    if not everything.lost:
        return _("Nothing was lost in the last 24 hours.")
    by_operator = _by_operator(hours)
    worst = max(by_operator, key=lambda operator: by_operator[operator].lost)
    return _(
        "%(lost)s of %(sent)s messages were lost in the last 24 hours; %(worst)s of them with %(operator)s."
    ) % {
        "lost": ui.number(everything.lost),
        "sent": ui.number(everything.sent),
        "worst": ui.number(by_operator[worst].lost),
        "operator": worst.label,
    }


def _by_operator(hours: list[Hour]) -> dict[Operator, Arrivals]:
    return {
        one: sum((hour.of.get(one, Arrivals()) for hour in hours), Arrivals()) for one in Operator
    }


def _hour(hour: Hour) -> str:
    return formats.date_format(timezone.localtime(hour.begins), "H:00 j/n")


def _cell(arrivals: Arrivals) -> TableCell:
    return _lost(arrivals.lost, arrivals.sent)


def _codes(arrivals: Arrivals) -> TableCell:
    return _lost(arrivals.codes_lost, arrivals.codes)


def _lost(lost: int, of: int) -> TableCell:
    if not of:
        return TableCell(None, "–")
    words = _("%(part)s of %(base)s") % {"part": ui.number(lost), "base": ui.number(of)}
    return TableCell(lost, words, kind="over" if of >= LEAST and lost / of >= MUCH else "")
