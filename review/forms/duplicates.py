"""Forms of a pair of records: which to keep and why; why they are separated again."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from review.duplicates.pairs import Side, to_keep
from vaxreg.forms import Form

REASON = forms.CharField(
    label=gettext_lazy("Why?"),
    help_text=gettext_lazy("What you looked at: paper, register, a call. It stays in the history."),
    max_length=300,
    widget=forms.TextInput(attrs={"autocomplete": "off"}),
)


class MergeForm(Form):
    """Which of the two records stays, and why they are one person's."""

    keep = forms.ChoiceField(label=gettext_lazy("Which record stays?"), widget=forms.RadioSelect)
    why = REASON

    def __init__(self, *args: Any, both: Sequence[Side], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"keep": str(to_keep(both).public_id)})
        super().__init__(*args, **kwargs)
        self.fields["keep"].choices = [  # type: ignore[attr-defined]
            (str(side.citizen.public_id), f"{letter} · {side.citizen.full_name}")
            for letter, side in zip("AB", both, strict=True)
        ]


class SeparateForm(Form):
    """Why two records are separated again."""

    why = REASON
