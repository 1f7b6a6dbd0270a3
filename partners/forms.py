"""The form of a consent: whose record, what for, how long; and what the app has sent along."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from oauth2_provider.forms import AllowForm

from citizens.models import Citizen
from partners.consents import DAYS, PROPOSED_DAYS
from partners.scopes import OF_CITIZENS
from vaxreg.forms import FormMixin


class ConsentForm(FormMixin, AllowForm):
    """What a citizen lets an app do. people: those that may be chosen, the user's own first."""

    people = forms.MultipleChoiceField(
        label=_("Whose record?"), widget=forms.CheckboxSelectMultiple, required=False
    )
    may = forms.MultipleChoiceField(
        label=_("What may it do?"), widget=forms.CheckboxSelectMultiple, required=False
    )
    days = forms.TypedChoiceField(
        label=_("For how long?"),
        coerce=int,
        widget=forms.RadioSelect,
        required=False,
        choices=[
            (days, ngettext_lazy("%(days)s day", "%(days)s days", "days") % {"days": days})
            for days in DAYS
        ],
    )
    mark_optional = False

    def __init__(self, *args: Any, people: list[Citizen], scopes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of = {str(one.public_id): one for one in people}
        self.fields["people"].choices = [  # type: ignore[attr-defined]
            (key, one.full_name) for key, one in self.of.items()
        ]
        self.fields["may"].choices = [  # type: ignore[attr-defined]
            (scope, OF_CITIZENS[scope]) for scope in OF_CITIZENS if scope in scopes
        ]

    def clean(self) -> dict[str, Any]:
        """Agreeing takes somebody and something; refusing takes nothing."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["days"] = cleaned.get("days") or PROPOSED_DAYS
        if cleaned.get("allow"):
            if not cleaned.get("people") and "people" not in self.errors:
                self.add_error("people", _("Choose at least one record."))
            if not cleaned.get("may") and "may" not in self.errors:
                self.add_error("may", _("Choose at least one thing."))
        return cleaned

    @property
    def chosen(self) -> list[Citizen]:
        """The records of a valid form."""
        return [self.of[key] for key in self.cleaned_data["people"]]
