"""Forms to open a record or to start one."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.actions import SOMEBODY_ELSE
from citizens.masking import mask_id
from citizens.models import Citizen, Sex
from organizations.models import Area
from vaxreg import ui
from vaxreg.forms import BirthDateField, Form, IdNumberField, NameField
from vaxreg.typed import countries

LEVELS = ("province", "district", "commune")


class RecordChoiceMixin(forms.BaseForm):
    """Asks which of several records is meant, once the facts fit more than one."""

    def offer(self, records: Iterable[Citizen], *, somebody_else: bool) -> None:
        """Add the field `record`; somebody_else: none of them may be the person's."""
        choices = [(str(one.public_id), _record_choice(one)) for one in records]
        if somebody_else:
            choices.append((SOMEBODY_ELSE, _("None of these: it is another person")))
        self.fields["record"] = forms.ChoiceField(
            label=_("Whose record is it?"), choices=choices, widget=forms.RadioSelect
        )
        self.add_error(
            "record", _("Records on your phone number fit what you typed. Choose the right one.")
        )

    @property
    def chosen(self) -> str:
        """The public id that was chosen, or SOMEBODY_ELSE; "" before anybody asked."""
        return str(self.data.get(self.add_prefix("record"), ""))


def _record_choice(citizen: Citizen) -> Any:
    facts = [
        str(citizen.born),
        str(citizen.get_sex_display()) if citizen.sex != Sex.UNKNOWN else "",
        mask_id(citizen.id_number),
    ]
    return ui.choice(citizen.full_name, " · ".join(fact for fact in facts if fact))


class OpenRecordForm(RecordChoiceMixin, Form):
    """The second fact: the ID number, or full name and date of birth; or all three."""

    id_number = IdNumberField(
        label=gettext_lazy("ID number"),
        required=False,
        help_text=gettext_lazy("12 digits of the citizen identity card, or the old 9 digits"),
    )
    full_name = NameField(label=gettext_lazy("Full name"), required=False)
    date_of_birth = BirthDateField(label=gettext_lazy("Date of birth"), required=False)
    # From the code of a card alone (card_reading.py).
    old_id_number = IdNumberField(required=False, widget=forms.HiddenInput)
    # The text above the fields says which are required: "optional" would mislead.
    mark_optional = False

    def clean(self) -> dict[str, Any]:
        """Require the number, or name and date of birth together."""
        data = super().clean() or self.cleaned_data
        if self.errors or data.get("id_number"):
            return data
        if not data.get("full_name") and not data.get("date_of_birth"):
            self.add_error(
                "id_number", _("Enter the ID number, or the full name and the date of birth.")
            )
        elif not data.get("full_name"):
            self.add_error("full_name", _("Enter the full name too, or the ID number instead."))
        elif not data.get("date_of_birth"):
            self.add_error(
                "date_of_birth", _("Enter the date of birth too, or the ID number instead.")
            )
        return data


class PhotoProofForm(Form):
    """Two photos by which somebody proves from afar that a record is their own."""

    paper = forms.FileField(
        label=gettext_lazy("Photo of the front of your identity card or passport"),
        error_messages={"required": gettext_lazy("Choose a photo of the card or passport.")},
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    person = forms.FileField(
        label=gettext_lazy("Photo of your face, with the same paper in your hand"),
        error_messages={
            "required": gettext_lazy("Choose a photo of your face with the paper in your hand.")
        },
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "user"}),
    )


class AreaForm(Form):
    """A home address: province, then district, then commune; each choice gives the next list.

    With scripts the next list loads at once; without them a button loads it.
    """

    province = forms.ChoiceField(
        label=gettext_lazy("Province or city"),
        error_messages={"required": gettext_lazy("Choose the province or city.")},
    )
    district = forms.ChoiceField(label=gettext_lazy("District"), required=False)
    commune = forms.ChoiceField(label=gettext_lazy("Commune"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Area | None = None
        for number, level in enumerate(LEVELS):
            below = Area.objects.current().filter(level=level, parent=chosen)
            below = below.order_by("search_name")
            if number == 0 and not self._sent(level):
                # Nothing was chosen: read the list only when it is shown.
                self._offer(level, below)
                continue
            areas = list(below) if chosen or number == 0 else []
            if areas:
                self._offer(level, areas)
            else:
                # Nothing is chosen above it yet, or the area has no parts: remove the field.
                del self.fields[level]
            found = next((area for area in areas if area.code == self._sent(level)), None)
            # Since July 2025 communes are direct parts of a province. Codes were reused: with a
            # district, the commune is one from before the reform and must be chosen again.
            skipped = chosen if not areas and not self._sent(level) else None
            chosen = found or skipped

    def _offer(self, level: str, areas: Iterable[Area]) -> None:
        field = cast(forms.ChoiceField, self.fields[level])
        field.choices = lambda: [
            ("", _("Choose…")),
            *((area.code, area.full_name) for area in areas),
        ]

    def _sent(self, level: str) -> str:
        return str((self.data or self.initial).get(self.add_prefix(level), ""))

    def clean(self) -> dict[str, Any]:
        """Store the smallest chosen area in `area`."""
        data = super().clean() or self.cleaned_data
        codes = [data[level] for level in LEVELS if data.get(level)]
        data["area"] = Area.objects.current().get(code=codes[-1]) if codes else None
        return data


class StartRecordForm(RecordChoiceMixin, AreaForm):
    """The facts of a person whose record does not exist yet."""

    full_name = NameField(
        label=gettext_lazy("Full name"),
        help_text=gettext_lazy("As on the identity card, with diacritics"),
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    date_of_birth = BirthDateField(label=gettext_lazy("Date of birth"))
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"),
        choices=[(Sex.FEMALE.value, Sex.FEMALE.label), (Sex.MALE.value, Sex.MALE.label)],
        widget=forms.RadioSelect,
    )
    id_number = IdNumberField(
        label=gettext_lazy("ID number"),
        help_text=gettext_lazy("12 digits of the citizen identity card, or the old 9 digits"),
    )
    # From the code of a card alone (card_reading.py).
    old_id_number = IdNumberField(required=False, widget=forms.HiddenInput)
    nationality = forms.ChoiceField(label=gettext_lazy("Nationality"), initial=countries.VIET_NAM)
    workplace = forms.CharField(
        label=gettext_lazy("Workplace or school"),
        required=False,
        max_length=160,
        help_text=gettext_lazy("Many people were vaccinated through their workplace"),
    )
    field_order = (
        "full_name",
        "date_of_birth",
        "sex",
        "id_number",
        "nationality",
        "workplace",
        "province",
        "district",
        "commune",
        "record",
    )

    def __init__(self, *args: Any, for_ward: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A child may have no identity card yet.
        self.fields["id_number"].required = not for_ward
        choice = cast(forms.ChoiceField, self.fields["nationality"])
        choice.choices = list(countries.names().items())
        if not for_ward:
            self.fields["full_name"].widget.attrs["autocomplete"] = "name"
            self.fields["date_of_birth"].widget.attrs["autocomplete"] = "bday"
