"""How many tasks wait for the citizen, for the header of every page of theirs."""

from typing import Any

from django import template

from accounts import access
from portal.to_do import ToDo

register = template.Library()


@register.simple_tag(takes_context=True)
def tasks_waiting(context: dict[str, Any]) -> int:
    """Return the number of tasks; the page may pass them in the context as `to_do`."""
    request = context["request"]
    if context.get("counts_nothing") or not access.is_citizen_session(request):
        return 0
    to_do = context.get("to_do") or ToDo(request.user)
    return to_do.count
