"""The field of forms in which a vaccine is chosen."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from doses import vaccines
from doses.models import Vaccine


class VaccineField(forms.ChoiceField):
    """A vaccine by its code, from the list by groups; gives the Vaccine, None for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=lambda: [("", _("Choose")), *vaccines.choices()], **kwargs)

    def clean(self, value: Any) -> Vaccine | None:
        """Return the vaccine. Raises ValidationError for a code that is not in the list."""
        code = super().clean(value)
        return Vaccine.objects.get(code=code) if code else None
