"""API view of the overdue report: the figures of the page, within the same reach."""

from typing import Any, cast

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from api.permissions import ForStaff
from corrections.models import Kind
from organizations.models import Membership, Organization
from organizations.scope import Scope, scope_of
from oversight.report import words
from reporting import compute
from reporting.compute import PERIODS
from reporting.report import Filters, Report, ReportRow


class ReportQuerySerializer(serializers.Serializer[dict[str, Any]]):
    """What may be asked for."""

    organization = serializers.UUIDField(required=False)
    days = serializers.ChoiceField(PERIODS, required=False, default=PERIODS[0])
    kind = serializers.ChoiceField(Kind.choices, required=False, default="")
    by = serializers.ChoiceField(["holder", "giver"], required=False, default="holder")


class FiguresSerializer(serializers.Serializer[Any]):
    """What happened in a period. Kept and missed are deadlines that fell into it."""

    opened = serializers.IntegerField()
    decided = serializers.IntegerField()
    in_time = serializers.IntegerField(help_text="Deadlines of the period that were kept.")
    missed = serializers.IntegerField(help_text="By who held the case, or by who gave the dose.")
    due = serializers.IntegerField(help_text="Deadlines kept or missed, by who held the case.")
    share_in_time = serializers.FloatField(allow_null=True, help_text="in_time of due.")
    undone = serializers.IntegerField(help_text="Decisions reopened or overturned.")
    share_undone = serializers.FloatField(allow_null=True, help_text="undone of decided.")
    median_hours = serializers.FloatField(allow_null=True)
    p90_hours = serializers.FloatField(allow_null=True)


class RowSerializer(serializers.Serializer[Any]):
    """An organization, or all that is under it."""

    organization = serializers.UUIDField(allow_null=True, help_text="Null: several together.")
    code = serializers.CharField()
    name = serializers.CharField()
    is_part = serializers.BooleanField(help_text="Stands for everything under it.")
    open = serializers.IntegerField()
    due_within_12_hours = serializers.IntegerField()
    overdue = serializers.IntegerField()
    overdue_up_to_a_day = serializers.IntegerField()
    overdue_up_to_three_days = serializers.IntegerField()
    overdue_longer = serializers.IntegerField()
    overdue_a_week_ago = serializers.IntegerField(allow_null=True, help_text="At midnight.")
    earliest_deadline = serializers.DateTimeField(allow_null=True)
    share_helped = serializers.FloatField(
        allow_null=True,
        help_text=(
            "Decisions that helped, of those of which citizens said in the period whether they did."
            " Null above the district, and when fewer than ten said so."
        ),
    )
    figures = FiguresSerializer()
    before = FiguresSerializer(help_text="The period of the same length before.")


class ReportSerializer(serializers.Serializer[Any]):
    """The rows add up to the total."""

    headline = serializers.CharField()
    at = serializers.DateTimeField(help_text="When what is open was counted.")
    as_of = serializers.DateTimeField(
        allow_null=True, help_text="Up to when the figures of the period are known."
    )
    days = serializers.IntegerField()
    failed = serializers.ListField(
        child=serializers.CharField(), help_text="Parts that could not be computed, and are zero."
    )
    total = RowSerializer()
    rows = RowSerializer(many=True)


class ReportView(APIView):
    """What is late in the caller's area, whose it is, and how they answered lately."""

    permission_classes = [ForStaff]

    @extend_schema(
        parameters=[
            OpenApiParameter("organization", str, description="One part of the area only."),
            OpenApiParameter("days", int, enum=PERIODS, description="The period, today included."),
            OpenApiParameter("kind", str, enum=Kind.values, description="One kind only."),
            OpenApiParameter(
                "by", str, enum=["holder", "giver"], description="For whom missed ones count."
            ),
        ],
        responses=ReportSerializer,
        operation_id="oversight_report_retrieve",
    )
    def get(self, request: Request) -> Response:
        """Answer with the report of the caller's area, or of one organization within it."""
        user = cast(User, request.user)
        scope = scope_of(user)
        if scope is None:
            raise PermissionDenied
        asked = ReportQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        if wanted.get("organization"):
            within = Organization.objects.within_reach(user, Membership.Role.OFFICER)
            one = within.filter(public_id=wanted["organization"]).first()
            if one is None:
                raise Http404
            scope = Scope((one,))
        filters = Filters(days=wanted["days"], kind=wanted["kind"], by=wanted["by"])
        return Response(ReportSerializer(_answer(compute.report(scope, filters))).data)


def _answer(report: Report) -> dict[str, Any]:
    return {
        "headline": words.headline(report),
        "at": report.at,
        "as_of": report.as_of,
        "days": report.filters.days,
        "failed": sorted(report.failed),
        "total": _row(report.total),
        "rows": [_row(row) for row in report.rows],
    }


def _row(row: ReportRow) -> dict[str, Any]:
    whose, queue = row.organization, row.queue
    return {
        "organization": whose.public_id if whose else None,
        "code": whose.code if whose else "",
        "name": whose.name if whose else "",
        "is_part": row.is_part,
        "open": queue.open,
        "due_within_12_hours": queue.soon,
        "overdue": queue.overdue,
        "overdue_up_to_a_day": queue.late_a_day,
        "overdue_up_to_three_days": queue.late_three_days,
        "overdue_longer": queue.late_longer,
        "overdue_a_week_ago": row.overdue_before,
        "earliest_deadline": queue.oldest_due,
        "share_helped": row.help.share,
        "figures": row.figures,
        "before": row.before,
    }
