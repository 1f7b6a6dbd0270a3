"""Forms of the last steps of filing: photos of the paper, and the check before sending."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vaxreg.forms import Form


class PhotoInput(forms.FileInput):
    """Lets several photos or PDFs of the paper be chosen; a script makes photos smaller."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        # The endings are for systems that know no type of HEIC.
        accepted = (
            "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif,application/pdf"
        )
        super().__init__({"multiple": True, "accept": accepted, "data-downscale": True})


class PhotosForm(Form):
    """Photos of the paper; if the paper is lost, where and when it was in words."""

    photos = forms.FileField(
        label=gettext_lazy("Photos of the paper"),
        required=False,
        widget=PhotoInput(),
    )
    has_no_paper = forms.BooleanField(
        label=gettext_lazy("I no longer have the paper"), required=False
    )
    where_when = forms.CharField(
        label=gettext_lazy("Without the paper: where and when was this dose given?"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy(
            "For example: school yard of Chu Văn An, in the morning, together with the mother. It "
            "helps the site to find its own papers."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    mark_optional = False

    def __init__(
        self,
        *args: Any,
        has_photos: bool,
        needs_paper: bool = True,
        problems: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.has_photos = has_photos
        self.needs_paper = needs_paper
        self.problems = list(problems)
        if not needs_paper:
            # For a dose that was never given there is no paper.
            del self.fields["has_no_paper"], self.fields["where_when"]

    def clean(self) -> dict[str, Any]:
        """Require a photo or words: without either, the proposal would only be refused."""
        data = super().clean() or self.cleaned_data
        if self.problems:
            self.add_error("photos", ValidationError(self.problems))
            return data
        if data.get("has_no_paper"):
            if not data.get("where_when") and "where_when" not in self.errors:
                self.add_error("where_when", _("Write where and when this dose was given."))
        elif self.needs_paper and not self.has_photos and "photos" not in self.errors:
            self.add_error(
                "photos", _("Add a photo of the paper, or say that you no longer have it.")
            )
        return data


class CheckForm(Form):
    """The last page: words to the reviewer, and the declaration, never checked beforehand."""

    words = forms.CharField(
        label=gettext_lazy("Words to whoever reviews it"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    truth = forms.BooleanField(
        label=gettext_lazy("What I wrote is true, and I agree"),
        help_text=gettext_lazy(
            "These details and photos are used to check this proposal, by the organizations that "
            "handle it and by nobody else."
        ),
        error_messages={
            "required": gettext_lazy("Tick the box if what you wrote is true and you agree.")
        },
    )
    draft = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
