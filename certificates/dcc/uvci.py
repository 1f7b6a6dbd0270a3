"""The unique identifier of a certificate (UVCI), and the short code that people type.

`URN:UVCI:01:VN:<26 characters>#<check character>`: 128 random bits, so that none can be guessed. Its
first twelve characters are the short code, the last of which checks the eleven before it.
"""

import secrets

_COUNTRY = "VN"
_BEGINNING = f"URN:UVCI:01:{_COUNTRY}:"
# The alphabet of the check character (eHealth Network, guidelines on interoperability, annex 2).
_CHECKED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/:"
# Crockford's base 32: without I, L, O and U, which are read as others or make words.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
CODE_LENGTH = 12
_LENGTH = 26


def new_uvci() -> str:
    """Return an identifier that nobody has, with its check character."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    begin = drawn[: CODE_LENGTH - 1]
    plain = _BEGINNING + begin + _code_check(begin) + drawn[CODE_LENGTH:]
    return f"{plain}#{check_character(plain)}"


def check_character(text: str) -> str:
    """Return the Luhn mod N character of an identifier without its "#". ValueError for other signs."""
    total, factor = 0, 2
    for sign in reversed(text.upper()):
        value = factor * _CHECKED.index(sign)
        total += value // len(_CHECKED) + value % len(_CHECKED)
        factor = 3 - factor
    return _CHECKED[-total % len(_CHECKED)]


def code_of(uvci: str) -> str:
    """Return the short code, as it is stored: twelve signs."""
    return uvci.removeprefix(_BEGINNING)[:CODE_LENGTH]


def code_in_groups(code: str) -> str:
    """Return a short code as it is printed: 9XK2-7QPD-4TVM."""
    return "-".join(code[at : at + 4] for at in range(0, CODE_LENGTH, 4))


def typed_code(typed: str) -> str:
    """Return the short code that somebody typed; "" if it cannot be one.

    Dashes, spaces and small letters do not matter; I and L are read as 1, O as 0.
    """
    code = "".join(typed.upper().replace("-", "").split()).translate(_READ_AS)
    is_code = len(code) == CODE_LENGTH and set(code) <= set(_LETTERS)
    return code if is_code and _code_check(code[:-1]) == code[-1] else ""


def _code_check(begin: str) -> str:
    # Weights that have no factor in common with 32 find each wrong sign, and two that were swapped
    # unless they differ by 16.
    total = sum((2 * at + 3) * _LETTERS.index(sign) for at, sign in enumerate(begin))
    return _LETTERS[total % len(_LETTERS)]
