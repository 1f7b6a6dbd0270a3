"""Reference codes such as VR-7K3M-9QXD: short, readable on the phone, with a check character."""

import secrets

# No vowels (no words by accident), nothing that looks or sounds like something else.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"
LENGTH = 8
LOOKALIKES = str.maketrans({"0": "Q", "O": "Q", "1": "J", "I": "J", "L": "J", "U": "V"})


def new_reference() -> str:
    """Return a fresh code; the database's unique constraint has the last word."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return _dressed(body + check_character(body))


# Prime to 27, as are their neighbours' differences: any wrong letter and any two swapped show.
WEIGHTS = (2, 4, 5, 7, 8, 10, 11)


def check_character(body: str) -> str:
    """Return the check character of a code's body of seven letters."""
    total = sum(
        weight * ALPHABET.index(letter)
        for weight, letter in zip(WEIGHTS, reversed(body), strict=True)
    )
    return ALPHABET[-total % len(ALPHABET)]


def read_reference(typed: str) -> str | None:
    """Return the code that somebody typed, in its stored form; None if it cannot be one.

    Spaces, dashes, case and the prefix do not matter.
    """
    letters = "".join(c for c in typed.upper() if c.isalnum())
    letters = letters.removeprefix("VR").translate(LOOKALIKES)
    if len(letters) != LENGTH or any(c not in ALPHABET for c in letters):
        return None
    if check_character(letters[:-1]) != letters[-1]:
        return None
    return _dressed(letters)


def _dressed(letters: str) -> str:
    return f"VR-{letters[:4]}-{letters[4:]}"
