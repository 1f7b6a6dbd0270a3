"""Whose session a page belongs to: for its menu, and for what a browser keeps of it."""

from django import template
from django.template import RequestContext
from django.utils.crypto import salted_hmac
from django.utils.html import format_html

from accounts import sessions
from accounts.models import SessionKind

register = template.Library()


@register.simple_tag(takes_context=True)
def session_owner(context: RequestContext) -> str:
    """Return `data-owner` with a mark of the citizen's session, empty for everybody else.

    static/js/offline.js deletes what it keeps when the mark is another one. Pages that are made
    without a session have no mark, and then nothing is deleted.
    """
    request = context.get("request")
    if request is None or not hasattr(request, "user"):
        return ""
    mark = ""
    if sessions.kind_of(request) == SessionKind.CITIZEN:
        mark = salted_hmac("accounts.owner", request.session.session_key).hexdigest()[:16]
    return format_html(' data-owner="{}"', mark)


@register.simple_tag(takes_context=True)
def session_kind(context: RequestContext) -> str:
    """Return "citizen" or "staff", or "" when nobody is signed in."""
    request = context.get("request")
    kind = sessions.kind_of(request) if request and hasattr(request, "user") else None
    return kind.value if kind else ""
