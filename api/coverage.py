"""API view of the coverage: the figures of the page, with the same permission."""

from datetime import date
from typing import Any, cast

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import is_staff_session
from accounts.models import User
from organizations.models import REGISTRY_START
from organizations.queries import held_roles
from uptake import access, reports
from uptake.models import Band, Measure
from uptake.reports import CoverageCount, CoverageFilters


class ForOfficers(BasePermission):
    """A session or token of staff; their memberships limit which coverage they see."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return is_staff_session(request)


class CoverageQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """What may be asked for."""

    area = serializers.CharField(required=False, default="", max_length=8)
    band = serializers.ChoiceField(Band.choices, required=False, default="")
    day = serializers.DateField(required=False)

    def validate_day(self, day: date) -> date:
        if not REGISTRY_START <= day <= timezone.localdate():
            raise serializers.ValidationError("A day from 2021-03-08 until today.")
        return day


class CountSerializer(serializers.Serializer[Any]):
    people = serializers.IntegerField()
    share = serializers.FloatField(
        allow_null=True, help_text="Of the population; above 1 where it is out of date."
    )


class CountsSerializer(serializers.Serializer[Any]):
    population = serializers.IntegerField(allow_null=True)
    one_dose = CountSerializer()
    complete = CountSerializer()
    booster = CountSerializer()


class AreaCountsSerializer(CountsSerializer):
    area = serializers.CharField(help_text="Code; empty: the country, or not known which part.")
    name = serializers.CharField(help_text="Empty: not known which part.")


class BandCountsSerializer(CountsSerializer):
    band = serializers.ChoiceField(Band.choices)


class CoverageSerializer(serializers.Serializer[Any]):
    """Parts add up to the whole, and so do age bands. Only verified doses count."""

    as_of = serializers.DateTimeField(help_text="Everything recorded until then is counted.")
    day = serializers.DateField(help_text="Counted until the end of this day.")
    whole = AreaCountsSerializer()
    parts = AreaCountsSerializer(many=True)
    bands = BandCountsSerializer(many=True, help_text="Age on the day the measure was reached.")


class CoverageView(APIView):
    """How many people of an area have come how far, by part and by age. Not for publication."""

    permission_classes = [ForOfficers]

    @extend_schema(
        parameters=[
            OpenApiParameter("area", str, description="Code of a province or district."),
            OpenApiParameter("band", str, enum=Band.values, description="One age band only."),
            OpenApiParameter("day", date, description="Until the end of this day; else today."),
        ],
        responses=CoverageSerializer,
        operation_id="coverage_retrieve",
    )
    def get(self, request: Request) -> Response:
        """Answer with the coverage of the caller's area, or of one within it."""
        tops = access.overseen_places(held_roles(cast(User, request.user)))
        if not tops:
            raise PermissionDenied
        asked = CoverageQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        place = access.find(wanted["area"], tops) if wanted["area"] else tops[0]
        if place is None:
            raise Http404
        filters = CoverageFilters(wanted.get("day") or timezone.localdate(), wanted["band"])
        report = reports.coverage(place, filters)
        answer = {
            "as_of": report.as_of,
            "day": filters.day,
            "whole": _line(report.whole),
            "parts": [_line(line) for line in report.parts],
            "bands": [_line(line) for line in report.bands],
        }
        return Response(CoverageSerializer(answer).data)


def _line(line: CoverageCount) -> dict[str, Any]:
    return {
        "area": line.place.code if line.place else "",
        "name": line.place.name if line.place else "",
        "band": line.band,
        "population": line.population,
        **{measure: line.counts[measure] for measure in Measure.values},
    }
