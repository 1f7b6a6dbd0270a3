"""The background app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackgroundConfig(AppConfig):
    """The background app."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "background"
    verbose_name = _("Background work")
