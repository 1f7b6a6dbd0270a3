"""API views of a partner app about its own webhooks; the app asks with its id and secret."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_auth import TooOften
from accounts.throttled import seconds_until
from api.errors import Conflict
from api.paging import LastFirst
from partners.clients import ClientAuthentication, ForApps
from partners.models import Delivery, Endpoint, EventType, PartnerApp
from partners.models.webhooks import LONGEST_URL
from partners.webhooks import reaching, registering, trying


class EndpointInputSerializer(serializers.Serializer[Any]):
    """Where the app wants to be told, and of what."""

    url = serializers.CharField(
        max_length=LONGEST_URL, help_text="https:// and a host name; port 443."
    )
    events = serializers.MultipleChoiceField(choices=EventType.choices, allow_empty=False)

    def validate_url(self, url: str) -> str:
        """Refuse what has another form, or is no address of the internet by its form."""
        try:
            reaching.target_of(url)
        except reaching.NotAllowed as refused:
            raise serializers.ValidationError(str(refused.words)) from None
        return url


class EndpointSerializer(serializers.ModelSerializer[Endpoint]):
    """The address that stands. The secret is not shown again."""

    is_on = serializers.SerializerMethodField()

    class Meta:
        model = Endpoint
        fields = ["url", "events", "since", "is_on", "switched_off_at", "failing_since"]

    def get_is_on(self, endpoint: Endpoint) -> bool:
        return endpoint.switched_off_at is None


class EndpointWithSecretSerializer(EndpointSerializer):
    """The same; `secret` when it is a new one, else null."""

    secret = serializers.SerializerMethodField()

    class Meta(EndpointSerializer.Meta):
        fields = [*EndpointSerializer.Meta.fields, "secret"]

    def get_secret(self, endpoint: Endpoint) -> str | None:
        return endpoint.secret if self.context.get("shows_secret") else None


class SecretSerializer(serializers.Serializer[Any]):
    """The new secret, shown once; the one before signs too until then."""

    secret = serializers.CharField()
    old_secret_until = serializers.DateTimeField()


class TestSerializer(serializers.Serializer[Any]):
    """What came of a `ping`: the status, or in a few words why there is none."""

    accepted = serializers.BooleanField(source="is_accepted")
    status_code = serializers.IntegerField(source="status", allow_null=True)
    error = serializers.CharField(allow_blank=True)
    seconds = serializers.FloatField()


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """A message. Its id is the header `webhook-id`."""

    id = serializers.UUIDField(source="event.public_id")
    type = serializers.ChoiceField(EventType.choices, source="event.type")
    at = serializers.DateTimeField(source="event.at")

    class Meta:
        model = Delivery
        fields = [
            "id", "type", "at", "state", "tries", "next_try_at", "status_code", "error",
            "delivered_at",
        ]  # fmt: skip


class WhichSerializer(serializers.Serializer[Any]):
    """Which deliveries: those of a state, those of events from a moment on, or both."""

    state = serializers.ChoiceField(Delivery.State.choices, required=False)
    since = serializers.DateTimeField(required=False)


class ReplayInputSerializer(WhichSerializer):
    """Which deliveries are sent again; all of 30 days must be asked for by a date."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what names nothing."""
        if not attrs:
            raise serializers.ValidationError(
                _("Say which ones: “since”, “state”, or both."), code="required"
            )
        return attrs


class ReplaySerializer(serializers.Serializer[Any]):
    """How many messages are sent again."""

    count = serializers.IntegerField()


class AppView(APIView):
    """A view for an app itself."""

    authentication_classes = [ClientAuthentication]
    permission_classes = [ForApps]

    @property
    def app(self) -> PartnerApp:
        return cast(PartnerApp, self.request.auth)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer 409 where the app has no address, and where the ministry holds it."""
        if isinstance(exc, registering.NoEndpoint):
            exc = Conflict(
                _("This app has no address: set one with PUT first."), code="no_endpoint"
            )
        if isinstance(exc, registering.SwitchedOffByStaff):
            exc = Conflict(
                _("The ministry has switched this off. Write to it; only it can switch it on."),
                code="switched_off_by_staff",
            )
        return super().handle_exception(exc)

    def endpoint(self) -> Endpoint:
        """Return the address that stands. Raises NoEndpoint."""
        found = registering.standing(self.app)
        if found is None:
            raise registering.NoEndpoint
        return found


class OneEndpoint(AppView):
    """The address to which messages are sent."""

    @extend_schema(responses=EndpointSerializer, operation_id="webhook_retrieve")
    def get(self, request: Request) -> Response:
        """Show the address of this app."""
        found = registering.standing(self.app)
        if found is None:
            raise Http404
        return Response(EndpointSerializer(found).data)

    @extend_schema(
        request=EndpointInputSerializer,
        responses={200: EndpointWithSecretSerializer, 201: EndpointWithSecretSerializer},
        operation_id="webhook_update",
    )
    def put(self, request: Request) -> Response:
        """State the address and the events; the first time the answer has the secret."""
        asked = EndpointInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        found, is_new = registering.state(
            self.app, asked.validated_data["url"], asked.validated_data["events"]
        )
        shown = EndpointWithSecretSerializer(found, context={"shows_secret": is_new})
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(shown.data, status=code)

    @extend_schema(
        responses={204: OpenApiResponse(description="Nothing more is sent.")},
        operation_id="webhook_destroy",
    )
    def delete(self, request: Request) -> Response:
        """End it: nothing more is sent, and what waits is given up."""
        registering.end(self.app)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RotateSecret(AppView):
    """A new secret."""

    @extend_schema(request=None, responses=SecretSerializer)
    def post(self, request: Request) -> Response:
        """Make a new secret; for 24 hours both sign."""
        return Response(SecretSerializer(registering.rotate_secret(self.app)).data)


class SwitchOn(AppView):
    """Sending again."""

    @extend_schema(request=None, responses=EndpointSerializer)
    def post(self, request: Request) -> Response:
        """Send again, beginning with what waits, after the address was switched off.

        What the ministry has switched off, it switches on.
        """
        return Response(EndpointSerializer(registering.switch_on_again(self.app)).data)


class Test(AppView):
    """A try."""

    @extend_schema(request=None, responses=TestSerializer)
    def post(self, request: Request) -> Response:
        """Send a `ping` now, and tell what the address answered."""
        try:
            answer = trying.ping(self.endpoint())
        except trying.TooManyTests as refused:
            raise TooOften(
                seconds_until(refused.retry_at),
                _("The address was tested too often. Wait a little."),
            ) from None
        return Response(TestSerializer(answer).data)


@extend_schema(
    parameters=[
        OpenApiParameter("state", str, enum=Delivery.State.values),
        OpenApiParameter("since", str, description="Events from this moment on, as ISO 8601."),
    ]
)
class Deliveries(AppView, generics.ListAPIView[Delivery]):
    """What was or will be sent in the last 30 days, the newest first."""

    serializer_class = DeliverySerializer
    pagination_class = LastFirst
    queryset = Delivery.objects.none()

    def get_queryset(self) -> QuerySet[Delivery]:
        asked = WhichSerializer(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        return registering.deliveries_of(
            self.app, since=wanted.get("since"), in_state=wanted.get("state", "")
        )


class Replay(AppView):
    """Many messages again."""

    @extend_schema(request=ReplayInputSerializer, responses=ReplaySerializer)
    def post(self, request: Request) -> Response:
        """Send messages again: those of a state, of events since a moment, or both."""
        asked = ReplayInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        count = registering.replay(
            self.app, since=wanted.get("since"), in_state=wanted.get("state", "")
        )
        return Response(ReplaySerializer({"count": count}).data)


class ReplayOne(AppView):
    """One message again."""

    @extend_schema(
        request=None, responses=ReplaySerializer, operation_id="webhook_deliveries_replay_one"
    )
    def post(self, request: Request, message: Any) -> Response:
        """Send one message again."""
        count = registering.replay(self.app, one=message)
        if not count:
            raise Http404
        return Response(ReplaySerializer({"count": count}).data)
