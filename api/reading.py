"""API views that read: records and doses, corrections, the queue, reference lists."""

from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from accounts.models import User
from accounts.programs import program_of
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
from citizens import access
from citizens.models import Citizen, CitizenQuerySet, RecordLink
from citizens.visits import log_listed, log_own
from corrections import disagreements
from corrections.models import Correction, CorrectionQuerySet
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


class LoggedInOne:
    """Reads and logs who read in one transaction: an answer that fails leaves no row, and none
    is given without its row."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            return super().get(request, *args, **kwargs)  # type: ignore[misc]


def readable_records(request: Request) -> CitizenQuerySet:
    """Return the records that the caller may open; to a program, none that is restricted."""
    return access.readable_records(cast(User, request.user), program_of(request))


def readable_corrections(request: Request) -> CorrectionQuerySet:
    """Return the corrections of the caller's records; to a program, none of a restricted one."""
    found: CorrectionQuerySet = Correction.objects.readable_by(
        cast(User, request.user), program_of(request)
    )
    return found


class Records(generics.ListAPIView[Citizen]):
    """The records that the caller may open: their own and those in their care."""

    permission_classes = [ForCitizens]
    serializer_class = RecordSerializer

    def get_queryset(self) -> QuerySet[Citizen]:
        user = cast(User, self.request.user)
        this = Q(citizen=OuterRef("pk")) | Q(citizen__merged_into=OuterRef("pk"))
        links = RecordLink.objects.live().filter(this, user=user)
        return (
            readable_records(self.request)
            .annotate(relation=Subquery(links.values("relation")[:1]))
            .order_by("id")
        )


class Doses(LoggedInOne, generics.ListAPIView[Dose]):
    """The doses on a record of the caller, oldest first, with where each one comes from."""

    permission_classes = [ForCitizens]
    serializer_class = DoseSerializer
    queryset = Dose.objects.none()

    def get_queryset(self) -> QuerySet[Dose]:
        user = cast(User, self.request.user)
        citizen = get_object_or_404(readable_records(self.request), public_id=self.kwargs["record"])
        log_own(user, citizen, program_of(self.request))
        self.disagreements = disagreements.by_dose(disagreements.of_record(citizen))
        return Dose.objects.of(citizen).shown_to_citizen()

    def get_serializer_context(self) -> dict[str, Any]:
        """Pass on the disagreements of the record, read once."""
        kept = getattr(self, "disagreements", {})
        return {**super().get_serializer_context(), "disagreements": kept}


class OneCorrection(LoggedInOne, WithDatabaseTime, generics.RetrieveAPIView[Correction]):
    """One correction with its history."""

    serializer_class = CorrectionDetailSerializer
    queryset = Correction.objects.none()
    lookup_field = "reference"

    def get_queryset(self) -> QuerySet[Correction]:
        user = cast(User, self.request.user)
        if ForStaff().has_permission(self.request, self):
            visible = Correction.objects.visible_to(user)
        else:
            visible = readable_corrections(self.request)
        return visible.select_related(*WITH_NAMES).prefetch_related("events__organization")

    def get_object(self) -> Correction:
        case = super().get_object()
        log_reading(cast(User, self.request.user), case, program_of(self.request))
        return case


@extend_schema(parameters=[OpenApiParameter("overdue", bool, description="Overdue ones only.")])
class Queue(LoggedInOne, WithDatabaseTime, generics.ListAPIView[Correction]):
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
    queryset = Vaccine.objects.select_related("group").order_by("code")


@extend_schema(parameters=[OpenApiParameter("search", str, description="Part of the name.")])
class Organizations(generics.ListAPIView[Organization]):
    """Open organizations, found by name, with or without diacritics."""

    permission_classes = [AllowAny]
    serializer_class = OrganizationSerializer
    pagination_class = ByName

    def get_queryset(self) -> QuerySet[Organization]:
        return Organization.objects.open().named(self.request.GET.get("search", ""))


def own_corrections(request: Request) -> QuerySet[Correction]:
    """Return the corrections of the caller's records, with the relations that a row needs."""
    return readable_corrections(request).select_related(*WITH_NAMES)


def own_record(request: Request, public_id: UUID) -> Citizen:
    """Return a record the caller may open; 404 otherwise."""
    return get_object_or_404(readable_records(request), public_id=public_id)
