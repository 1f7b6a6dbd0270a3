"""Forms of the citizen's steps on a filed correction: answer, appeal, reopen, add photos."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corrections import ready_texts
from portal.forms.send import PhotoInput
from vaxreg.forms import Form

LONGEST = 2000


def _words(label: Any, missing: Any, help_text: Any = "", rows: int = 5) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        help_text=help_text,
        error_messages={"required": missing},
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _photos(label: Any) -> forms.FileField:
    return forms.FileField(label=label, required=False, widget=PhotoInput())


class OwnStepForm(Form):
    """A step without fields: the button is enough."""

    mark_optional = False

    @property
    def said(self) -> str:
        """The text to store with the step."""
        return str(self.cleaned_data.get("words", ""))


class WithdrawForm(OwnStepForm):
    words = forms.CharField(
        label=gettext_lazy("Why (optional)"),
        required=False,
        max_length=LONGEST,
        help_text=gettext_lazy("For example: the paper has turned up, the record was right."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AppealForm(OwnStepForm):
    words = _words(
        gettext_lazy("Why do you not agree?"),
        gettext_lazy("Say why you do not agree."),
        gettext_lazy("For example: what stands on the paper, who was there, what the site said."),
    )


class DisagreementForm(OwnStepForm):
    words = _words(
        gettext_lazy("What do you not agree with?"),
        gettext_lazy("Say what you do not agree with."),
        gettext_lazy("It is kept as you write it, and shown to whoever reads this proposal."),
    )


class ReopenForm(OwnStepForm):
    words = _words(
        gettext_lazy("What is still wrong?"),
        gettext_lazy("Say what is still wrong."),
        gettext_lazy("For example: the date is right now, the lot still is not."),
    )


class MorePhotosForm(OwnStepForm):
    """Photos of the paper for a filed correction; the view checks each photo."""

    photos = _photos(gettext_lazy("Photos of the paper"))

    def __init__(
        self, *args: Any, problems: Sequence[str] = (), has_photos: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.problems = list(problems)
        self.has_photos = has_photos

    def clean(self) -> dict[str, Any]:
        """Add the errors of the uploaded photos."""
        data = super().clean() or self.cleaned_data
        if self.problems:
            self.add_error("photos", ValidationError(self.problems))
        elif self.is_nothing:
            self._refuse_nothing()
        return data

    @property
    def is_nothing(self) -> bool:
        """Neither text nor photos were sent."""
        return not self.has_photos

    def _refuse_nothing(self) -> None:
        self.add_error("photos", _("Choose at least one photo."))


class AnswerForm(MorePhotosForm):
    """The answer to a question: text, photos, or both."""

    words = forms.CharField(
        label=gettext_lazy("Your answer"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    photos = _photos(gettext_lazy("Photos, if they help (up to 4)"))
    field_order = ("words", "photos")

    @property
    def is_nothing(self) -> bool:
        return not self.has_photos and not self.cleaned_data.get("words")

    def _refuse_nothing(self) -> None:
        if "words" not in self.errors:
            self.add_error("words", _("Write your answer, or add a photo."))

    @property
    def said(self) -> str:
        """The text; if there is none, a sentence that points to the photos."""
        return super().said or str(ready_texts.SEE_THE_PHOTOS)
