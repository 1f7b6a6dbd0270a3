"""Areas, organizations and memberships on the admin site; nothing is deleted here."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest

from organizations.models import Area, Membership, Organization
from vaxreg.forms import AdminForm


class KeptMixin:
    """Rows cannot be deleted on the admin site; what is typed there is cleaned as elsewhere."""

    form: Any = AdminForm

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyMixin(KeptMixin):
    """Rows are read-only on the admin site: only the app's functions write them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Area)
class AreaAdmin(ReadOnlyMixin, admin.ModelAdmin[Area]):
    # Written by load_areas.
    list_display = ["code", "full_name", "level", "valid_from", "valid_to"]
    list_filter = ["level"]
    search_fields = ["code", "search_name"]


@admin.register(Organization)
class OrganizationAdmin(KeptMixin, admin.ModelAdmin[Organization]):
    list_display = ["code", "name", "kind", "phone", "closed_on"]
    list_filter = ["kind"]
    search_fields = ["code", "search_name"]
    autocomplete_fields = ["part_of", "area"]
    # Closed by organizations/tree.py, which also ends the memberships.
    readonly_fields = ["public_id", "path", "closed_on", "successor"]


@admin.register(Membership)
class MembershipAdmin(KeptMixin, admin.ModelAdmin[Membership]):
    list_display = ["user", "organization", "role", "since", "until"]
    list_select_related = ["user", "organization"]
    list_filter = ["role"]
    raw_id_fields = ["user"]
    autocomplete_fields = ["organization"]
    # Suspended by organizations/staffing.py, which records who did it and why.
    readonly_fields = ["appointed_by", "ended_by", "suspended_at", "must_tell"]

    def save_model(
        self, request: HttpRequest, obj: Membership, form: ModelForm[Membership], change: bool
    ) -> None:
        """Record who appointed and who ended."""
        user: Any = request.user
        if not change:
            obj.appointed_by = user
        if "until" in form.changed_data:
            obj.ended_by = user if obj.until else None
        super().save_model(request, obj, form, change)
