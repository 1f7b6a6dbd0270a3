"""A password validator in addition to Django's own."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

# Words that attackers of this site try first, as typed without diacritics, spaces or digits.
SITE_WORDS = frozenset(
    ["sotiem", "sotiemchung", "tiemchung", "vaxreg", "tramyte", "ytephuong", "vaccine", "boyte"]
)


class SiteWordsValidator:
    """Refuses a password that is a word of this site plus digits and signs."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError when fewer than 4 letters remain without words of this site."""
        rest = "".join(letter for letter in password.lower() if letter.isalpha())
        for word in sorted(SITE_WORDS, key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest) < 4 and len(rest) < sum(letter.isalpha() for letter in password):
            raise ValidationError(
                _("This password is built from words of this site. Choose other words."),
                code="password_site_words",
            )

    def get_help_text(self) -> str:
        return _("Do not build the password from the name of this site.")
