"""Forms of the second step of filing, for every kind of claim except details of one dose.

Each form asks only what its kind of claim needs. After validation `claim` has the result, as in
DoseForm.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens import facts as identity_facts
from citizens.facts import IdentityField, OtherField
from citizens.models import Citizen, Sex
from corrections import facts
from corrections.actions.filing import Claim
from corrections.decisions import other_record
from corrections.facts import Removal
from corrections.models import Kind
from corrections.prechecks.doses import Proposal
from doses import facts as dose_facts
from doses.facts import Facts
from doses.models import Dose
from vaxreg import ui
from vaxreg.forms import BirthDateField, Form, IdNumberField, NameField, PhoneField


class ClaimForm(Form):
    """The base of these forms: the dose or the person, and the resulting claim."""

    mark_optional = False

    def __init__(
        self, *args: Any, kind: Kind, dose: Dose | None, citizen: Citizen, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.dose = dose
        self.citizen = citizen
        self.claim: Claim | None = None
        self._offer()

    def _offer(self) -> None:
        """Set choices and initial values from the record."""

    def _proposed(self) -> Facts:
        """Return the proposed facts of the valid fields."""
        return {}

    def clean(self) -> dict[str, Any]:
        """Build the claim."""
        data = super().clean() or self.cleaned_data
        if not self.errors:
            self._judge(self._proposed())
        if not self.errors:
            self.claim = Claim(self._proposed(), self.dose, kind=self.kind)
        return data

    def _judge(self, proposed: Facts) -> None:
        """Add errors for what is missing."""

    def so_far(self) -> Proposal:
        """Return the proposal for the prechecks, from the valid fields alone."""
        self.is_valid()
        return Proposal(self.dose, self._proposed(), kind=self.kind)


class NothingToAskForm(ClaimForm):
    """For kinds without fields: the dose is not theirs, or was never given."""


class DuplicateForm(ClaimForm):
    """Asks which other dose this one repeats."""

    duplicate_of = forms.ChoiceField(
        label=gettext_lazy("Which dose does it repeat?"),
        help_text=gettext_lazy("That dose stays on the record; this one is taken out."),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the dose that it repeats.")},
    )

    def _offer(self) -> None:
        others = Dose.objects.of(self.citizen).shown_to_citizen()
        if self.dose is not None:
            others = others.exclude(pk=self.dose.pk)
        field = cast(forms.ChoiceField, self.fields["duplicate_of"])
        field.choices = [(str(dose.public_id), dose_facts.dose_name(dose)) for dose in others]

    def _proposed(self) -> Facts:
        other = self.cleaned_data.get("duplicate_of")
        return {Removal.DUPLICATE_OF.value: other} if other else {}


class PersonDetailsForm(ClaimForm):
    """Asks for facts about the person; an empty field stays as recorded."""

    full_name = NameField(
        label=gettext_lazy("Full name"),
        required=False,
        help_text=gettext_lazy("As on the identity card, with diacritics"),
    )
    date_of_birth = BirthDateField(label=gettext_lazy("Date of birth"), required=False)
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), required=False)
    id_number = IdNumberField(
        label=gettext_lazy("ID number"),
        required=False,
        help_text=gettext_lazy("12 digits of the citizen identity card, or the old 9 digits"),
    )
    phone = PhoneField(label=gettext_lazy("Phone number"), required=False)

    def _offer(self) -> None:
        recorded = identity_facts.facts_of(self.citizen)
        choices = [("", _("As recorded")), *(c for c in Sex.choices if c[0] != Sex.UNKNOWN)]
        cast(forms.ChoiceField, self.fields["sex"]).choices = choices
        for name in IdentityField:
            shown = facts.show(name, recorded[name], {})
            self.fields[name].current = shown or _("nothing")  # type: ignore[attr-defined]
        # In a child's record this is another person's phone: the browser must not fill it in.
        self.fields["phone"].widget.attrs["autocomplete"] = "off"

    def _proposed(self) -> Facts:
        said = _as_facts(self.cleaned_data, {name: name for name in IdentityField})
        return identity_facts.differing(self.citizen, said)

    def _judge(self, proposed: Facts) -> None:
        if not proposed:
            self.add_error(
                None, _("Nothing differs from what is recorded. Change at least one detail.")
            )


class OtherRecordForm(ClaimForm):
    """Asks for data of the other record: ID number, or name with date of birth, or phone."""

    id_number = IdNumberField(
        label=gettext_lazy("ID number on the other record"),
        required=False,
        help_text=gettext_lazy("Often the old number of 9 digits"),
    )
    full_name = NameField(
        label=gettext_lazy("Name on the other record"),
        required=False,
        help_text=gettext_lazy("As it is written there, even if it is misspelt"),
    )
    date_of_birth = BirthDateField(
        label=gettext_lazy("Date of birth on the other record"), required=False
    )
    phone = PhoneField(
        label=gettext_lazy("Phone number on the other record"),
        required=False,
        help_text=gettext_lazy("An old number, or that of a relative"),
    )

    def _offer(self) -> None:
        self.fields["phone"].widget.attrs["autocomplete"] = "off"

    def _proposed(self) -> Facts:
        names = {name.removeprefix("other_"): name for name in OtherField}
        return _as_facts(self.cleaned_data, names)

    def _judge(self, proposed: Facts) -> None:
        if not proposed:
            self.add_error(
                "id_number",
                _("Fill in one at least: the ID number, name and date of birth, or the phone."),
            )
        elif other_record.lacks(proposed):
            missing = "date_of_birth" if OtherField.FULL_NAME in proposed else "full_name"
            self.add_error(missing, _("Name and date of birth are needed together."))


FORMS: dict[Kind, type[ClaimForm]] = {
    Kind.NOT_MINE: NothingToAskForm,
    Kind.NEVER_GIVEN: NothingToAskForm,
    Kind.DUPLICATE: DuplicateForm,
    Kind.IDENTITY: PersonDetailsForm,
    Kind.SPLIT_RECORD: OtherRecordForm,
}
# Titles and first sentences of the second step; kinds without a page are not included.
TITLES = {
    Kind.DUPLICATE: gettext_lazy("The same dose stands twice"),
    Kind.IDENTITY: gettext_lazy("Personal details are wrong"),
    Kind.SPLIT_RECORD: gettext_lazy("The doses stand on two records"),
}
LEADS = {
    Kind.IDENTITY: gettext_lazy(
        "Fill in only what is wrong. Leave everything else empty. The commune health station "
        "of the place of residence compares it with the identity paper."
    ),
    Kind.SPLIT_RECORD: gettext_lazy(
        "Say what you know of the other record; one line is enough. The commune health "
        "station finds it and compares it with the identity paper. No dose is lost."
    ),
}


def kinds_of(dose: Dose, doses: Iterable[Dose]) -> list[tuple[str, Any]]:
    """Return choices for what can be wrong with a recorded dose, for the first step."""
    offered = [
        (
            Kind.WRONG_FIELDS,
            _("Its details are wrong"),
            _("Vaccine, date, site, lot or dose number"),
        ),
        (Kind.NOT_MINE, _("This dose is somebody else’s"), _("It was given to another person")),
        (Kind.NEVER_GIVEN, _("This dose was never given"), _("There was no vaccination then")),
        (Kind.DUPLICATE, _("The same dose stands twice"), _("It was recorded twice")),
    ]
    has_others = any(other != dose for other in doses)
    return [
        (kind.value, ui.choice(title, hint))
        for kind, title, hint in offered
        if kind != Kind.DUPLICATE or has_others
    ]


def _as_facts(data: Mapping[str, Any], names: Mapping[str, str]) -> Facts:
    said = {fact: data.get(name) for name, fact in names.items()}
    return {
        str(fact): value if isinstance(value, str) else value.isoformat()
        for fact, value in said.items()
        if value
    }
