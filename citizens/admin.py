"""Looking at citizens, their revisions, links and visits; all of it is written by verbs only."""

from django.contrib import admin

from citizens.models import Citizen, CitizenRevision, RecordLink, RecordVisit
from organizations.admin import ReadOnlyMixin


@admin.register(Citizen)
class CitizenAdmin(ReadOnlyMixin, admin.ModelAdmin[Citizen]):
    # No names in a list: somebody is looked up by the identifier of a case.
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
