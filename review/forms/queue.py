"""The filter of the queue."""

from django import forms
from django.utils.translation import gettext_lazy

from corrections.models import Kind
from vaxreg.forms import Form


class QueueFilterForm(Form):
    """Filters the queue by name or reference, kind and photo."""

    mark_optional = False

    q = forms.CharField(label=gettext_lazy("Name or reference"), required=False, max_length=120)
    kind = forms.ChoiceField(
        label=gettext_lazy("What is asked"),
        required=False,
        choices=[("", gettext_lazy("All kinds")), *Kind.choices],
    )
    photo = forms.ChoiceField(
        label=gettext_lazy("Photo"),
        required=False,
        choices=[
            ("", gettext_lazy("With or without photo")),
            ("with", gettext_lazy("With photo")),
            ("without", gettext_lazy("Without photo")),
        ],
    )

    def narrowing(self) -> dict[str, str]:
        """Return the valid filters; invalid ones are ignored."""
        self.is_valid()
        cleaned = self.cleaned_data
        return {
            "words": cleaned.get("q", ""),
            "kind": cleaned.get("kind", ""),
            "photo": cleaned.get("photo", ""),
        }
