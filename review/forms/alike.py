"""The form with which alike cases are decided together: accept, or refuse on one ground."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corrections.lifecycle import GROUND_LABELS
from vaxreg.forms import Form


class AlikeForm(Form):
    """Which button was pressed says what is needed; the cases are ticked beside the form."""

    mark_optional = False

    note = forms.CharField(
        label=gettext_lazy("Note to the citizens (optional)"), required=False, max_length=500
    )
    ground = forms.ChoiceField(
        label=gettext_lazy("Official ground"),
        required=False,
        choices=[("", gettext_lazy("Choose"))]
        + [(g.value, text) for g, text in GROUND_LABELS.items()],
    )
    sentence = forms.CharField(
        label=gettext_lazy("What the citizens will read"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Left empty, the ready sentence of the ground is sent."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, refuses: bool = False, ticked: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._refuses, self._ticked = refuses, ticked

    def clean(self) -> dict[str, Any]:
        """Require a tick, and the ground of a refusal."""
        data = super().clean() or self.cleaned_data
        if not self._ticked:
            self.add_error(None, _("Tick the cases that you looked at."))
        if self._refuses and not data.get("ground") and "ground" not in self.errors:
            self.add_error("ground", _("Choose the official ground."))
        return data
