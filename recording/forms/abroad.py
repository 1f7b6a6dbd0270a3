"""The form of a dose that was given in another country."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from doses.actions import Abroad
from doses.facts import Position
from doses.forms import DoubtsForm, VaccineField
from doses.plausibility.checks import DoseLine
from vaxreg.forms import DateField
from vaxreg.typed import countries


class AbroadForm(DoubtsForm):
    """A dose as the certificate of another country says it."""

    country = forms.ChoiceField(label=gettext_lazy("Country"))
    vaccine = VaccineField(label=gettext_lazy("Vaccine"))
    product = forms.CharField(
        label=gettext_lazy("Product on the paper"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("As it is printed there: a name, or a code such as EU/1/20/1528"),
    )
    given_on = DateField(label=gettext_lazy("Date given"), past_only=True)
    position = forms.ChoiceField(label=gettext_lazy("Dose number"), choices=Position.choices)
    lot = forms.CharField(label=gettext_lazy("Lot number"), required=False, max_length=64)
    issuer = forms.CharField(
        label=gettext_lazy("Who issued the paper"), required=False, max_length=120
    )
    why = forms.CharField(
        label=gettext_lazy("Which paper did you see?"),
        max_length=500,
        help_text=gettext_lazy("The person reads this"),
        error_messages={"required": gettext_lazy("Say which paper you saw.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        abroad = [one for one in countries.names().items() if one[0] != countries.VIET_NAM]
        cast(forms.ChoiceField, self.fields["country"]).choices = [("", _("Choose")), *abroad]

    @property
    def line(self) -> DoseLine:
        """The dose as it would stand on the record. After validation."""
        data = self.cleaned_data
        return DoseLine(
            data["position"], data["given_on"], data["vaccine"], is_recorded=False, is_abroad=True
        )

    @property
    def abroad(self) -> Abroad:
        """Where the dose was given. After validation."""
        data = self.cleaned_data
        return Abroad(data["country"], data["product"], data["issuer"])
