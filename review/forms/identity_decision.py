"""Forms to decide about facts of a person, or about a dose to be removed.

They take the same decision as forms/decision.py. Instead of facts of a dose they ask for the
identity paper that was seen, the second record, or the facts about the person.
"""

from collections.abc import Collection
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens import facts as identity_facts
from citizens.facts import NUMBERS, IdentityField, OtherField
from citizens.masking import mask_date_of_birth, mask_id, mask_name, mask_phone
from citizens.models import Citizen, IdentityCheck, Sex
from corrections import facts
from corrections.decisions.other_record import candidates
from corrections.facts import FIELD_LABELS
from corrections.models import Correction, Kind
from corrections.models.case import IDENTITY_KINDS, REMOVING_KINDS
from doses.facts import Facts, Field
from doses.models import Dose
from organizations.models import Organization
from review.forms.decision import ACCEPT, OWN, DecisionForm
from vaxreg import db_time, ui
from vaxreg.forms import BirthDateField, IdNumberField, NameField, PhoneField

ABOUT_A_DOSE = ("site_words", "own_papers", *(f"value_{field}" for field in Field))


def decision_form(case: Correction) -> type[DecisionForm]:
    """Return the form class for a case of this kind."""
    if case.kind in IDENTITY_KINDS:
        return PersonForm
    return RemovalForm if case.kind in REMOVING_KINDS else DecisionForm


class WithoutDoseFacts(DecisionForm):
    """Accept as proposed, refuse or keep; asks for no fact of the dose."""

    def _offer_facts(self, desks: list[Organization]) -> None:
        for name in ABOUT_A_DOSE:
            del self.fields[name]
        self.fields["version"].initial = self.case.version

    @property
    def rows(self) -> list[dict[str, Any]]:
        return []

    def _can_take_as_proposed(self) -> bool:
        return True

    def _drop_outcomes(self, *dropped: str) -> None:
        field = cast(forms.ChoiceField, self.fields["outcome"])
        choices = cast("list[tuple[str, Any]]", field.choices)
        field.choices = [choice for choice in choices if choice[0] not in dropped]

    def clean(self) -> dict[str, Any]:
        """Ignores "found in own papers", which does not apply here."""
        self.cleaned_data["own_papers"] = False
        return super().clean()

    def _check(self, values: Facts) -> None:
        if self.errors:
            return
        today = timezone.localdate(db_time.now())
        try:
            self.wanted = facts.check(values, today=today, kind=self.case.kind)
        except ValidationError as problem:
            self.show(problem)


class RemovalForm(WithoutDoseFacts):
    """Decides whether a recorded dose is removed."""

    def _offer_outcomes(self) -> None:
        super()._offer_outcomes()
        self._drop_outcomes(OWN)


class PersonForm(WithoutDoseFacts):
    """Decides about facts of the person, or two records of one; needs an identity paper."""

    value_full_name = NameField(required=False)
    value_date_of_birth = BirthDateField(required=False, help_text="")
    value_sex = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("Choose")), *(c for c in Sex.choices if c[0] != Sex.UNKNOWN)],
    )
    value_id_number = IdNumberField(required=False)
    value_phone = PhoneField(required=False)
    other_record = forms.ChoiceField(
        label=gettext_lazy("Which record is the other one?"),
        required=False,
        widget=forms.RadioSelect,
    )
    identity_check = forms.ChoiceField(
        label=gettext_lazy("Which identity paper did you compare it with?"),
        required=False,
        widget=forms.RadioSelect,
        choices=IdentityCheck.Paper.choices,
        help_text=gettext_lazy(
            "The original in your hands, or its photo. The number of the paper is not kept with it."
        ),
    )

    def __init__(
        self,
        *args: Any,
        case: Correction,
        desks: list[Organization],
        steps: Collection[str],
        **kwargs: Any,
    ) -> None:
        self.found: list[Citizen] = []
        if case.kind == Kind.SPLIT_RECORD and case.is_open:
            self.found = candidates(case)
        super().__init__(*args, case=case, desks=desks, steps=steps, **kwargs)

    @property
    def is_split(self) -> bool:
        """The case asks to merge two records."""
        return self.case.kind == Kind.SPLIT_RECORD

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row per fact about the person: checkbox, value field, recorded value."""
        if self.is_split:
            return []
        recorded = self._recorded()
        return [
            {
                "field": field.value,
                "take": self[f"take_{field}"],
                "value": self[f"value_{field}"],
                "recorded": self._shown(field, recorded[field]),
                "is_needed": False,
            }
            for field in IdentityField
        ]

    def _shown(self, field: IdentityField, recorded: str) -> str:
        """Return what is on record; a number only if it is in dispute."""
        if field in NUMBERS and field not in self.case.proposed:
            return identity_facts.masked(field, recorded)
        return facts.show(field, recorded, {})

    def _recorded(self) -> Facts:
        return identity_facts.facts_of(self.case.citizen.kept)

    def _offer_outcomes(self) -> None:
        super()._offer_outcomes()
        if self.is_split:
            self._drop_outcomes(OWN)

    def _can_take_as_proposed(self) -> bool:
        return not self.is_split or bool(self.found)

    def _offer_facts(self, desks: list[Organization]) -> None:
        super()._offer_facts(desks)
        for field in IdentityField:
            if self.is_split:
                del self.fields[f"value_{field}"]
            else:
                self._offer_fact(field)
        if not self.is_split:
            del self.fields["other_record"]
            return
        records = [(str(one.public_id), _choice(one)) for one in self.found]
        cast(forms.ChoiceField, self.fields["other_record"]).choices = records
        if len(records) == 1:
            self.fields["other_record"].initial = records[0][0]

    def _offer_fact(self, field: IdentityField) -> None:
        value: Any = self.case.proposed.get(field)
        if not value and field not in NUMBERS:
            value = self._recorded()[field]
        if field == IdentityField.DATE_OF_BIRTH:
            value = identity_facts.as_values({field: value})[field]
        self.fields[f"value_{field}"].initial = value
        self.fields[f"value_{field}"].label = str(FIELD_LABELS[field])
        self.fields[f"take_{field}"] = forms.BooleanField(
            label=str(FIELD_LABELS[field]), required=False, initial=field in self.case.proposed
        )

    def clean(self) -> dict[str, Any]:
        """Require, to accept, the paper and (for a split record) the choice of the record."""
        data = super().clean()
        if data.get("outcome") not in (ACCEPT, OWN):
            return data
        if not data.get("identity_check") and "identity_check" not in self.errors:
            self.add_error("identity_check", _("Say which identity paper you saw."))
        if self.is_split and "other_record" not in self.errors:
            if not data.get("other_record"):
                self.add_error("other_record", _("Choose which record it is."))
            else:
                self.wanted = {
                    **self.case.proposed,
                    OtherField.RECORD.value: data["other_record"],
                }
        return data

    def _forget_errors_beside(self, outcome: str) -> None:
        kept = {}
        if outcome in (ACCEPT, OWN):
            taken = {f"value_{name}" for name in IdentityField if self._takes(name)}
            wanted = {"identity_check", "other_record", *(taken if outcome == OWN else ())}
            kept = {name: self.errors[name] for name in wanted if name in self.errors}
        super()._forget_errors_beside(outcome)
        self.errors.update(kept)

    def _takes(self, field: IdentityField) -> bool:
        return bool(self.cleaned_data.get(f"take_{field}"))

    def _own_values(self) -> Facts:
        values: Facts = {}
        for field in filter(self._takes, IdentityField):
            value = self.cleaned_data.get(f"value_{field}")
            if value:
                values[field.value] = value if isinstance(value, str) else value.isoformat()
            elif f"value_{field}" not in self.errors:
                self.add_error(f"value_{field}", _("Enter the right value, or take the tick away."))
        if self.errors:
            return values
        if not values:
            self.add_error("outcome", _("Tick at least one detail that changes, or refuse."))
        elif not identity_facts.differing(self.case.citizen.kept, values):
            self.add_error(
                "outcome",
                _("These values are on the record already. Change at least one, or refuse."),
            )
        return values

    def show(self, problem: ValidationError) -> None:
        """Show errors of a verb beside the fields that these kinds have."""
        if hasattr(problem, "error_dict"):
            for name in ("identity_check", "other_record"):
                if name in self.fields and name in problem.error_dict:
                    self.add_error(name, problem.error_dict.pop(name))
        super().show(problem)

    def _acceptance(self, values: Facts | None) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "values": self.wanted if self.is_split else values,
            "remark": cleaned["note"],
            "identity_check": cleaned["identity_check"],
        }


def _choice(citizen: Citizen) -> Any:
    """Return the label of the other record: masked, with its number of doses."""
    doses = Dose.objects.of(citizen).completed().count()
    facts_shown = [
        mask_date_of_birth(citizen.date_of_birth),
        mask_id(citizen.id_number),
        mask_phone(citizen.phone),
        _("Doses: %(number)s") % {"number": doses},
    ]
    return ui.choice(mask_name(citizen.full_name), " · ".join(one for one in facts_shown if one))
