"""Forms of a site's own doses: what is right, and why."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from doses import facts
from doses.actions import clean_lot
from doses.facts import Facts, Field, Position
from doses.forms import DoubtsForm, VaccineField
from doses.models import Dose
from vaxreg.forms import DateField, Form


class ChangeForm(DoubtsForm):
    """The facts of a dose as they should be, filled with those on record; `wanted` after validation.

    The site itself is not among them: a dose given elsewhere is an error of this one's.
    """

    wanted: Facts
    vaccine = VaccineField(label=gettext_lazy("Vaccine"))
    given_on = DateField(label=gettext_lazy("Date given"), past_only=True)
    lot = forms.CharField(
        label=gettext_lazy("Lot number"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    position = forms.ChoiceField(label=gettext_lazy("Dose number"), choices=Position.choices)
    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        help_text=gettext_lazy(
            "The person reads this, for example: the list of the session says so"
        ),
        error_messages={"required": gettext_lazy("Say why: the person reads it.")},
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, dose: Dose, **kwargs: Any) -> None:
        recorded = facts.facts_of(dose)
        initial = {
            "vaccine": recorded[Field.VACCINE],
            "given_on": dose.given_on,
            "lot": dose.lot,
            "position": recorded[Field.POSITION],
            "revision": dose.revision,
        }
        super().__init__(*args, initial=initial, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Store the facts in the form in which corrections keep them."""
        data = super().clean() or self.cleaned_data
        if not self.errors:
            self.wanted = {
                Field.VACCINE.value: data["vaccine"].code,
                Field.GIVEN_ON.value: data["given_on"].isoformat(),
                Field.LOT.value: clean_lot(str(data["lot"])),
                Field.POSITION.value: str(data["position"]),
            }
        return data


class ErrorForm(Form):
    """Why a dose is taken out of the record."""

    why = forms.CharField(
        label=gettext_lazy("Why was it never given to this person?"),
        max_length=500,
        help_text=gettext_lazy("The person reads this"),
        error_messages={"required": gettext_lazy("Say why: the person reads it.")},
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)
    prefix = "error"
