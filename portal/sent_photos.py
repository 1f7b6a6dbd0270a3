"""Photos of the paper that came with a form."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.http import UserRequest
from accounts.rate_limits import Limits
from corrections.photos import added, evidence
from vaxreg.photos.cleaning import Picture


def sent_pictures(
    request: UserRequest, *, limits: Limits = evidence.PER_DAY
) -> tuple[list[Picture], list[str]]:
    """Return the accepted photos of the field `photos`, and the errors of the others."""
    sent = request.FILES.getlist("photos")
    pictures, problems = [], []
    if len(sent) > added.MOST_AT_ONCE:
        problems.append(_("Choose at most 4 photos at once."))
    for number, file in enumerate(sent[: added.MOST_AT_ONCE], 1):
        try:
            pictures.extend(evidence.rebuild(file, by=request.user, limits=limits))
        except ValidationError as refused:
            words = {"number": number, "problem": refused.messages[0]}
            problems.append(
                _("Photo %(number)s: %(problem)s") % words
                if len(sent) > 1
                else str(words["problem"])
            )
    return pictures, problems
