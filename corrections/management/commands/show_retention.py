"""Shows which photos would be deleted by the rule now, and deletes nothing."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import Count, Min, Sum

from corrections.models import Evidence, Kind
from corrections.photos import retention
from vaxreg import db_time, ui

SOON = timedelta(days=30)


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        now = db_time.now()
        due = retention.due(now).order_by()
        kept = Evidence.objects.filter(filing__isnull=False, deleted_at=None)
        found = due.aggregate(number=Count("pk"), size=Sum("size_bytes"), oldest=Min("uploaded_at"))
        gone = Evidence.objects.filter(deleted_at__isnull=False).count()
        self.stdout.write(
            f"Photos are kept {settings.PHOTOS_KEPT_DAYS} days after the last event of a case."
        )
        self.stdout.write(f"Kept now: {kept.count()}. Deleted so far: {gone}.")
        self.stdout.write(
            f"Would go now: {found['number']} ({(found['size'] or 0) / 1_000_000:.1f} MB)"
        )
        if found["oldest"]:
            self.stdout.write(f"The oldest was sent on {ui.day(found['oldest'])}.")
        kinds = due.values_list("filing__corrections__kind").annotate(
            number=Count("pk", distinct=True)
        )
        for kind, number in sorted(kinds):
            self.stdout.write(f"  {Kind(kind).value}: {number}")
        soon = retention.due(now + SOON).count() - found["number"]
        self.stdout.write(f"In the next {SOON.days} days: {soon} more.")
