"""Whether the menu leads to the rules."""

from django import template
from django.template import RequestContext

from administration import rules

register = template.Library()


@register.simple_tag(takes_context=True)
def may_change_rules(context: RequestContext) -> bool:
    """Tell whether the reader is an officer of the ministry.

    Takes one query, unless the page passes the memberships in the context as `work`.
    """
    return rules.may_change(context["request"].user, context.get("work"))
