"""The receipt of a filing, to print or to keep as a file."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.decorators import citizen_page
from accounts.http import UserRequest
from citizens.access import parts_of_records_of
from citizens.masking import mask_name
from corrections.models import Correction, Filing
from corrections.models.case import IDENTITY_KINDS
from portal import following
from vaxreg import db_time
from vaxreg.qr import qr


@citizen_page
@require_safe
def receipt(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show the references in large type, each with a QR code of its address for following.

    Paper may be lost: it shows no dose and not the phone number, whose digits are the second key.
    """
    own = Filing.objects.filter(citizen__in=parts_of_records_of(request.user).values("pk"))
    filing = get_object_or_404(own.select_related("citizen"), public_id=public_id)
    cases = (
        Correction.objects.of_own_records(request.user)
        .filter(filing=filing)
        .select_related("holder")
        .order_by("pk")
    )
    slips = [(case, qr(following.link(case.reference))) for case in cases]
    context = {
        "is_of_identity": all(case.kind in IDENTITY_KINDS for case, _code in slips),
        "filing": filing,
        "name": mask_name(filing.citizen.full_name),
        "slips": slips,
        "follow_address": following.page_address(),
        "now": db_time.now(),
    }
    return render(request, "portal/receipt.html", context)
