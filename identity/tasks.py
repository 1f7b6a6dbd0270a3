"""Celery tasks, thin: each calls one function that looks again at what is to be done."""

from celery import shared_task

from identity.population import asking


@shared_task(name="identity.ask_population")
def ask_population() -> None:
    """Ask the population database what is due; at once when another worker is asking already."""
    asking.ask_due()
