"""The certificates app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificatesConfig(AppConfig):
    """Keeps the certificates of a person in step with the record."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "certificates"
    verbose_name = _("Certificates")

    def ready(self) -> None:
        """Listen to what writes citizens and doses."""
        from certificates import following

        following.listen()
