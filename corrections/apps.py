"""The Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CorrectionsConfig(AppConfig):
    name = "corrections"
    verbose_name = _("Corrections")

    def ready(self) -> None:
        """Hear of doses and of answers of the population database; say what cases are about."""
        from corrections import disagreements, due_doses
        from corrections.actions import by_population
        from corrections.answered import finding
        from doses import announcements
        from identity.population import questions
        from recording.due.announcements import OPEN_ABOUT

        questions.LISTENERS.append(by_population.hear)
        finding.listen()
        announcements.RESTS_ON.append(disagreements.disputed_among)
        OPEN_ABOUT.append(due_doses.open_about)
