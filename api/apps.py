"""The app's name for Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = _("Interface for programs")

    def ready(self) -> None:
        # Registers how the token is described in the OpenAPI schema.
        from api import schema  # noqa: F401
