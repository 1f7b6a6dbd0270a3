"""Vaccines, doses and their revisions on the admin site; doses are read-only."""

from django.contrib import admin

from doses.models import Dose, DoseRevision, Vaccine
from organizations.admin import KeptMixin, ReadOnlyMixin


@admin.register(Vaccine)
class VaccineAdmin(KeptMixin, admin.ModelAdmin[Vaccine]):
    list_display = ["code", "name", "manufacturer", "approved_on", "primary_doses"]
    readonly_fields = ["code"]


@admin.register(Dose)
class DoseAdmin(ReadOnlyMixin, admin.ModelAdmin[Dose]):
    list_display = ["public_id", "vaccine", "given_on", "organization", "status", "revision"]
    list_select_related = ["vaccine", "organization"]
    search_fields = ["public_id__exact"]
    show_full_result_count = False


@admin.register(DoseRevision)
class DoseRevisionAdmin(ReadOnlyMixin, admin.ModelAdmin[DoseRevision]):
    list_display = ["dose", "number", "by", "by_organization", "correction_reference", "at"]
    list_select_related = ["dose", "by", "by_organization"]
    search_fields = ["dose__public_id__exact", "=correction_reference"]
    show_full_result_count = False
