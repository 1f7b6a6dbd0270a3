"""The partners app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    """Apps of others, consents and webhooks."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "partners"
    verbose_name = _("Partner apps")

    def ready(self) -> None:
        """Listen to what changes records, cases and certificates."""
        from partners.webhooks import following

        following.listen()
