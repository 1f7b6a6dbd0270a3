"""Vaccines, sessions, doses and revisions on the admin site; only vaccines change there."""

from django.contrib import admin

from doses.models import (
    Dose,
    DoseRevision,
    ScheduleStep,
    VaccinationSession,
    Vaccine,
    VaccineRule,
)
from organizations.admin import KeptMixin, ReadOnlyMixin


@admin.register(Vaccine)
class VaccineAdmin(KeptMixin, admin.ModelAdmin[Vaccine]):
    list_display = ["code", "name", "manufacturer", "approved_on", "primary_doses"]
    readonly_fields = ["code"]


@admin.register(VaccineRule)
class VaccineRuleAdmin(ReadOnlyMixin, admin.ModelAdmin[VaccineRule]):
    list_display = [
        "group",
        "vaccine",
        "about",
        "dose_kind",
        "value",
        "span",
        "from_on",
        "until_on",
    ]
    list_select_related = ["group", "vaccine"]


@admin.register(ScheduleStep)
class ScheduleStepAdmin(ReadOnlyMixin, admin.ModelAdmin[ScheduleStep]):
    list_display = ["group", "kind", "ordinal", "after", "age", "interval", "from_on", "until_on"]
    list_select_related = ["group", "after"]


@admin.register(VaccinationSession)
class VaccinationSessionAdmin(ReadOnlyMixin, admin.ModelAdmin[VaccinationSession]):
    list_display = ["on", "organization", "venue", "status", "given_doses"]
    list_select_related = ["organization"]
    show_full_result_count = False


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
