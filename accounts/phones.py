"""Phone numbers that may be sent a code."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType


def is_vietnamese_mobile(phone: str) -> bool:
    """Whether an E.164 number ("+84912345678") is a mobile number of Viet Nam.

    Only those get codes: sending abroad is how strangers spend other people's money.
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
