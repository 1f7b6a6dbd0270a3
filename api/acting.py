"""API views that file corrections and take steps of staff, with the same verbs as the pages."""

from collections.abc import Callable
from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Scope, User
from accounts.programs import program_of
from api import serializers as shapes
from api.paging import NewestFirst
from api.permissions import ForCitizens, ForStaff
from api.reading import WITH_NAMES, WithDatabaseTime, own_corrections, own_record
from corrections import actions
from corrections.actions import filing
from corrections.actions.filing import Claim
from corrections.models import Correction, FilingChannel
from corrections.models.case import Kind
from corrections.visits import log_reading
from doses.models import Dose
from organizations.models import Organization
from vaxreg import db_time

LONGEST_KEY = 64


class Corrections(WithDatabaseTime, generics.ListAPIView[Correction]):
    """The corrections of the caller's records, and the way to file new ones."""

    permission_classes = [ForCitizens]
    token_scope = Scope.FILE
    serializer_class = shapes.CorrectionSerializer
    pagination_class = NewestFirst
    queryset = Correction.objects.none()

    def get_queryset(self) -> QuerySet[Correction]:
        return own_corrections(self.request)

    @extend_schema(
        request=shapes.FilingInputSerializer,
        responses={201: shapes.FilingSerializer},
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                required=True,
                description="Up to 64 characters. The same key again gets the same answer again.",
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """File one or several corrections about one record; all of them are stored, or none."""
        user, program = cast(User, request.user), program_of(request)
        key = request.headers.get("Idempotency-Key", "").strip()
        if not key or len(key) > LONGEST_KEY:
            raise serializers.ValidationError(
                {"Idempotency-Key": _("Send a key of 1 to 64 characters in this header.")}
            )
        asked = shapes.FilingInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        filed = filing.file(
            by=user,
            citizen=own_record(request, asked.validated_data["record"]),
            key=key,
            claims=[_claim(claim) for claim in asked.validated_data["claims"]],
            words=asked.validated_data["words"],
            has_no_paper=asked.validated_data["has_no_paper"],
            channel=FilingChannel.API,
            app=program.app if program else "",
        )
        body = shapes.FilingSerializer(filed, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED)


def _claim(asked: dict[str, Any]) -> Claim:
    dose = get_object_or_404(Dose, public_id=asked["dose"]) if asked["dose"] else None
    site = (
        get_object_or_404(Organization.objects.open(), public_id=asked["site"])
        if asked["site"]
        else None
    )
    return Claim(
        proposed=asked["proposed"],
        dose=dose,
        named_site=site,
        site_text=asked["site_text"],
        kind=Kind(asked["kind"]) if asked["kind"] else None,
    )


class StepView(WithDatabaseTime, APIView):
    """POST takes one step on a case within the caller's reach and answers with the fresh case."""

    permission_classes = [ForStaff]
    token_scope = Scope.REVIEW
    shape: type[serializers.Serializer[Any]] = shapes.StepSerializer
    verb: Callable[..., Correction]

    def reach(self, user: User) -> QuerySet[Correction]:
        """The cases on which the caller may take this step, or be told that they may not."""
        return Correction.objects.visible_to(user)

    def case(self, reference: str) -> Correction:
        """Return the case as it is now, and log that it was read; 404 outside of the reach."""
        user = cast(User, self.request.user)
        cases = self.reach(user).select_related(*WITH_NAMES)
        case = get_object_or_404(cases, reference=reference)
        log_reading(user, case, program_of(self.request))
        return case

    def take(self, case: Correction, values: dict[str, Any]) -> Correction:
        """Call the verb with what was sent."""
        return type(self).verb(case, by=cast(User, self.request.user), **values)

    def post(self, request: Request, reference: str) -> Response:
        case = self.case(reference)
        asked = self.shape(data=request.data)
        asked.is_valid(raise_exception=True)
        fresh = self.take(case, dict(asked.validated_data))
        context = {"request": request, "now": db_time.now()}
        return Response(shapes.CorrectionSerializer(fresh, context=context).data)


def step(shape: type[serializers.Serializer[Any]]) -> Any:
    """Describe the request and response of a step for the OpenAPI schema.

    Each view gets a function of its own: a description belongs to the function it decorates.
    """

    def described(take: Callable[[Any, Request, str], Response]) -> Any:
        def post(view: StepView, request: Request, reference: str) -> Response:
            return take(view, request, reference)

        return extend_schema(request=shape, responses=shapes.CorrectionSerializer)(post)

    return described


class PickUp(StepView):
    """Take a case from the desk."""

    post = step(shapes.StepSerializer)(StepView.post)

    verb = staticmethod(actions.pick_up)


class GiveBack(StepView):
    """Put a case back on the desk."""

    post = step(shapes.StepSerializer)(StepView.post)

    verb = staticmethod(actions.give_back)


class Keep(StepView):
    """Keep a case for later; the clock runs on."""

    shape = shapes.KeepSerializer
    post = step(shapes.KeepSerializer)(StepView.post)

    verb = staticmethod(actions.keep)


class Ask(StepView):
    """Ask the citizen; the clock stands still until an answer comes, seven days at most."""

    shape = shapes.AskSerializer
    post = step(shapes.AskSerializer)(StepView.post)

    verb = staticmethod(actions.ask)


class PassOn(StepView):
    """Say "not ours"; without a target the level above finds out whose it is."""

    shape = shapes.PassOnSerializer
    post = step(shapes.PassOnSerializer)(StepView.post)

    verb = staticmethod(actions.pass_on)

    def take(self, case: Correction, values: dict[str, Any]) -> Correction:
        to = values["to"]
        site = get_object_or_404(Organization.objects.open(), public_id=to) if to else None
        return super().take(case, values | {"to": site})


class Accept(StepView):
    """Accept as proposed, in part, or with own values."""

    shape = shapes.AcceptSerializer
    post = step(shapes.AcceptSerializer)(StepView.post)

    verb = staticmethod(actions.accept)


class Refuse(StepView):
    """Refuse on one of the thirteen official grounds."""

    shape = shapes.RefuseSerializer
    post = step(shapes.RefuseSerializer)(StepView.post)

    verb = staticmethod(actions.refuse)


class CannotConfirm(StepView):
    """Close it: the papers that were searched do not show what is proposed."""

    shape = shapes.CannotConfirmSerializer
    post = step(shapes.CannotConfirmSerializer)(StepView.post)

    verb = staticmethod(actions.cannot_confirm)


class Countersign(StepView):
    """Confirm a colleague's decision as the second person; only now the record changes."""

    post = step(shapes.StepSerializer)(StepView.post)

    verb = staticmethod(actions.countersign)


class HandBack(StepView):
    """Send a colleague's decision back as the second person."""

    shape = shapes.ReasonSerializer
    post = step(shapes.ReasonSerializer)(StepView.post)

    verb = staticmethod(actions.hand_back)


class Note(StepView):
    """Add a note for colleagues, which the citizen does not read."""

    shape = shapes.NoteSerializer
    post = step(shapes.NoteSerializer)(StepView.post)

    verb = staticmethod(actions.note)


class Remind(StepView):
    """Remind the holder; once a day for each case."""

    token_scope = Scope.OVERSEE
    shape = shapes.RemindSerializer
    post = step(shapes.RemindSerializer)(StepView.post)

    verb = staticmethod(actions.remind)


class Reassign(StepView):
    """Give a case to another organization of the caller's reach."""

    token_scope = Scope.OVERSEE
    shape = shapes.ReassignSerializer
    post = step(shapes.ReassignSerializer)(StepView.post)

    verb = staticmethod(actions.reassign)

    def take(self, case: Correction, values: dict[str, Any]) -> Correction:
        to = get_object_or_404(Organization, public_id=values["to"])
        return super().take(case, values | {"to": to})


class TakeOver(StepView):
    """Move an overdue case to the caller's own desk, to be decided in the holder's place."""

    token_scope = Scope.OVERSEE
    shape = shapes.ReasonSerializer
    post = step(shapes.ReasonSerializer)(StepView.post)

    verb = staticmethod(actions.take_over)
