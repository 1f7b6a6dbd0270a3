"""The Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewConfig(AppConfig):
    name = "review"
    verbose_name = _("Review")

    def ready(self) -> None:
        """Hear of doses, and look whether one stands on the record twice."""
        from review.twice import finding

        finding.listen()
