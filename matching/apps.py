"""The matching app: two records of one person."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    """Keeps the features of a record in step with it."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "matching"
    verbose_name = _("Finding two records of one person")

    def ready(self) -> None:
        """Listen to what writes citizens and doses."""
        from matching import writing

        writing.listen()
