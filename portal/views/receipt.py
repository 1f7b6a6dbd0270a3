"""The receipt of a filing, to print or to keep as a file."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from citizens.access import parts_of_records_of
from corrections.models import Correction, Filing
from portal import receipts


@citizen_page
@require_safe
def receipt(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show the references in large type, each with a QR code of its address for following."""
    own = Filing.objects.filter(citizen__in=parts_of_records_of(request.user).values("pk"))
    filing = get_object_or_404(own.select_related("citizen", "filed_by"), public_id=public_id)
    cases = (
        Correction.objects.of_own_records(request.user)
        .filter(filing=filing)
        .select_related("holder")
        .order_by("pk")
    )
    return render(request, "portal/receipt.html", receipts.receipt(filing, cases))
