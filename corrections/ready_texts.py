"""Stored texts that are ready sentences of the product, shown in the reader's language.

A decision, a question and an answer store the words as they were sent. When these are a ready
sentence of an official ground or of "cannot be confirmed", a ready question, what came of a call, or
the sentence that points to photos, whoever reads another language reads the same sentence in theirs;
what a person typed stays as it is.
"""

from functools import cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from corrections.lifecycle import GROUND_SENTENCES
from corrections.phone_calls import OUTCOMES
from corrections.ready_questions import QUESTIONS
from corrections.searched import CANNOT_CONFIRM_SENTENCES

# The words of an answer that consists of photos alone.
SEE_THE_PHOTOS = _("See the photos.")
READY = (
    *GROUND_SENTENCES.values(),
    *CANNOT_CONFIRM_SENTENCES.values(),
    *QUESTIONS.values(),
    *OUTCOMES,
    SEE_THE_PHOTOS,
)


def in_readers_language(stored: str) -> str:
    """Return a ready sentence in the active language, any other text unchanged.

    Spaces and line breaks do not count: a form may have changed them.
    """
    ready = _by_words().get(" ".join(stored.split()))
    return stored if ready is None else str(ready)


@cache
def _by_words() -> dict[str, Promise]:
    """Return the ready sentences by their words in each language of the product."""
    known: dict[str, Promise] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            for ready in READY:
                known[str(ready)] = ready
    return known
