"""The app's name for Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CorrectionsConfig(AppConfig):
    name = "corrections"
    verbose_name = _("Corrections")

    def ready(self) -> None:
        # Registers how the token is described in the OpenAPI schema.
        from corrections.api import schema  # noqa: F401
        from corrections.morning import OFFER
        from messaging import choices

        choices.offer(OFFER)
