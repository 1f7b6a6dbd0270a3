"""Celery tasks of the public statistics."""

from celery import shared_task

from public_statistics import coverage, publish


@shared_task(name="public_statistics.publish_statistics")
def publish_statistics() -> None:
    publish.publish()


@shared_task(name="public_statistics.publish_coverage")
def publish_coverage() -> None:
    coverage.publish()
