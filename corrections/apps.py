"""The Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CorrectionsConfig(AppConfig):
    name = "corrections"
    verbose_name = _("Corrections")

    def ready(self) -> None:
        """Hear what the population database answers."""
        from corrections.actions import by_population
        from identity.population import questions

        questions.LISTENERS.append(by_population.hear)
