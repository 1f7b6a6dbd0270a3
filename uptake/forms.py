"""The filters of the coverage page; all are in the query string."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.models import REGISTRY_START
from uptake.models import Band, Measure
from uptake.reports import CoverageFilters
from vaxreg.forms import DateField, Form

EVERY_BAND = [("", _("All ages")), *Band.choices]
PERIODS = [
    ("", _("Since the first dose, by month")),
    ("90", _("The last 90 days")),
    ("30", _("The last 30 days")),
]


class CoverageFilterForm(Form):
    """Measure, age band, day and period. Invalid values are reported and then ignored."""

    mark_optional = False

    measure = forms.ChoiceField(label=_("Measure"), choices=Measure.choices, required=False)
    band = forms.ChoiceField(label=_("Age"), choices=EVERY_BAND, required=False)
    day = DateField(
        label=_("Until the end of"),
        past_only=True,
        earliest=REGISTRY_START,
        required=False,
        help_text="",
    )
    period = forms.ChoiceField(label=_("Development"), choices=PERIODS, required=False)

    def chosen(self) -> CoverageFilters:
        """Return the valid filters, with defaults for the others."""
        clean = self._valid()
        return CoverageFilters(
            day=clean.get("day") or timezone.localdate(),
            band=clean.get("band") or "",
            period=int(clean.get("period") or 0),
        )

    def chosen_measure(self) -> str:
        """Return the measure that sorts rows and bars."""
        return str(self._valid().get("measure") or Measure.ONE_DOSE.value)

    def query(self) -> dict[str, str]:
        """Return the query parameters; without today's date, so that the link follows the date."""
        return {
            name: f"{value:%d-%m-%Y}" if isinstance(value, date) else str(value)
            for name, value in self._valid().items()
            if value and value != timezone.localdate()
        }

    @property
    def status(self) -> int:
        """HTTP status of the page: 422 for an invalid form."""
        return 200 if self.is_valid() else 422

    def _valid(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data
