"""The form with which the ministry switches the address of a partner app off or on."""

from django import forms
from django.utils.translation import gettext_lazy

from partners.models.webhooks import LONGEST_REASON
from vaxreg.forms import Form


class SwitchForm(Form):
    """Why; which button was pressed says what."""

    mark_optional = False
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "It stays on record. The operators of the app read why it was switched off."
        ),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Write the reason: it stays on record for good.")},
    )

    @property
    def turns_on(self) -> bool:
        return "on" in self.data
