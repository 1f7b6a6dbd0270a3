"""The personal QR code of a record holder (Decision 1405/QĐ-BTTTT): hidden in part, or in full."""

from citizens.masking import mask_id, mask_phone
from citizens.models import Sex
from portal.record_page import RecordHolder
from vaxreg.typed import personal_qr
from vaxreg.typed.personal_qr import PersonalQr


def code_of(person: RecordHolder, *, in_full: bool) -> PersonalQr:
    """Return what the code of this person says.

    QIDs come from the national QR platform, and the registry is none and has none: both are empty,
    as are insurance and signature, which it does not know.
    """
    citizen = person.citizen
    number, phone = citizen.id_number or "", citizen.phone or ""
    national = "0" + phone.removeprefix("+84") if phone.startswith("+84") else phone
    return PersonalQr(
        number=number if in_full else mask_id(number),
        full_name=personal_qr.plain_name(citizen.full_name),
        born=citizen.born.isoformat() if in_full else personal_qr.hidden_day(citizen.born),
        is_for_another=not person.is_own,
        sex="" if citizen.sex == Sex.UNKNOWN else citizen.sex,
        phone=national if in_full else mask_phone(phone),
    )
