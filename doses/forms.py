"""What forms of doses have in common: the field of a vaccine, and the doubts that were shown."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from doses import vaccines
from doses.models import Vaccine
from doses.plausibility.warnings import IMPOSSIBLE, DoseWarning, sign_of
from vaxreg.forms import Form


class VaccineField(forms.ChoiceField):
    """A vaccine by its code, from the list by groups; gives the Vaccine, None for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=lambda: [("", _("Choose")), *vaccines.choices()], **kwargs)

    def clean(self, value: Any) -> Vaccine | None:
        """Return the vaccine. Raises ValidationError for a code that is not in the list."""
        code = super().clean(value)
        return Vaccine.objects.get(code=code) if code else None


class DoubtsForm(Form):
    """A form of a dose that is stored only after its doubts were shown (doses/doubts.html)."""

    # Which doubts the page showed: the same ones again are left standing knowingly.
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def has_shown(self, found: Sequence[DoseWarning]) -> bool:
        """Whether the page before showed exactly these doubts. After validation.

        What is impossible is no doubt: storing it is refused in words at once.
        """
        if IMPOSSIBLE.intersection(one.code for one in found):
            return True
        return not found or self.cleaned_data["seen"] == sign_of(found)
