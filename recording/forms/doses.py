"""Forms of the desk of a session: who it is, a new person, and the dose."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.models import Sex
from doses.facts import Position
from doses.forms import DoubtsForm, VaccineField
from doses.models import ReceivedLot
from recording.actions import GivenDose
from recording.forms.sessions import lot_label
from recording.people import Typed, read_typed
from vaxreg.forms import BirthDateField, Form, IdNumberField, NameField, PhoneField
from vaxreg.typed import countries
from vaxreg.typed.chip_cards import NotAChipCard

OTHER = "other"


class WhoForm(Form):
    """One field for whatever is at hand about the person; `typed` is what it says."""

    typed: Typed
    who = forms.CharField(
        label=gettext_lazy("Who is it?"),
        max_length=1000,
        help_text=gettext_lazy(
            "ID number, the QR code of the card from a scanner, phone number, or name and date of birth"
        ),
        error_messages={"required": gettext_lazy("Type or scan who it is.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}
        ),
    )

    def clean_who(self) -> str:
        """Read what was typed. A name alone is asked for the date of birth."""
        text = str(self.cleaned_data["who"])
        try:
            self.typed = read_typed(text)
        except NotAChipCard as other:
            raise ValidationError(str(other)) from None
        if not self.typed.is_enough:
            raise ValidationError(
                _("Write the date of birth behind the name, for example: Nguyễn Thị Lan 27/3/1988.")
            )
        return text


class PersonForm(Form):
    """A person who has no record yet, as they and their paper say."""

    full_name = NameField(
        label=gettext_lazy("Full name"),
        help_text=gettext_lazy("As on the identity card, with diacritics"),
    )
    date_of_birth = BirthDateField(label=gettext_lazy("Date of birth"))
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"),
        choices=[(Sex.FEMALE.value, Sex.FEMALE.label), (Sex.MALE.value, Sex.MALE.label)],
        widget=forms.RadioSelect,
    )
    id_number = IdNumberField(label=gettext_lazy("ID number"), required=False)
    phone = PhoneField(
        label=gettext_lazy("Phone number"),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    nationality = forms.ChoiceField(label=gettext_lazy("Nationality"), initial=countries.VIET_NAM)
    is_somebody_else = forms.BooleanField(
        label=gettext_lazy("It is another person of this name and date of birth"),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast(forms.ChoiceField, self.fields["nationality"])
        choice.choices = list(countries.names().items())


class RecordForm(DoubtsForm):
    """The dose that a person gets in this session; `given` is the dose after validation.

    lots: those of the session; one of them is chosen in one field, anything else in two.
    """

    given: GivenDose
    supply = forms.ChoiceField(label=gettext_lazy("Vaccine and lot"))
    vaccine = VaccineField(label=gettext_lazy("Vaccine"), required=False)
    lot = forms.CharField(
        label=gettext_lazy("Lot number"),
        required=False,
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    position = forms.ChoiceField(label=gettext_lazy("Dose number"), choices=Position.choices)
    given_time = forms.TimeField(
        label=gettext_lazy("Time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={
            "invalid": gettext_lazy("Enter the time as hours:minutes, for example 14:30.")
        },
    )
    given_by = forms.CharField(
        label=gettext_lazy("Given by"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, lots: Iterable[ReceivedLot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lots = {str(lot.pk): lot for lot in lots}
        if self.lots:
            supply = cast(forms.ChoiceField, self.fields["supply"])
            supply.choices = [
                *((key, lot_label(lot)) for key, lot in self.lots.items()),
                (OTHER, _("Another vaccine or lot")),
            ]
        else:
            del self.fields["supply"]

    def clean(self) -> dict[str, Any]:
        """Store what was given in `given`."""
        data = super().clean() or self.cleaned_data
        lot = self.lots.get(str(data.get("supply", "")))
        vaccine = lot.vaccine if lot else data.get("vaccine")
        if vaccine is None and "supply" not in self.errors:
            self.add_error("vaccine", _("Choose the vaccine."))
        if vaccine is not None and not self.errors:
            self.given = GivenDose(
                vaccine=vaccine,
                lot=lot.number if lot else str(data["lot"]),
                position=str(data["position"]),
                given_time=data["given_time"],
                given_by=str(data["given_by"]),
            )
        return data

    @property
    def is_other(self) -> bool:
        """Whether another vaccine or lot than those in the list is being entered."""
        return "supply" in self.fields and self["supply"].value() == OTHER
