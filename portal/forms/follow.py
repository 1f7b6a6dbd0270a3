"""The form for following a correction without signing in."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corrections.reference import read_reference
from portal.following import DIGITS
from vaxreg.forms import Form


class FollowForm(Form):
    """The reference on the receipt, and the last digits of the phone number."""

    reference = forms.CharField(
        label=gettext_lazy("Reference"),
        max_length=40,
        help_text=gettext_lazy("On the receipt and in our messages, for example: VR-7K3M-9QXD"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    digits = forms.CharField(
        label=gettext_lazy("Last 4 digits of the phone number"),
        max_length=20,
        help_text=gettext_lazy(
            "The number with which it was sent, or which was given to the hotline"
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": "10"}),
    )

    def clean_reference(self) -> str:
        """Return the stored form. The error for an impossible code reveals no real reference."""
        reference = read_reference(self.cleaned_data["reference"])
        if reference is None:
            raise ValidationError(
                _("This code cannot be right. Check each letter; it looks like VR-7K3M-9QXD.")
            )
        return reference

    def clean_digits(self) -> str:
        """Return four digits: the last four if a whole number was typed."""
        digits = re.sub(r"[^0-9]", "", self.cleaned_data["digits"])
        if len(digits) < DIGITS:
            raise ValidationError(
                _("Enter the last 4 digits of the phone number, for example 5678.")
            )
        return digits[-DIGITS:]
