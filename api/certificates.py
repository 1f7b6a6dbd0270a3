"""The certificates of a record, those that count and those that ended."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.programs import program_of
from api.permissions import ForCitizens
from api.reading import readable_records
from certificates.card import Card, card_of
from certificates.models import Certificate
from citizens.visits import log_own


class CertificateSerializer(serializers.Serializer[Any]):
    """One statement of one dose. text: of the QR code, while it counts."""

    id = serializers.UUIDField()
    dose = serializers.UUIDField(help_text="Id of the dose.")
    status = serializers.CharField(help_text="current, superseded or revoked")
    number = serializers.CharField(help_text="Which dose of how many: 2/2.")
    vaccine = serializers.CharField()
    given_on = serializers.DateField()
    text = serializers.CharField(help_text="HC1:…, empty once it has ended.")
    expires_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_why = serializers.CharField()
    replaced_by = serializers.UUIDField(allow_null=True)


class Certificates(APIView):
    """The certificates of a record, the newest dose first; then those that ended."""

    permission_classes = [ForCitizens]

    @extend_schema(responses=CertificateSerializer(many=True))
    def get(self, request: Request, record: UUID) -> Response:
        """Return them, and log that they were read."""
        with transaction.atomic():
            citizen = get_object_or_404(readable_records(request), public_id=record)
            log_own(cast(User, request.user), citizen, program_of(request))
            rows = list(_rows(card_of(citizen)))
        return Response(CertificateSerializer(rows, many=True).data)


def _rows(card: Card) -> Iterator[dict[str, Any]]:
    for held in card.held:
        yield _row(
            held.certificate,
            held.number,
            held.vaccine,
            held.given_on,
            text=held.text,
            expires_at=held.expires_at,
        )
    for ended in card.ended:
        yield _row(ended.certificate, ended.number, ended.vaccine, ended.given_on)


def _row(
    certificate: Certificate,
    number: str,
    vaccine: str,
    given_on: date,
    *,
    text: str = "",
    expires_at: datetime | None = None,
) -> dict[str, Any]:
    newer = certificate.replaced_by
    return {
        "id": certificate.public_id,
        "dose": certificate.dose.public_id,
        "status": certificate.status,
        "number": number,
        "vaccine": vaccine,
        "given_on": given_on,
        "text": text,
        "expires_at": expires_at,
        "ended_at": certificate.ended_at,
        "ended_why": certificate.ended_why,
        "replaced_by": newer.public_id if newer else None,
    }
