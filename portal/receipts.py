"""What stands on the receipt of a filing: the references, where they lie, how to follow them."""

from collections.abc import Iterable
from typing import Any

from citizens.masking import mask_name
from corrections.models import Correction, Filing
from corrections.models.case import IDENTITY_KINDS
from portal import following
from vaxreg import db_time
from vaxreg.papers.qr import qr


def receipt(filing: Filing, cases: Iterable[Correction]) -> dict[str, Any]:
    """Return the template context of a receipt: each reference with a QR code for following.

    Paper may be lost: it shows no dose and none of the digits that are the second key.
    """
    slips = [(case, qr(following.link(case.reference))) for case in cases]
    return {
        "is_of_identity": all(case.kind in IDENTITY_KINDS for case, _code in slips),
        "filing": filing,
        "second_key": following.second_key(filing).kind,
        "name": mask_name(filing.citizen.full_name),
        "slips": slips,
        "follow_address": following.page_address(),
        "now": db_time.now(),
    }
