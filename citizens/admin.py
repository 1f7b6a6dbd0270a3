"""Read-only lists of citizens, revisions, links and visits on the admin site."""

from django.contrib import admin

from citizens.models import Citizen, CitizenRevision, RecordLink, RecordVisit
from organizations.admin import ReadOnlyMixin


@admin.register(Citizen)
class CitizenAdmin(ReadOnlyMixin, admin.ModelAdmin[Citizen]):
    # No names in the list: a citizen is looked up by public id.
    list_display = ["public_id", "provenance", "created_at"]
    search_fields = ["public_id__exact"]
    show_full_result_count = False


@admin.register(CitizenRevision)
class CitizenRevisionAdmin(ReadOnlyMixin, admin.ModelAdmin[CitizenRevision]):
    list_display = ["citizen", "number", "by", "at"]
    search_fields = ["citizen__public_id__exact"]
    show_full_result_count = False


@admin.register(RecordLink)
class RecordLinkAdmin(ReadOnlyMixin, admin.ModelAdmin[RecordLink]):
    list_display = ["user", "citizen", "relation", "proven_by", "since", "until"]
    search_fields = ["citizen__public_id__exact"]
    show_full_result_count = False


@admin.register(RecordVisit)
class RecordVisitAdmin(ReadOnlyMixin, admin.ModelAdmin[RecordVisit]):
    list_display = ["at", "user", "citizen", "why", "organization"]
    list_filter = ["why"]
    search_fields = ["citizen__public_id__exact"]
    show_full_result_count = False
