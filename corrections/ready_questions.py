"""Standard questions to the citizen, in both languages."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override


class Need(StrEnum):
    """What the reviewer needs to continue."""

    PHOTO_AGAIN = "photo_again"
    WHOLE_PAPER = "whole_paper"
    IDENTITY_PAPER = "identity_paper"
    WHERE_AND_WHEN = "where_and_when"
    OTHER = "other"


NEED_LABELS: dict[Need, Promise] = {
    Need.PHOTO_AGAIN: _("The photo once more"),
    Need.WHOLE_PAPER: _("A photo of the whole paper"),
    Need.IDENTITY_PAPER: _("A photo of an identity paper"),
    Need.WHERE_AND_WHEN: _("Where and when the dose was given"),
    Need.OTHER: _("Something else"),
}

# The question as the citizen reads it; the reviewer may edit it first.
QUESTIONS: dict[Need, Promise] = {
    Need.PHOTO_AGAIN: _(
        "We cannot read the photo. Please photograph the paper once more: flat, in good light, "
        "and sharp enough to read every line."
    ),
    Need.WHOLE_PAPER: _(
        "A part of the paper is missing in the photo. Please send a photo of the whole paper with "
        "all four corners: name, date, vaccine and stamp must be seen."
    ),
    Need.IDENTITY_PAPER: _(
        "Please send a photo of the identity card, or of the birth certificate of a child, so "
        "that we can compare name, date of birth and ID number."
    ),
    Need.WHERE_AND_WHEN: _(
        "At which place was this dose given, and on which day? Please name the commune or the "
        "building, as far as you remember."
    ),
}


def ready(language: str) -> dict[str, str]:
    """Return the standard questions by need, in the citizen's language."""
    with override(language):
        return {need.value: str(words) for need, words in QUESTIONS.items()}
