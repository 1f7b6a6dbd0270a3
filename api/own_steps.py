"""API views of the citizen's steps: the same ones as on the citizen's pages."""

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from accounts.models import Scope, User
from api import serializers as shapes
from api.acting import StepView, step
from api.errors import TooLarge
from api.permissions import ForCitizens
from api.reading import readable_corrections
from corrections import actions
from corrections.models import Correction
from corrections.photos import added, evidence
from vaxreg.photos import cleaning

MOST_BYTES = added.MOST_AT_ONCE * cleaning.MOST_BYTES + cleaning.MEGABYTE


class OwnStep(StepView):
    """A step of the citizen's, on a case of a record that they hold."""

    permission_classes = [ForCitizens]
    token_scope = Scope.FILE

    def reach(self, user: User) -> QuerySet[Correction]:
        """The cases of one's own records."""
        return readable_corrections(self.request)


class Answer(OwnStep):
    """Answer the desk's question; late, it opens the case again."""

    shape = shapes.WordsSerializer
    post = step(shapes.WordsSerializer)(StepView.post)

    verb = staticmethod(actions.answer)


class AddPhoto(OwnStep):
    """Add photos of the paper while the case is open; one that is there already is left out."""

    parser_classes = [MultiPartParser]
    shape = shapes.PhotosSerializer
    post = step(shapes.PhotosSerializer)(StepView.post)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what is too long before a byte of it is read."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            raise TooLarge
        super().initial(request, *args, **kwargs)

    def take(self, case: Correction, values: dict[str, Any]) -> Correction:
        """Keep all of the photos, or none."""
        user = cast(User, self.request.user)
        try:
            pictures = [
                picture for file in values["photos"] for picture in evidence.rebuild(file, by=user)
            ]
        except ValidationError as refused:
            raise ValidationError({"photos": refused.messages}) from None
        added.add(case, pictures, by=user)
        return self.case(case.reference)


class Withdraw(OwnStep):
    """Take the proposal back."""

    shape = shapes.WithdrawSerializer
    post = step(shapes.WithdrawSerializer)(StepView.post)

    verb = staticmethod(actions.withdraw)


class Appeal(OwnStep):
    """Ask the next level up to decide anew, within 30 days of the decision; once."""

    shape = shapes.WordsSerializer
    post = step(shapes.WordsSerializer)(StepView.post)

    verb = staticmethod(actions.appeal)


class LogDisagreement(OwnStep):
    """Keep one's disagreement with the record; the decision stands."""

    shape = shapes.WordsSerializer
    post = step(shapes.WordsSerializer)(StepView.post)

    verb = staticmethod(actions.log_disagreement)


class Confirm(OwnStep):
    """Say that the record is right now."""

    shape = shapes.NothingSerializer
    post = step(shapes.NothingSerializer)(StepView.post)

    verb = staticmethod(actions.confirm)


class Reopen(OwnStep):
    """Say that the record is still wrong, within 30 days of the decision; the case is open again."""

    shape = shapes.WordsSerializer
    post = step(shapes.WordsSerializer)(StepView.post)

    verb = staticmethod(actions.reopen)
