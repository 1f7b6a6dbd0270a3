"""Read-only lists of citizens, revisions, links and visits on the admin site."""

from django.contrib import admin

from citizens.models import Citizen, CitizenRevision, Consent, RecordLink, RecordVisit
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
    list_display = ["user", "citizen", "relation", "proven_by", "since", "ends_at", "until"]
    search_fields = ["citizen__public_id__exact"]
    show_full_result_count = False


@admin.register(Consent)
class ConsentAdmin(ReadOnlyMixin, admin.ModelAdmin[Consent]):
    list_display = ["at", "link", "way", "paper", "by", "by_organization"]
    list_filter = ["way"]
    search_fields = ["link__citizen__public_id__exact"]
    show_full_result_count = False


@admin.register(RecordVisit)
class RecordVisitAdmin(ReadOnlyMixin, admin.ModelAdmin[RecordVisit]):
    list_display = ["at", "user", "citizen", "why", "organization"]
    list_filter = ["why"]
    search_fields = ["citizen__public_id__exact"]
    show_full_result_count = False
