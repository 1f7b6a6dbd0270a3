"""Check of phone numbers before a code is sent to them."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType


def is_vietnamese_mobile(phone: str) -> bool:
    """Whether an E.164 number ("+84912345678") is a mobile number of Vietnam.

    Others get no codes: fraudsters earn money from SMS to expensive foreign numbers.
    """
    try:
        number = phonenumbers.parse(phone, None)
    except NumberParseException:
        return False
    return (
        number.country_code == 84
        and phonenumbers.is_valid_number(number)
        and phonenumbers.number_type(number) == PhoneNumberType.MOBILE
    )
