"""API views that read: records and doses, corrections, the queue, reference lists."""

from typing import Any, cast
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.permissions import AllowAny

from accounts.models import User
from api.paging import ByName, MostUrgentFirst
from api.permissions import ForCitizens, ForStaff
from api.serializers import (
    CorrectionDetailSerializer,
    DoseSerializer,
    OrganizationSerializer,
    QueueSerializer,
    RecordSerializer,
    VaccineSerializer,
)
from citizens.access import records_of
from citizens.models import Citizen, RecordLink
from citizens.visits import log_listed, log_own
from corrections import disagreements
from corrections.models import Correction
from corrections.visits import log_reading
from doses.models import Dose, Vaccine
from organizations.models import Organization
from vaxreg import db_time

WITH_NAMES = ("holder", "dose", "citizen", "filing")


class WithDatabaseTime:
    """Passes the database's time to serializers: one query per response, not one per row."""

    def get_serializer_context(self) -> dict[str, Any]:
        context: dict[str, Any] = super().get_serializer_context()  # type: ignore[misc]
        return {**context, "now": db_time.now()}


class Records(generics.ListAPIView[Citizen]):
    """The records that the caller may open: their own and those in their care."""

    permission_classes = [ForCitizens]
    serializer_class = RecordSerializer

    def get_queryset(self) -> QuerySet[Citizen]:
        user = cast(User, self.request.user)
        this = Q(citizen=OuterRef("pk")) | Q(citizen__merged_into=OuterRef("pk"))
        links = RecordLink.objects.live().filter(this, user=user)
        return (
            records_of(user)
            .annotate(relation=Subquery(links.values("relation")[:1]))
            .order_by("id")
        )


class Doses(generics.ListAPIView[Dose]):
    """The doses on a record of the caller, oldest first, with where each one comes from."""

    permission_classes = [ForCitizens]
    serializer_class = DoseSerializer
    queryset = Dose.objects.none()

    def get_queryset(self) -> QuerySet[Dose]:
        user = cast(User, self.request.user)
        citizen = get_object_or_404(records_of(user), public_id=self.kwargs["record"])
        log_own(user, citizen)
        self.disagreements = disagreements.by_dose(disagreements.of_record(citizen))
        return Dose.objects.of(citizen).shown_to_citizen()

    def get_serializer_context(self) -> dict[str, Any]:
        """Pass on the disagreements of the record, read once."""
        kept = getattr(self, "disagreements", {})
        return {**super().get_serializer_context(), "disagreements": kept}


class OneCorrection(WithDatabaseTime, generics.RetrieveAPIView[Correction]):
    """One correction with its history."""

    serializer_class = CorrectionDetailSerializer
    queryset = Correction.objects.none()
    lookup_field = "reference"

    def get_queryset(self) -> QuerySet[Correction]:
        user = cast(User, self.request.user)
        visible = Correction.objects.visible_to(user)
        if not ForStaff().has_permission(self.request, self):
            visible = visible.of_own_records(user)
        return visible.select_related(*WITH_NAMES).prefetch_related("events__organization")

    def get_object(self) -> Correction:
        case = super().get_object()
        log_reading(cast(User, self.request.user), case)
        return case


@extend_schema(parameters=[OpenApiParameter("overdue", bool, description="Overdue ones only.")])
class Queue(WithDatabaseTime, generics.ListAPIView[Correction]):
    """The open cases on the caller's desks, most urgent first."""

    permission_classes = [ForStaff]
    serializer_class = QueueSerializer
    pagination_class = MostUrgentFirst
    queryset = Correction.objects.none()

    def get_queryset(self) -> QuerySet[Correction]:
        user = cast(User, self.request.user)
        cases = Correction.objects.visible_to(user).on_desks_of(user).open()
        if self.request.GET.get("overdue") == "true":
            cases = cases.overdue()
        return cases.select_related("citizen")

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        user = cast(User, self.request.user)
        log_listed(user, (case.citizen_id for case in page or ()))
        return page


class Vaccines(generics.ListAPIView[Vaccine]):
    """Every vaccine the registry knows, with its code."""

    permission_classes = [AllowAny]
    serializer_class = VaccineSerializer
    queryset = Vaccine.objects.order_by("code")


@extend_schema(parameters=[OpenApiParameter("search", str, description="Part of the name.")])
class Organizations(generics.ListAPIView[Organization]):
    """Open organizations, found by name, with or without diacritics."""

    permission_classes = [AllowAny]
    serializer_class = OrganizationSerializer
    pagination_class = ByName

    def get_queryset(self) -> QuerySet[Organization]:
        return Organization.objects.open().named(self.request.GET.get("search", ""))


def own_corrections(user: User) -> QuerySet[Correction]:
    """Return the corrections of the caller's records, with the relations that a row needs."""
    return Correction.objects.visible_to(user).of_own_records(user).select_related(*WITH_NAMES)


def own_record(user: User, public_id: UUID) -> Citizen:
    """Return a record the caller may open; 404 otherwise."""
    return get_object_or_404(records_of(user), public_id=public_id)
