"""The Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = _("Interface for programs")

    def ready(self) -> None:
        # Registers the description of the token in the OpenAPI schema.
        from api import schema  # noqa: F401
