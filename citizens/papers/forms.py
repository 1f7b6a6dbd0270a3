"""The form of one more identity document."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.models import IdentityDocument, kind_of
from vaxreg.forms import DateField, Form, IdNumberField
from vaxreg.typed import countries


class DocumentForm(Form):
    """A number, and what a passport needs besides: the country, and until when it is valid."""

    number = IdNumberField(
        label=gettext_lazy("Number"),
        help_text=gettext_lazy(
            "Old identity card (9 digits), identity card (12 digits) or passport"
        ),
    )
    country = forms.ChoiceField(label=gettext_lazy("Country of the passport"), required=False)
    valid_from = DateField(label=gettext_lazy("Issued on"), required=False)
    valid_until = DateField(label=gettext_lazy("Valid until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast(forms.ChoiceField, self.fields["country"])
        choice.choices = [("", _("Choose…")), *countries.names().items()]

    def clean(self) -> dict[str, Any]:
        """Require the country of a passport, and dates in their order."""
        data = super().clean() or self.cleaned_data
        number = data.get("number")
        is_passport = number and kind_of(number) == IdentityDocument.Kind.PASSPORT
        if is_passport and data.get("country") == "":
            self.add_error("country", _("Choose the country that issued the passport."))
        begin, end = data.get("valid_from"), data.get("valid_until")
        if begin and end and end < begin:
            self.add_error("valid_until", _("The last day lies before the day of issue."))
        return data
