"""Reference codes such as VR-7K3M-9QXD: short, easy to say on the phone, with a check character."""

import secrets

# No vowels (they would form words), no characters that look or sound like another one.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
LENGTH = 8
LOOKALIKES = str.maketrans({"0": "Q", "O": "Q", "1": "J", "I": "J", "L": "J", "U": "V"})


def new_reference() -> str:
    """Return a new random code; the unique constraint of the database rejects duplicates."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return _dressed(body + check_character(body))


# The weights and the differences of neighbours are prime to 27: the check character detects any
# wrong letter and any two letters exchanged.
WEIGHTS = (2, 4, 5, 7, 8, 10, 11)


def check_character(body: str) -> str:
    """Return the check character of the seven letters of a code."""
    total = sum(
        weight * ALPHABET.index(letter)
        for weight, letter in zip(WEIGHTS, reversed(body), strict=True)
    )
    return ALPHABET[-total % len(ALPHABET)]


def read_reference(typed: str) -> str | None:
    """Return a typed code in its stored form; None if it cannot be one.

    Spaces, dashes, case and the prefix do not matter.
    """
    letters = "".join(c for c in typed.upper() if c.isalnum())
    # A code may itself begin with the two letters of the prefix.
    if len(letters) > LENGTH:
        letters = letters.removeprefix("VR")
    letters = letters.translate(LOOKALIKES)
    if len(letters) != LENGTH or any(c not in ALPHABET for c in letters):
        return None
    if check_character(letters[:-1]) != letters[-1]:
        return None
    return _dressed(letters)


def _dressed(letters: str) -> str:
    return f"VR-{letters[:4]}-{letters[4:]}"
