"""Messages on the admin site: read-only, with masked recipients."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from messaging.masking import masked_recipient
from messaging.models import Message


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin[Message]):
    """A read-only list of messages and their state."""

    list_display = ["id", "purpose", "channel", "masked", "state", "tries", "created_at", "sent_at"]
    list_filter = ["state", "channel", "purpose"]
    fields = [
        *("purpose", "template", "channel", "masked", "sms_form", "segments", "state", "tries"),
        *("last_error", "created_at", "next_try_at", "sent_at", "delivered_at", "given_up_at"),
    ]
    readonly_fields = ["masked"]
    show_full_result_count = False

    @admin.display(description=_("recipient"))
    def masked(self, message: Message) -> str:
        return masked_recipient(message)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """False: only messaging/actions.py writes messages."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: the record of what was sent does not change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False: the record of what was sent does not change."""
        return False
